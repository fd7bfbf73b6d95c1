import type { Drive } from '../disk/drives.ts';
import { CD_STATE } from '../disk/emulated.ts';
import { advance } from '../disk/move-sectors.ts';
import type { Guest } from '../guest/guest.ts';
import { BOOT_ADDRESS, type BootResult, start } from './start.ts';

const SECTOR = 2048;
const BOOT_RECORD = 17;
const NAME = 'CD001\u0001EL TORITO SPECIFICATION';
const ENTRY = 0x20;
const BOOTABLE = 0x88;
const DEFAULT_SEGMENT = 0x07c0;
/** What fits below the extended BIOS data area, in sectors of 512 bytes. */
const MOST_SECTORS = 0x480;
const FLOPPY_MEDIA = 3;

/**
 * Boots a CD-ROM by El Torito (Phoenix and IBM, "Bootable CD-ROM Format Specification", 1.0): with no emulation, or with an image
 * of a floppy as drive 0. It takes three reads, and how far it is stands in the guest's memory.
 */
export function bootCdrom(guest: Guest, drive: Drive): BootResult {
  const { memory } = guest;
  const steps = [readBootRecord, readCatalogue, readImage];
  for (let n = memory.read8(CD_STATE.bootStep); n < steps.length; n++) {
    memory.write8(CD_STATE.bootStep, n);
    const result = steps[n](guest, drive);
    if (result !== 'next') return result;
  }
  return 'failed';
}

function readBootRecord(guest: Guest, drive: Drive): BootResult | 'next' {
  const sector = read(guest, drive, BOOT_RECORD, SECTOR);
  if (!(sector instanceof Uint8Array)) return sector;
  const name = String.fromCharCode(...sector.subarray(1, 1 + NAME.length));
  if (sector[0] !== 0 || name !== NAME) return 'failed';
  guest.memory.write32(CD_STATE.catalogue, new DataView(sector.buffer).getUint32(0x47, true));
  return 'next';
}

function readCatalogue(guest: Guest, drive: Drive): BootResult | 'next' {
  const { memory } = guest;
  const sector = read(guest, drive, memory.read32(CD_STATE.catalogue), SECTOR);
  if (!(sector instanceof Uint8Array)) return sector;
  const view = new DataView(sector.buffer);
  const valid = sector[0] === 1 && view.getUint16(0x1e, true) === 0xaa55 && sector[ENTRY] === BOOTABLE;
  const media = sector[ENTRY + 1] & 0x0f;
  if (!valid || media > FLOPPY_MEDIA) return 'failed';
  memory.write8(CD_STATE.media, media);
  memory.write8(CD_STATE.source, drive.number);
  memory.write8(CD_STATE.drive, media === 0 ? drive.number : 0);
  memory.write16(CD_STATE.segment, view.getUint16(ENTRY + 2, true) || DEFAULT_SEGMENT);
  memory.write16(CD_STATE.sectors, Math.min(MOST_SECTORS, view.getUint16(ENTRY + 6, true) || 1));
  memory.write32(CD_STATE.lba, view.getUint32(ENTRY + 8, true));
  return 'next';
}

function readImage(guest: Guest, drive: Drive): BootResult | 'next' {
  const { memory } = guest;
  const count = Math.min(MOST_SECTORS, memory.read16(CD_STATE.sectors));
  const image = read(guest, drive, memory.read32(CD_STATE.lba), count * 512);
  if (!(image instanceof Uint8Array)) return image;
  const segment = memory.read16(CD_STATE.segment);
  memory.writeBytes(segment * 16, image);
  memory.write8(CD_STATE.active, memory.read8(CD_STATE.media) === 0 ? 0 : 1);
  // Programs expect 0000:7C00 and not 07C0:0000.
  const plain = segment === DEFAULT_SEGMENT;
  start(guest, 'cdrom', memory.read8(CD_STATE.drive), plain ? 0 : segment, plain ? BOOT_ADDRESS : 0);
  return 'booted';
}

function read(guest: Guest, { blocks }: Drive, block: number, length: number): Uint8Array | BootResult {
  const offset = block * SECTOR;
  if (blocks === undefined || offset + length > blocks.size) return 'failed';
  const progress = advance(guest, { blocks, offset, length });
  if (progress === undefined) return 'waiting';
  return progress.state === 'done' ? progress.data : 'failed';
}
