import type { GuestMemory } from '../../memory/guest-memory.ts';
import { CR4, EFER } from '../flags.ts';
import { ADDRESS, isPaePointer, P, PS, RW, reservedBits, US, XD } from './entry-bits.ts';
import { type PageRights, rightsOf } from './page-rights.ts';
import { canonical, has, type PagingMode, type PagingRegisters, shapeOf, shiftOf } from './paging-mode.ts';

/** The names of entries, from the last level upwards. */
const ENTRY_NAMES = ['PTE', 'PDE', 'PDPTE', 'PML4E', 'PML5E'] as const;

/** For which access a translation is wanted, and on which processor. */
export interface WalkOptions {
  /** Physical address bits (MAXPHYADDR, CPUID 80000008H), 32 to 52: those above are reserved in entries. Default 52. */
  readonly physicalBits?: number;
  /** What is done. Without it, rights are told and not judged, and faults are those of a read. */
  readonly access?: 'read' | 'write' | 'execute';
  /** Whether it is done at privilege level 3. Default false. */
  readonly user?: boolean;
}

/** A bit of an entry that is set, by the name that the manuals give it at its level. */
export type PageFlag = 'P' | 'RW' | 'US' | 'PWT' | 'PCD' | 'A' | 'D' | 'PS' | 'PAT' | 'G' | 'XD';

/** One level of a walk: the entry that the linear address chose. */
export interface PageTableEntry {
  /** What the manuals call it. */
  readonly name: 'PTE' | 'PDE' | 'PDPTE' | 'PML4E' | 'PML5E';
  /** Physical address of its table. */
  readonly table: number;
  /** Its number in the table. */
  readonly index: number;
  /** Its own physical address. */
  readonly address: number;
  /** The entry itself, 32 or 64 bits; undefined where there is no memory. */
  readonly value: bigint | undefined;
  /** Which of its bits are set; of an entry that is not present, none. */
  readonly flags: readonly PageFlag[];
  /** Those of its bits that are set and reserved; 0 if it is in order. */
  readonly reserved: bigint;
}

/** Why there is no translation, or why the access is refused. */
export interface PageWalkFault {
  /**
   * `not-present`, `reserved-bits`, `protection`: a page fault. `non-canonical`: no address at all, #GP or #SS. `no-memory`:
   * a table lies where there is no memory; what a CPU finds there is the machine's affair.
   */
  readonly reason: 'not-present' | 'reserved-bits' | 'protection' | 'non-canonical' | 'no-memory';
  /** What the exception pushes (Intel SDM volume 3A, section 4.7); undefined for `no-memory`. */
  readonly errorCode: number | undefined;
}

/** The way from a linear address to a physical one. */
export interface PageWalk {
  /** How the CPU translates. */
  readonly mode: PagingMode;
  /** The linear address: 32 bits, in long mode 64. */
  readonly linear: bigint;
  /** The entries on the way, from the top. */
  readonly entries: readonly PageTableEntry[];
  /** Where it leads; undefined if it leads nowhere. There need not be memory. */
  readonly physical?: number;
  /** Bytes of the page; undefined if it leads nowhere, or if there is no paging. */
  readonly pageSize?: number;
  /** What may be done there; undefined if it leads nowhere. */
  readonly rights?: PageRights;
  /** Undefined if all is well. */
  readonly fault?: PageWalkFault;
}

/** What an access adds to a page fault's error code (Intel SDM volume 3A, section 4.7). */
const ACCESS = { read: 0, write: 2, execute: 16 } as const;
const RESERVED = 8;

/**
 * Walks the page tables as the CPU would (Intel SDM volume 3A, chapter 4), and shows each step. It only reads: no accessed or
 * dirty bit is set, and no TLB is asked, so that a CPU may still go by older entries. Whatever is in the tables, it does not
 * throw, and reads at most five entries. PDPTEs of PAE paging are read from memory; a CPU has those of its last load of CR3. What
 * few processors lack is taken for granted: page attributes (PAT), and in long mode pages of 1 GiB.
 * @param linear after segmentation; without long mode its lower 32 bits count
 */
