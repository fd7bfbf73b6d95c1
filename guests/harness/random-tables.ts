import type { GuestMemory } from '@picovm/core';
import type { PagingMode } from '@picovm/core/x86';
import type { Random } from '../snapshots/random.ts';

/** Physical pages that hold tables: the first of them is the top one. */
export const TABLES = { first: 0x10, count: 12 } as const;
const PAGES = 0x80;

/** The tables of a mode, as far as they are put in the way of an address here. */
export interface TableForm {
  readonly mode: PagingMode;
  readonly depth: number;
  readonly indexBits: number;
  readonly entryBytes: 4 | 8;
}

export const FORMS: Readonly<Record<'32-bit' | 'pae' | '4-level', TableForm>> = {
  '32-bit': { mode: '32-bit', depth: 2, indexBits: 10, entryBytes: 4 },
  pae: { mode: 'pae', depth: 3, indexBits: 9, entryBytes: 8 },
  '4-level': { mode: '4-level', depth: 4, indexBits: 9, entryBytes: 8 },
};

/** What an address is given on its way, and what else could be there. */
export interface Noise {
  /** A bit above the address lines, or one that is reserved elsewhere, once in so many entries. */
  readonly reserved: number;
  /** Addresses of tables and pages without memory, once in so many entries. */
  readonly beyond: number;
}

/** Writes random entries where a walk for `linear` looks, level by level: mostly a way, with all kinds of rights. */
export function randomWay(memory: GuestMemory, form: TableForm, linear: bigint, random: Random, noise: Noise): void {
  const { mode, depth, indexBits, entryBytes } = form;
  let table: number = TABLES.first;
  for (let level = depth - 1; level >= 0; level--) {
    const index = Number(BigInt.asUintN(indexBits, linear >> BigInt(12 + level * indexBits)));
    const pointer = mode === 'pae' && level === 2;
    const next = TABLES.first + random.integer(1, TABLES.count - 1);
    const isLast = level === 0;
    let frame = isLast ? random.integer(0, PAGES - 1) : next;
    if (!pointer && random.integer(1, noise.beyond) === 1) frame = random.integer(PAGES, 0xfffff);
    const bits = pointer ? 0x18 : random.integer(0, 3) === 0 ? 0x17f : 0x7f | 0x80;
    let entry = BigInt(frame) * 4096n + BigInt(random.integer(0, 0x1ff) & bits);
    // Present, and rarely refused.
    if (random.integer(1, 12) > 1) entry |= 1n;
    if (!pointer && random.integer(1, 3) > 1) entry |= 6n;
    if (!pointer && entryBytes === 8) {
      if (random.integer(1, 10) === 1) entry |= 1n << 63n;
      if (random.integer(1, noise.reserved) === 1) entry |= 1n << BigInt(random.integer(32, 62));
    }
    // Large pages are aligned, mostly.
    const large = level > 0 && (entry & 0x80n) !== 0n;
    if (large && !pointer && random.integer(1, 4) > 1) entry &= ~((1n << BigInt(12 + level * indexBits)) - 1n) | 0xfffn;
    const at = table * 4096 + index * entryBytes;
    if (entryBytes === 8) memory.writeU64(at, entry);
    else memory.writeU32(at, Number(entry));
    table = next;
  }
}
