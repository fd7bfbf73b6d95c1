import { SECTOR } from './bits.ts';

/** How the sectors of a disk are laid out. Cylinders and heads count from 0, sectors from 1. */
export interface FloppyGeometry {
  /** 40 to 86. */
  readonly cylinders: number;
  /** 1 or 2. */
  readonly heads: number;
  /** Sectors on a track: 8 to 48. */
  readonly sectors: number;
}

/** What a disk may have at most: 86 cylinders with 48 sectors on each side. */
export const MAX_SECTORS: number = 86 * 2 * 48;

const CYLINDERS: readonly number[] = [80, 82, 83, 81, 84, 40, 42];
/** Sectors a track of the formats that people use, from 160 KB to 3.84 MB. */
const PER_TRACK: readonly number[] = [8, 9, 10, 15, 18, 20, 21, 22, 23, 24, 36, 40, 44, 48];
/** Double density ends here. */
const DOUBLE_DENSITY = 11;

/**
 * The geometry of a disk: what its boot sector says, if that can be; else what its size says; else the smallest of
 * 1.44 MB and 2.88 MB that it fits on: the rest of such a disk reads as zeros.
 * @param total how many sectors the image has
 */
export function geometryOf(total: number, bootSector?: Uint8Array): FloppyGeometry {
  return (bootSector && geometryFromBootSector(bootSector, total)) ?? geometryFromSize(total);
}

// The BIOS parameter block of a FAT file system.
function geometryFromBootSector(bytes: Uint8Array, imageSectors: number): FloppyGeometry | undefined {
  const word = (offset: number): number => bytes[offset] | (bytes[offset + 1] << 8);
  const [bytesPerSector, total, sectors, heads] = [word(11), word(19), word(24), word(26)];
  if (bytesPerSector !== SECTOR || bytes[21] < 0xf0 || sectors < 8 || sectors > 48 || heads < 1 || heads > 2) {
    return undefined;
  }
  const cylinders = total / (sectors * heads);
  // An image may leave out its end, but not have more than its file system knows of.
  if (!Number.isInteger(cylinders) || cylinders < 40 || cylinders > 86 || imageSectors > total) return undefined;
  return { cylinders, heads, sectors };
}

function geometryFromSize(total: number): FloppyGeometry {
  for (const cylinders of CYLINDERS) {
    const sectors = total / (2 * cylinders);
    const wide = cylinders < 80;
    if (PER_TRACK.includes(sectors) && !(wide && sectors > DOUBLE_DENSITY)) return { cylinders, heads: 2, sectors };
  }
  if (total === 320 || total === 360) return { cylinders: 40, heads: 1, sectors: total / 40 };
  if (total <= 2880) return { cylinders: 80, heads: 2, sectors: 18 };
  if (total <= 5760) return { cylinders: 80, heads: 2, sectors: 36 };
  return { cylinders: 86, heads: 2, sectors: 48 };
}

/** The types of drives, as a PC's setup calls them, with their numbers in byte 10h of its CMOS memory. */
export const CMOS_TYPES: Readonly<Record<FloppyDriveType, number>> = {
  '360K': 1,
  '1.2M': 2,
  '720K': 3,
  '1.44M': 4,
  '2.88M': 5,
};

/** What a drive is called by the disks that it takes. */
export type FloppyDriveType = '360K' | '1.2M' | '720K' | '1.44M' | '2.88M';

/** The drive that an image of so many sectors was made for. */
export function driveTypeFor(total: number): FloppyDriveType {
  const { cylinders, sectors } = geometryFromSize(total);
  if (cylinders < 80) return '360K';
  if (sectors < DOUBLE_DENSITY) return '720K';
  if (sectors === 15) return '1.2M';
  return sectors < 36 ? '1.44M' : '2.88M';
}

/** The data rate (0 500, 1 300, 2 250 kb/s, 3 1 Mb/s) at which such a disk can be read in such a drive. */
export function rateOf({ sectors }: FloppyGeometry, type: FloppyDriveType): number {
  if (sectors < DOUBLE_DENSITY) return type === '1.2M' ? 1 : 2;
  return sectors < 36 ? 0 : 3;
}