export function walkPageTables(
  memory: GuestMemory,
  registers: PagingRegisters,
  linear: bigint,
  options: WalkOptions = {},
): PageWalk {
  const { access, user, physicalBits = 52 } = options;
  const { cr3, cr4, efer } = registers;
  const shape = shapeOf(registers);
  const { mode, depth, wide, long } = shape;
  const entries: PageTableEntry[] = [];
  const from = BigInt.asUintN(long ? 64 : 32, linear);
  const walk: Writable<PageWalk> = { mode, linear: from, entries };
  const fail = (reason: PageWalkFault['reason'], errorCode?: number): PageWalk => {
    walk.fault = { reason, errorCode };
    return walk;
  };
  if (mode === 'none') {
    walk.physical = Number(from);
    walk.rights = { supervisor: 'rwx', user: 'rwx' };
    return walk;
  }
  if (canonical(shape, from) !== from) return fail('non-canonical', 0);
  // Fetches are told apart where they can be refused.
  const told = access !== 'execute' || (wide && has(efer, EFER.NXE)) || has(cr4, CR4.SMEP);
  const code = (told ? ACCESS[access ?? 'read'] : 0) | (user ? US : 0);
  let table = Number(cr3 & (long ? ADDRESS : wide ? 0xffff_ffe0n : 0xffff_f000n));
  let granted = BigInt(RW | US);
  for (let level = depth - 1; ; level--) {
    const shift = shiftOf(shape, level);
    const index = Number(BigInt.asUintN(shape.indexBits, from >> BigInt(shift)));
    const address = table + index * (wide ? 8 : 4);
    // A table is in memory as a whole, or not at all.
    const value = memory.regionAt(address) && (wide ? memory.readU64(address) : BigInt(memory.readU32(address)));
    const entry = value && has(value, P) ? value : 0n;
    const pointer = isPaePointer(shape, level);
    const large = has(entry, PS) && (level === 1 ? wide || has(cr4, CR4.PSE) : level === 2 && long);
    const page = large || level === 0;
    const reserved = entry & reservedBits(shape, registers, level, large, physicalBits);
    const flags = flagsOf(entry, page ? 0x1ff : pointer ? 0x19 : 0x3f, level);
    entries.push({ name: ENTRY_NAMES[level], table, index, address, value, flags, reserved });
    if (value === undefined) return fail('no-memory');
    if (entry === 0n) return fail('not-present', code);
    if (reserved !== 0n) return fail('reserved-bits', code | P | RESERVED);
    if (!pointer) granted = (granted & entry & BigInt(RW | US)) | ((granted | entry) & XD);
    table = Number(entry & ADDRESS);
    if (!page) continue;
    const offset = BigInt.asUintN(shift, from);
    const high = large && !wide ? Number((entry >> 13n) & 0xffn) * 2 ** 32 : 0;
    const rights = rightsOf(registers, granted);
    walk.physical = Number((entry & ADDRESS & -(1n << BigInt(shift))) | offset) + high;
    walk.pageSize = 2 ** shift;
    walk.rights = rights;
    const allowed = !access || rights[user ? 'user' : 'supervisor'].includes(access === 'execute' ? 'x' : access[0]);
    return allowed ? walk : fail('protection', code | P);
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

// `known`: which of the lower bits mean something.
function flagsOf(entry: bigint, known: number, level: number): PageFlag[] {
  const names: PageFlag[] = ['P', 'RW', 'US', 'PWT', 'PCD', 'A', 'D', level > 0 ? 'PS' : 'PAT', 'G'];
  const flags = names.filter((_, bit) => has(entry, known & (1 << bit)));
  if (known > 0xff && level > 0 && has(entry, 0x1000)) flags.push('PAT');
  if (entry >= XD) flags.push('XD');
  return flags;
}
