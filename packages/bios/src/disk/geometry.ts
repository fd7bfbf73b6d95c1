import type { DiskGeometry } from '../connection.ts';

const CYLINDERS: readonly number[] = [80, 82, 83, 81, 84, 40, 42];
/** Sectors a track of the formats that people use, from 160 KB to 3.84 MB. */
const PER_TRACK: readonly number[] = [8, 9, 10, 15, 18, 20, 21, 22, 23, 24, 36, 40, 44, 48];
/** Double density ends here. */
const DOUBLE_DENSITY = 11;
/** The master boot record: where its four partitions are, and the signature. */
const PARTITIONS = 0x1be;
const SIGNATURE = 0x1fe;
/** What boot sectors of FAT file systems begin with. */
const JUMPS = [0xeb, 0xe9];
const MOST_CYLINDERS = 1024;
const DISK_SECTORS = 63;
/** Heads of the translation that counts on logical block addresses (Phoenix, "Enhanced Disk Drive Specification", 1.1). */
const DISK_HEADS = [16, 32, 64, 128, 255];

type Track = Pick<DiskGeometry, 'heads' | 'sectors'>;

/** How a floppy is laid out. */
export interface FloppyGeometry extends DiskGeometry {
  /** The drive that it was made for, 1 to 5, as INT 13h, AH=08h gives it. */
  readonly type: number;
}

/**
 * What a floppy is by its size; else by the FAT file system on it, of which the image leaves out the end; else the smallest of 1.44, 2.88
 * and 3.84 MB that it fits on, of which the rest is blank.
 * @param total how many sectors the image has
 * @param bootSector reads the first one, if that can be
 */
export function floppyGeometry(total: number, bootSector: () => Uint8Array | undefined): FloppyGeometry {
  const geometry = ofSize(total) ?? ofFileSystem(bootSector(), total) ?? largeEnough(total);
  return { ...geometry, type: driveType(geometry) };
}

// The BIOS parameter block (Microsoft, "FAT: general overview of on-disk format", 1.03).
function ofFileSystem(bytes: Uint8Array | undefined, imageSectors: number): DiskGeometry | undefined {
  if (bytes === undefined) return undefined;
  const [sectorSize, total, sectors, heads] = [11, 19, 24, 26].map((at) => word(bytes, at));
  if (sectorSize !== 512 || bytes[21] < 0xf0 || sectors < 8 || sectors > 48 || heads < 1 || heads > 2) return undefined;
  const cylinders = total / (sectors * heads);
  if (!Number.isInteger(cylinders) || cylinders < 40 || cylinders > 86 || imageSectors > total) return undefined;
  return { cylinders, heads, sectors };
}

function ofSize(total: number): DiskGeometry | undefined {
  for (const cylinders of CYLINDERS) {
    const sectors = total / (2 * cylinders);
    if (PER_TRACK.includes(sectors) && (cylinders >= 80 || sectors < DOUBLE_DENSITY)) {
      return { cylinders, heads: 2, sectors };
    }
  }
  return total === 320 || total === 360 ? { cylinders: 40, heads: 1, sectors: total / 40 } : undefined;
}

function largeEnough(total: number): DiskGeometry {
  if (total <= 2880) return { cylinders: 80, heads: 2, sectors: 18 };
  return total <= 5760 ? { cylinders: 80, heads: 2, sectors: 36 } : { cylinders: 86, heads: 2, sectors: 48 };
}

function driveType({ cylinders, sectors }: DiskGeometry): number {
  if (cylinders < 80) return 1;
  if (sectors < DOUBLE_DENSITY) return 3;
  if (sectors === 15) return 2;
  return sectors < 36 ? 4 : 5;
}

/**
 * What a disk looks like to programs that count cylinders, of which they see 1024 at most: as those had it who made its partitions, or the
 * FAT file system that fills it; else by its size.
 * @param total how many sectors it has
 * @param firstSector reads the first one, if that can be
 */
export function diskGeometry(total: number, firstSector: () => Uint8Array | undefined): DiskGeometry {
  const first = firstSector();
  const { heads, sectors } = (first && (ofPartitions(first) ?? ofSuperfloppy(first, total))) ?? translated(total);
  const cylinders = Math.floor(total / (heads * sectors));
  return { cylinders: Math.max(1, Math.min(MOST_CYLINDERS, cylinders)), heads, sectors };
}

function translated(total: number): Track {
  const sectors = DISK_SECTORS;
  return { heads: DISK_HEADS.find((n) => n * sectors * MOST_CYLINDERS >= total) ?? 255, sectors };
}

// Partitions end with a cylinder, as a rule. Where they do not, the two ways to tell where they end contradict each other.
function ofPartitions(bytes: Uint8Array): Track | undefined {
  if (!isSigned(bytes)) return undefined;
  for (let at = PARTITIONS; at < SIGNATURE; at += 16) {
    const [lastHead, sectors] = [bytes[at + 5], bytes[at + 6] & 0x3f];
    const lastCylinder = bytes[at + 7] | ((bytes[at + 6] & 0xc0) << 2);
    const heads = lastHead + 1;
    const length = long(bytes, at + 12);
    const end =
      lastCylinder === MOST_CYLINDERS - 1 || (lastCylinder + 1) * heads * sectors === long(bytes, at + 8) + length;
    const used = bytes[at + 4] !== 0 && (bytes[at] & 0x7f) === 0 && length !== 0;
    if (used && end && heads > 1 && heads < 256 && sectors > 0) return { heads, sectors };
  }
  return undefined;
}

function ofSuperfloppy(bytes: Uint8Array, imageSectors: number): Track | undefined {
  const [sectors, heads] = [word(bytes, 24), word(bytes, 26)];
  const told = word(bytes, 19) || long(bytes, 32);
  const isFat = JUMPS.includes(bytes[0]) && word(bytes, 11) === 512 && word(bytes, 14) > 0 && bytes[21] >= 0xf0;
  if (!isSigned(bytes) || !isFat || told < heads * sectors || told > imageSectors) return undefined;
  return sectors > 0 && sectors < 64 && heads > 0 && heads < 256 ? { heads, sectors } : undefined;
}

function isSigned(bytes: Uint8Array): boolean {
  return word(bytes, SIGNATURE) === 0xaa55;
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8);
}

function long(bytes: Uint8Array, at: number): number {
  return (word(bytes, at) | (word(bytes, at + 2) << 16)) >>> 0;
}
