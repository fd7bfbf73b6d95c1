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
  /** For programs that count cylinders. */
  readonly geometry: DiskGeometry;
  /** Of a floppy: 1 to 5, as INT 13h, AH=08h gives it. */
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
  const total = Math.floor((blocks?.size ?? 0) / sectorSize);
  const floppy = floppyGeometry(blocks === undefined ? 2880 : total);
  const geometry = given ?? (kind === 'floppy' ? floppy : diskGeometry(total));
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
  return { number, kind, blocks, start: 0, sectorSize, total, geometry, type: floppy.type, readonly };
}

function inRange(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}
