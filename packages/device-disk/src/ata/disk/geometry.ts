import { DEV, LBA } from '../bits.ts';
import { COUNT, LBA_HIGH, LBA_LOW, LBA_MID, type TaskFile } from '../task-file.ts';

/** Cylinders, heads and sectors a track. */
export interface Geometry {
  /** 1 to 65,535. */
  readonly cylinders: number;
  /** 1 to 16. */
  readonly heads: number;
  /** 1 to 255; firmware that has it from a table or a boot sector knows 63 at most. */
  readonly sectors: number;
}

/** Of larger disks, cylinders, heads and sectors name only the first 8.4 GB (ATA-6, 6.2.1). */
const MOST_CYLINDERS = 16_383;
const UPPER = 0x100_0000;

/** The geometry of a disk that was given none: 16 heads and 63 sectors, as far as that goes. */
export function defaultGeometry(sectors: number): Geometry {
  return translation(sectors, 16, 63);
}

/** What INITIALIZE DEVICE PARAMETERS makes of a disk of `total` sectors. */
export function translation(total: number, heads: number, sectors: number): Geometry {
  const cylinders = Math.min(MOST_CYLINDERS, Math.max(1, Math.floor(total / (heads * sectors))));
  return { cylinders, heads, sectors };
}

/** How many sectors a command is for: 0 stands for one more than the register can say. */
export function sectorCount({ current, previous }: TaskFile, ext: boolean): number {
  if (!ext) return current[COUNT] || 256;
  return (previous[COUNT] << 8) | current[COUNT] || 65_536;
}

/** The first sector of a command; -1 if the geometry has none there. */
export function firstSector(taskFile: TaskFile, ext: boolean, { cylinders, heads, sectors }: Geometry): number {
  const { current, previous, device } = taskFile;
  const low = current[LBA_LOW] | (current[LBA_MID] << 8) | (current[LBA_HIGH] << 16);
  if (ext) return low + (previous[LBA_LOW] | (previous[LBA_MID] << 8) | (previous[LBA_HIGH] << 16)) * UPPER;
  if ((device & LBA) !== 0) return low + (device & 0x0f) * UPPER;
  const cylinder = low >>> 8;
  const head = device & 0x0f;
  const sector = low & 0xff;
  if (cylinder >= cylinders || head >= heads || sector === 0 || sector > sectors) return -1;
  return (cylinder * heads + head) * sectors + sector - 1;
}

/** Puts the number of a sector where the host looks for it, in the way in which it named the first one. */
export function putSector(taskFile: TaskFile, ext: boolean, { heads, sectors }: Geometry, lba: number): void {
  const { device } = taskFile;
  let low = lba % UPPER;
  let upper = Math.floor(lba / UPPER);
  if (!ext) {
    let nibble = upper & 0x0f;
    if ((device & LBA) === 0) {
      const track = Math.floor(lba / sectors);
      low = ((lba % sectors) + 1) | ((Math.floor(track / heads) & 0xffff) << 8);
      nibble = track % heads;
    }
    taskFile.device = (device & (LBA | DEV | 0xa0)) | nibble;
    upper = 0;
  }
  taskFile.put(LBA_LOW, low & 0xff, upper & 0xff);
  taskFile.put(LBA_MID, (low >>> 8) & 0xff, (upper >>> 8) & 0xff);
  taskFile.put(LBA_HIGH, (low >>> 16) & 0xff, (upper >>> 16) & 0xff);
}
