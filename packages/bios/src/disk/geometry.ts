import type { DiskGeometry } from '../connection.ts';

/** Floppies by their size in KiB: geometry, and the drive type of INT 13h, AH=08h. */
const FLOPPIES: readonly (readonly [kib: number, cylinders: number, heads: number, sectors: number, type: number])[] = [
  [160, 40, 1, 8, 1],
  [180, 40, 1, 9, 1],
  [320, 40, 2, 8, 1],
  [360, 40, 2, 9, 1],
  [720, 80, 2, 9, 3],
  [1200, 80, 2, 15, 2],
  [1440, 80, 2, 18, 4],
  [1680, 80, 2, 21, 4],
  [1722, 82, 2, 21, 4],
  [2880, 80, 2, 36, 5],
];
const MOST_CYLINDERS = 1024;
const DISK_SECTORS = 63;
/** Heads of the translation that counts on logical block addresses (Phoenix, "Enhanced Disk Drive Specification", 1.1). */
const DISK_HEADS = [16, 32, 64, 128, 255];

/** The drive that a floppy of so many 512-byte sectors fits: one of 1.44 MB unless it is larger. */
export function floppyGeometry(total: number): DiskGeometry & { readonly type: number } {
  const kib = total / 2;
  const exact = FLOPPIES.find(([size]) => size === kib);
  const [, cylinders, heads, sectors, type] =
    exact ?? FLOPPIES.find(([size]) => size >= 1440 && size >= kib) ?? BIGGEST;
  return { cylinders, heads, sectors, type };
}

const BIGGEST = FLOPPIES[FLOPPIES.length - 1];

/** What a disk of so many sectors looks like to programs that count cylinders, of which they see 1024 at most. */
export function diskGeometry(total: number): DiskGeometry {
  const sectors = DISK_SECTORS;
  const heads = DISK_HEADS.find((n) => n * sectors * MOST_CYLINDERS >= total) ?? 255;
  const cylinders = Math.floor(total / (heads * sectors));
  return { cylinders: Math.max(1, Math.min(MOST_CYLINDERS, cylinders)), heads, sectors };
}
