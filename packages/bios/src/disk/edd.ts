import type { Guest } from '../guest/guest.ts';
import type { Drive } from './drives.ts';
import { CD_STATE } from './emulated.ts';
import { MOST_SECTORS, moveSectors, type SectorRange } from './move-sectors.ts';
import { STATUS } from './status.ts';

/** Version 3.0 of the extensions. */
const VERSION = 0x30;
/** Packets, and drive parameters. */
const SUBSETS = 0x0005;
const SMALLEST_PACKET = 0x10;
const LARGE_PACKET = 0x18;
const NO_ADDRESS = 0xffff_ffff;
/** Above it a sector number is no number of JavaScript that counts exactly, and beyond any disk. */
const MOST_HIGH = 0xffff;

/**
 * INT 13h, AH=41h to 4Bh: the Enhanced Disk Drive services (Phoenix, EDD 3.0), and the status of a booted CD-ROM (El Torito 1.0).
 * @returns a status for AH, or undefined: the call waits
 */
export function extendedService(guest: Guest, drive: Drive): number | undefined {
  if (guest.registers.ah === 0x4b) return cdStatus(guest);
  if (drive.kind === 'floppy') return STATUS.INVALID;
  switch (guest.registers.ah) {
    case 0x41:
      return installation(guest);
    case 0x42:
      return byPacket(guest, drive, 'read');
    case 0x43:
      return byPacket(guest, drive, 'write');
    case 0x44:
    case 0x47:
      return byPacket(guest, drive, 'verify');
    case 0x45:
    case 0x46:
      return drive.kind === 'cdrom' ? STATUS.OK : STATUS.INVALID;
    case 0x48:
      return parameters(guest, drive);
    case 0x4e:
      return STATUS.OK;
    default:
      return STATUS.INVALID;
  }
}

function installation(guest: Guest): number | undefined {
  const { registers } = guest;
  if (registers.bx !== 0x55aa) return STATUS.INVALID;
  registers.bx = 0xaa55;
  registers.cx = SUBSETS;
  registers.ah = VERSION;
  guest.carry = false;
  return undefined;
}

function byPacket(guest: Guest, drive: Drive, what: 'read' | 'write' | 'verify'): number | undefined {
  const { registers, memory } = guest;
  const packet = registers.ds(registers.si);
  if (memory.read8(packet) < SMALLEST_PACKET) return STATUS.INVALID;
  const count = memory.read16(packet + 2);
  const high = memory.read32(packet + 12);
  const lba = high > MOST_HIGH ? Number.POSITIVE_INFINITY : high * 2 ** 32 + memory.read32(packet + 8);
  if (count > MOST_SECTORS) return STATUS.INVALID;
  const range: SectorRange = { lba, count, buffer: bufferOf(guest, packet) };
  const status =
    what === 'verify'
      ? lba + count <= drive.total
        ? STATUS.OK
        : STATUS.INVALID
      : moveSectors(guest, drive, range, what === 'write');
  // How many sectors were moved.
  if (status !== undefined && status !== STATUS.OK) memory.write16(packet + 2, 0);
  return status;
}

function bufferOf({ memory }: Guest, packet: number): number {
  if (memory.read32(packet + 4) === NO_ADDRESS && memory.read8(packet) >= LARGE_PACKET) {
    return memory.read32(packet + 16);
  }
  return memory.read16(packet + 6) * 16 + memory.read16(packet + 4);
}

function parameters(guest: Guest, drive: Drive): number {
  const { registers, memory } = guest;
  const at = registers.ds(registers.si);
  const room = memory.read16(at);
  if (room < 0x1a) return STATUS.INVALID;
  const { geometry, there, sectorSize, kind, blocks } = drive;
  if (blocks === undefined) return STATUS.TIMEOUT;
  const cdrom = kind === 'cdrom';
  memory.write16(at, room >= 0x1e ? 0x1e : 0x1a);
  memory.write16(at + 2, cdrom ? 0x74 : 0x02);
  memory.write32(at + 4, cdrom ? NO_ADDRESS : geometry.cylinders);
  memory.write32(at + 8, cdrom ? NO_ADDRESS : geometry.heads);
  memory.write32(at + 12, cdrom ? NO_ADDRESS : geometry.sectors);
  memory.write32(at + 16, cdrom ? NO_ADDRESS : there % 2 ** 32);
  memory.write32(at + 20, cdrom ? NO_ADDRESS : Math.floor(there / 2 ** 32));
  memory.write16(at + 24, sectorSize);
  if (room >= 0x1e) memory.write32(at + 26, NO_ADDRESS);
  return STATUS.OK;
}

// AL=00h also ends the emulation. The packet: size, media, drive, controller, block, specification, segments, sectors, CHS.
function cdStatus(guest: Guest): number {
  const { registers, memory } = guest;
  const at = registers.ds(registers.si);
  const source = memory.read8(CD_STATE.source);
  if (registers.al > 1 || guest.drives.get(source)?.kind !== 'cdrom') return STATUS.INVALID;
  memory.write8(at, 0x13);
  memory.write8(at + 1, memory.read8(CD_STATE.media));
  memory.write8(at + 2, memory.read8(CD_STATE.drive));
  memory.write8(at + 3, 0);
  memory.write32(at + 4, memory.read32(CD_STATE.lba));
  memory.write16(at + 8, 0);
  memory.write16(at + 10, 0);
  memory.write16(at + 12, memory.read16(CD_STATE.segment));
  memory.write16(at + 14, memory.read16(CD_STATE.sectors));
  memory.writeBytes(at + 16, new Uint8Array(3));
  if (registers.al === 0) memory.write8(CD_STATE.active, 0);
  return STATUS.OK;
}
