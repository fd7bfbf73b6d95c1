import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { PageRights } from './page-rights.ts';
import { canonical, type PagingRegisters, shapeOf, shiftOf } from './paging-mode.ts';
import { type WalkOptions, walkPageTables } from './walk-page-tables.ts';

/** How much of the tables is looked at. */
export interface ListOptions extends Pick<WalkOptions, 'physicalBits'> {
  /** Pages, and gaps between them, that are looked at: tables may lead to each other. Default 2^18, which is 1 GiB in pages of 4 KiB. */
  readonly maxPages?: number;
}

/** Pages one behind the other, linear and physical, of one size and with the same rights. */
export interface MappedRange {
  /** Linear address of the first byte. */
  readonly linear: bigint;
  /** Bytes. */
  readonly length: bigint;
  /** Physical address of the first byte. */
  readonly physical: number;
  /** Bytes of each page. */
  readonly pageSize: number;
  /** What may be done there. */
  readonly rights: PageRights;
}

/** All that the page tables map, as far as it was looked at. */
export interface MappedRanges {
  /** By ascending linear address, unsigned. */
  readonly ranges: readonly MappedRange[];
  /** Whether that is all. */
  readonly complete: boolean;
}

/**
 * Lists what is mapped, pages merged to ranges. Entries that would fault are left out. It only reads, does not throw whatever is
 * in the tables, and ends at its limits. Without paging there are no ranges.
 */
export function listMappings(memory: GuestMemory, registers: PagingRegisters, options: ListOptions = {}): MappedRanges {
  const { maxPages = 2 ** 18 } = options;
  const shape = shapeOf(registers);
  const behind = 1n << (shape.long ? 64n : 32n);
  const ranges: Writable<MappedRange>[] = [];
  let linear = shape.mode === 'none' ? behind : 0n;
  // What has to be the same for a page to go on with the last range.
  let kind = '';
  for (let pages = 0; linear < behind && pages < maxPages; pages++) {
    const { physical = 0, pageSize = 0, rights, entries } = walkPageTables(memory, registers, linear, options);
    // What the last entry of the walk is for, mapped or not.
    const length = 1n << BigInt(shiftOf(shape, shape.depth - entries.length));
    const before = kind;
    kind = rights ? [BigInt(physical) - linear, pageSize, rights.supervisor, rights.user].join() : '';
    if (rights && kind === before) ranges[ranges.length - 1].length += length;
    else if (rights) ranges.push({ linear, length, physical, pageSize, rights });
    linear = entries.length > 0 ? linear + length : canonical(shape, linear);
  }
  return { ranges, complete: linear === behind };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
