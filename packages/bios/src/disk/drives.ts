import { VmError } from '@picovm/core';
import type { BiosBlocks, BiosDisk, DiskGeometry } from '../connection.ts';
import { diskGeometry, floppyGeometry } from './geometry.ts';

/** The first number of each kind of drive. */
const FIRST = { floppy: 0x00, disk: 0x80, cdrom: 0xe0 } as const;
const LAST = { floppy: 0x7f, disk: 0xdf, cdrom: 0xff } as const;

/** A drive that INT 13h reaches. */
export interface Drive {
  /** In DL. */
  readonly number: number;
  /** What it is. */
  readonly kind: BiosDisk['kind'];
  /** Undefined: it is empty. */
  readonly blocks: BiosBlocks | undefined;
  /** Bytes where it begins: not 0 only for an image within a CD-ROM. */
  readonly start: number;
  /** Bytes of a sector. */
  readonly sectorSize: number;
  /** Number of sectors. */
  readonly total: number;
  /** How many of them the host has: those behind are blank, and cannot be written. */
  readonly there: number;
  /** For programs that count cylinders. */
  readonly geometry: DiskGeometry;
  /** Of a floppy: 1 to 5, as INT 13h, AH=08h gives it; else 0. */
  readonly type: number;
  /** Whether it takes no writes. */
  readonly readonly: boolean;
}

interface Entry {
  readonly disk: BiosDisk;
  drive: Drive;
}

/** All drives, by number. */
export class DriveTable {
  readonly #drives = new Map<number, Entry>();

  /** @throws VmError `ERR_INVALID_ARGUMENT` for a number that is taken, or a geometry that there cannot be */
  constructor(disks: readonly BiosDisk[]) {
    for (const disk of disks) {
      const number = disk.number ?? this.#free(disk.kind);
      if (!(number >= FIRST[disk.kind] && number <= LAST[disk.kind]) || this.#drives.has(number)) {
        throw new VmError('ERR_INVALID_ARGUMENT', `there cannot be a ${disk.kind} with the number ${number}`, { disk });
      }
      this.#drives.set(number, { disk, drive: driveOf(disk, number) });
    }
  }

  /** The drive with a number. */
  get(number: number): Drive | undefined {
    const entry = this.#drives.get(number);
    return entry && now(entry);
  }

  /** All of a kind, by ascending numbers. */
  of(kind: BiosDisk['kind']): Drive[] {
    const entries = [...this.#drives.values()].filter(({ disk }) => disk.kind === kind);
    return entries.map(now).sort((a, b) => a.number - b.number);
  }

  #free(kind: BiosDisk['kind']): number {
    let number: number = FIRST[kind];
    while (this.#drives.has(number)) number++;
    return number;
  }
}

/** The drive with what is in it now: the host may have put in something else. */
function now(entry: Entry): Drive {
  if (entry.disk.blocks !== entry.drive.blocks) entry.drive = driveOf(entry.disk, entry.drive.number);
  return entry.drive;
}

function driveOf(disk: BiosDisk, number: number): Drive {
  const { kind, blocks, geometry: given } = disk;
  const sectorSize = kind === 'cdrom' ? 2048 : 512;
  const there = Math.floor((blocks?.size ?? 0) / sectorSize);
  const first = (): Uint8Array | undefined => firstSector(blocks);
  const floppy = kind === 'floppy' ? floppyGeometry(blocks === undefined ? 2880 : there, first) : undefined;
  const geometry = given ?? floppy ?? diskGeometry(there, kind === 'disk' ? first : () => undefined);
  const { cylinders, heads, sectors } = geometry;
  if (!inRange(cylinders, 65_535) || !inRange(heads, 255) || !inRange(sectors, 63)) {
    throw new VmError(
      'ERR_INVALID_ARGUMENT',
      `no disk has ${cylinders} cylinders, ${heads} heads, ${sectors} sectors`,
      {
        disk,
      },
    );
  }
  const readonly = kind === 'cdrom' || blocks?.readonly === true;
  // Images are often only as long as what is on them. A disk has at least the cylinder that its geometry tells of.
  const told = kind === 'floppy' ? cylinders * heads * sectors : kind === 'disk' ? heads * sectors : 0;
  const total = there === 0 ? 0 : Math.max(there, told);
  return { number, kind, blocks, start: 0, sectorSize, total, there, geometry, type: floppy?.type ?? 0, readonly };
}

// Of a backend that takes its time, the size has to do.
function firstSector(blocks: BiosBlocks | undefined): Uint8Array | undefined {
  if (blocks === undefined || blocks.size < 512) return undefined;
  const sector = new Uint8Array(512);
  try {
    const result = blocks.read(0, sector);
    if (result === undefined || typeof result.then !== 'function') return sector;
    result.then(undefined, () => {});
  } catch {
    // Who reads the disk is told.
  }
  return undefined;
}

function inRange(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}
