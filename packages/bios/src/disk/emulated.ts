import type { Guest } from '../guest/guest.ts';
import type { Drive } from './drives.ts';

const CD_SECTOR = 2048;

/** Linear addresses of the emulation's state, from `EBDA.CD` in the extended BIOS data area on. */
export const CD_STATE = {
  /** 1: programs see an image of the CD-ROM as floppy 0. */
  active: 0x9fc90,
  /** 0: none; 1, 2, 3: floppies of 1.2, 1.44, 2.88 MB. */
  media: 0x9fc91,
  /** The number that programs see. */
  drive: 0x9fc92,
  /** The CD-ROM. */
  source: 0x9fc93,
  /** Its block where the image begins. */
  lba: 0x9fc94,
  /** Segment that it was loaded to. */
  segment: 0x9fc98,
  /** How many 512-byte sectors were loaded. */
  sectors: 0x9fc9a,
  /** For INT 19h: which of the drives is tried, and how far. */
  bootIndex: 0x9fca0,
  bootStep: 0x9fca1,
  /** Block of the boot catalogue. */
  catalogue: 0x9fca4,
} as const;

/** Sectors a track of the media types 1 to 3. */
const TRACK = [0, 15, 18, 36];
/** The drive types that INT 13h, AH=08h gives for them. */
const TYPES = [0, 2, 4, 5];

/** The drive that a program means. The state in memory is the guest's: it may be anything. */
export function driveFor(guest: Guest, number: number): Drive | undefined {
  const { memory, drives } = guest;
  if (memory.read8(CD_STATE.active) !== 1 || number >= 0x80) return drives.get(number);
  if (number > 0) return drives.get(number - 1);
  const media = memory.read8(CD_STATE.media);
  const cdrom = drives.get(memory.read8(CD_STATE.source));
  if (cdrom?.kind !== 'cdrom' || cdrom.blocks === undefined || !(media in TRACK) || media === 0) return undefined;
  const geometry = { cylinders: 80, heads: 2, sectors: TRACK[media] };
  const start = memory.read32(CD_STATE.lba) * CD_SECTOR;
  const there = Math.floor((cdrom.blocks.size - start) / 512);
  const total = Math.min(80 * 2 * TRACK[media], Math.max(0, there));
  const { blocks } = cdrom;
  return {
    number,
    kind: 'floppy',
    blocks,
    start,
    sectorSize: 512,
    total,
    there: total,
    geometry,
    type: TYPES[media],
    readonly: true,
  };
}

/** How many floppies programs see. */
export function floppyCount(guest: Guest): number {
  const emulated = guest.memory.read8(CD_STATE.active) === 1 ? 1 : 0;
  return guest.drives.of('floppy').length + emulated;
}
