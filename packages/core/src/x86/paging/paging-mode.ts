import { CR0, CR4, EFER } from '../flags.ts';
import type { X86SpecialRegisters } from '../registers.ts';

/** How linear addresses become physical ones (Intel SDM volume 3A, section 4.1.1); `none`: they are the same. */
export type PagingMode = 'none' | '32-bit' | 'pae' | '4-level' | '5-level';

/** The registers that say how a CPU translates addresses. */
export type PagingRegisters = Pick<X86SpecialRegisters, 'cr0' | 'cr3' | 'cr4' | 'efer'>;

/** What the tables of a mode look like. */
export interface TableShape {
  readonly mode: PagingMode;
  /** Number of levels; 1, which stands for the page itself, without paging. */
  readonly depth: number;
  /** Entries have 64 bits, not 32. */
  readonly wide: boolean;
  /** So have linear addresses. */
  readonly long: boolean;
  /** Bits of the linear address that each level uses up. */
  readonly indexBits: number;
}

/** By the number of their levels, from 1 on. */
const MODES: readonly PagingMode[] = ['none', '32-bit', 'pae', '4-level', '5-level'];

/** The shape of the tables that the control registers speak of. */
export function shapeOf({ cr0, cr4, efer }: PagingRegisters): TableShape {
  const long = has(cr0, CR0.PG) && has(efer, EFER.LMA);
  const pae = has(cr4, CR4.PAE) ? 3 : 2;
  const depth = long ? (has(cr4, CR4.LA57) ? 5 : 4) : has(cr0, CR0.PG) ? pae : 1;
  const wide = depth !== 2;
  return { mode: MODES[depth - 1], depth, wide, long, indexBits: wide ? 9 : 10 };
}

/** Which mode of paging the control registers say. */
export function pagingMode(registers: PagingRegisters): PagingMode {
  return shapeOf(registers).mode;
}

/** The lowest bit of a linear address that chooses an entry of a level. @param level 0 for the last */
export function shiftOf({ indexBits }: TableShape, level: number): number {
  return 12 + level * indexBits;
}

/** Repeats the highest bit that is translated in those above, as long mode wants it (SDM volume 1, section 3.3.7.1). */
export function canonical(shape: TableShape, linear: bigint): bigint {
  return shape.long
    ? BigInt.asUintN(64, BigInt.asIntN(shiftOf(shape, shape.depth), linear))
    : BigInt.asUintN(32, linear);
}

/** Whether a register or an entry has a bit. */
export function has(register: bigint, bit: number): boolean {
  return (register & BigInt(bit)) !== 0n;
}
