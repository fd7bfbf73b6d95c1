import { BDA, EBDA, EBDA_BASE } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { ROM_AT, ROM_SEGMENT } from '../rom/rom-image.ts';
import type { Drive } from './drives.ts';
import { extendedService } from './edd.ts';
import { driveFor, floppyCount } from './emulated.ts';
import { advance, moveSectors } from './move-sectors.ts';
import { STATUS } from './status.ts';

/** What a freshly formatted floppy has in its sectors. */
const FORMATTED = 0xf6;

/** INT 13h: disks. */
export function int13(guest: Guest): void {
  const { registers } = guest;
  const drive = driveFor(guest, registers.dl);
  if (registers.ah === 0x01) {
    const last = guest.memory.read8(statusAt(registers.dl));
    finish(guest, registers.dl, last, false);
    return;
  }
  const status = serve(guest, drive);
  if (status !== undefined) finish(guest, drive?.number ?? registers.dl, status, true);
}

/** @returns a status for AH, or undefined: the call waits */
function serve(guest: Guest, drive: Drive | undefined): number | undefined {
  const { ah, dl } = guest.registers;
  if (ah === 0x08) return parameters(guest, drive);
  if (ah === 0x15) return driveType(guest, drive);
  // A reset of drive 0 resets all controllers, whether there is a floppy or not.
  if (ah === 0x00 || ah === 0x0d) return drive === undefined && dl !== 0 && dl !== 0x80 ? STATUS.INVALID : STATUS.OK;
  if (drive === undefined) return STATUS.INVALID;
  switch (ah) {
    case 0x02:
    case 0x03:
    case 0x04:
      return byCylinder(guest, drive, ah);
    case 0x05:
      return formatTrack(guest, drive);
    case 0x09:
    case 0x0c:
    case 0x11:
    case 0x14:
      return drive.kind === 'disk' ? STATUS.OK : STATUS.INVALID;
    case 0x10:
      return drive.blocks === undefined ? STATUS.TIMEOUT : STATUS.OK;
    case 0x16:
      return drive.blocks === undefined ? STATUS.TIMEOUT : STATUS.OK;
    case 0x17:
      return drive.kind === 'floppy' ? STATUS.OK : STATUS.INVALID;
    case 0x18:
      return mediaForFormat(guest, drive);
    default:
      return extendedService(guest, drive);
  }
}

function byCylinder(guest: Guest, drive: Drive, ah: number): number | undefined {
  const { registers } = guest;
  const { al, cl, ch, dh, bx } = registers;
  const { heads, sectors } = drive.geometry;
  const cylinder = ch | ((cl & 0xc0) << 2);
  const sector = cl & 0x3f;
  if (drive.kind === 'cdrom' || al === 0) return STATUS.INVALID;
  if (sector === 0 || sector > sectors || dh >= heads)
    return drive.kind === 'floppy' ? STATUS.NOT_FOUND : STATUS.INVALID;
  const lba = (cylinder * heads + dh) * sectors + sector - 1;
  if (ah === 0x04) return lba + al <= drive.total ? STATUS.OK : STATUS.NOT_FOUND;
  const status = moveSectors(guest, drive, { lba, count: al, buffer: registers.es(0) + bx }, ah === 0x03);
  if (status !== undefined && status !== STATUS.OK) registers.al = 0;
  return status;
}

// CHRN of the sectors to come are at ES:BX; interleaving means nothing here.
function formatTrack(guest: Guest, drive: Drive): number | undefined {
  const { ch, dh } = guest.registers;
  const { blocks, geometry, there } = drive;
  const { heads, sectors } = geometry;
  if (drive.kind !== 'floppy') return STATUS.INVALID;
  if (blocks === undefined) return STATUS.TIMEOUT;
  if (drive.readonly) return STATUS.WRITE_PROTECTED;
  const lba = (ch * heads + dh) * sectors;
  if (dh >= heads || lba + sectors > there) return STATUS.NOT_FOUND;
  const length = sectors * drive.sectorSize;
  const data = new Uint8Array(length).fill(FORMATTED);
  return moveFormatted(guest, { blocks, offset: drive.start + lba * drive.sectorSize, length, data });
}

function moveFormatted(guest: Guest, transfer: Parameters<typeof advance>[1]): number | undefined {
  const progress = advance(guest, transfer);
  if (progress === undefined) return undefined;
  return progress.state === 'done' ? STATUS.OK : STATUS.CONTROLLER;
}

function parameters(guest: Guest, drive: Drive | undefined): number {
  const { registers, drives } = guest;
  const floppy = registers.dl < 0x80;
  registers.dl = floppy ? floppyCount(guest) : drives.of('disk').length;
  if (drive === undefined || drive.kind === 'cdrom') return STATUS.INVALID;
  const { cylinders, heads, sectors } = drive.geometry;
  const last = Math.min(cylinders, 1024) - 1;
  registers.al = 0;
  registers.ch = last & 0xff;
  registers.cl = sectors | ((last >> 2) & 0xc0);
  registers.dh = heads - 1;
  if (floppy) {
    registers.bx = drive.type;
    registers.di = ROM_AT.disketteParameters;
    registers.setEs(ROM_SEGMENT);
  }
  return STATUS.OK;
}

// AH is no status here: 0 no drive, 1 a floppy, 2 a floppy that tells of changes, 3 a disk, with its size in CX:DX.
function driveType(guest: Guest, drive: Drive | undefined): number | undefined {
  const { registers } = guest;
  guest.carry = drive === undefined;
  registers.ah = drive === undefined ? 0 : drive.kind === 'floppy' ? 1 : 3;
  if (drive?.kind === 'disk') {
    const { cylinders, heads, sectors } = drive.geometry;
    const total = cylinders * heads * sectors;
    registers.cx = total >>> 16;
    registers.dx = total;
  }
  return undefined;
}

function mediaForFormat(guest: Guest, drive: Drive): number {
  const { registers } = guest;
  const { cylinders, sectors } = drive.geometry;
  const last = registers.ch | ((registers.cl & 0xc0) << 2);
  // FORMAT of MS-DOS asks this of hard disks, too, and goes on if there is no such function.
  if (drive.kind !== 'floppy') return STATUS.INVALID;
  if ((registers.cl & 0x3f) !== sectors || last !== cylinders - 1) return 0x0c;
  registers.di = ROM_AT.disketteParameters;
  registers.setEs(ROM_SEGMENT);
  return STATUS.OK;
}

function finish(guest: Guest, number: number, status: number, remember: boolean): void {
  guest.registers.ah = status;
  guest.carry = status !== STATUS.OK;
  if (remember) guest.memory.write8(statusAt(number), status);
}

function statusAt(drive: number): number {
  if (drive >= 0xe0) return EBDA_BASE + EBDA.CD_STATUS;
  return drive >= 0x80 ? BDA.DISK_STATUS : BDA.FLOPPY_STATUS;
}
