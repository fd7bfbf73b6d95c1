import { IdentifyWords } from '../identify-words.ts';
import type { TransferModes } from '../transfer-modes.ts';
import type { Geometry } from './geometry.ts';

/** What IDENTIFY DEVICE tells of a disk. */
export interface DiskIdentity {
  /** Sectors of 512 bytes. */
  readonly total: number;
  /** As the disk was made. */
  readonly geometry: Geometry;
  /** As INITIALIZE DEVICE PARAMETERS has set it. */
  readonly current: Geometry;
  /** At most 40 characters. */
  readonly model: string;
  /** At most 20 characters. */
  readonly serial: string;
  /** Sectors of a block of READ MULTIPLE; 0: none. */
  readonly multiple: number;
  readonly writeCache: boolean;
  readonly lookAhead: boolean;
  readonly modes: TransferModes;
}

/** The most sectors of a block of READ MULTIPLE. */
export const MOST_MULTIPLE = 16;

/** NOP, look-ahead, write cache. */
const COMMANDS_82 = 0x4060;
/** FLUSH CACHE EXT, FLUSH CACHE, 48-bit addresses; bit 14 is always set. */
const COMMANDS_83 = 0x7400;
const ALWAYS = 0x4000;

/** Fills the first 512 bytes of a buffer (ATA-6, 8.15). */
export function identifyDevice(buffer: Uint8Array, disk: DiskIdentity): void {
  const { total, geometry, current, modes } = disk;
  const words = new IdentifyWords(buffer);
  // A fixed disk.
  words.set(0, 0x0040);
  words.set(1, geometry.cylinders);
  words.set(3, geometry.heads);
  words.set(6, geometry.sectors);
  words.text(10, 10, disk.serial);
  words.text(23, 4, '1.0');
  words.text(27, 20, disk.model);
  words.set(47, 0x8000 | MOST_MULTIPLE);
  // 32-bit accesses to the data register, in what ATA-3 and older had here.
  words.set(48, 1);
  modes.describe(words);
  words.set(51, 0x0200);
  words.set(54, current.cylinders);
  words.set(55, current.heads);
  words.set(56, current.sectors);
  words.number(57, 2, current.cylinders * current.heads * current.sectors);
  words.set(59, disk.multiple === 0 ? 0 : 0x100 | disk.multiple);
  words.number(60, 2, Math.min(total, 0x0fff_ffff));
  // ATA-4 to ATA-6.
  words.set(80, 0x0070);
  words.set(82, COMMANDS_82);
  words.set(83, COMMANDS_83);
  words.set(84, ALWAYS);
  words.set(85, (COMMANDS_82 & ~0x60) | (disk.writeCache ? 0x20 : 0) | (disk.lookAhead ? 0x40 : 0));
  words.set(86, COMMANDS_83 & ~ALWAYS);
  words.set(87, ALWAYS);
  // An 80-conductor cable, and device 0 has passed its diagnostics.
  words.set(93, 0x6001);
  words.number(100, 4, total);
  words.seal();
}
