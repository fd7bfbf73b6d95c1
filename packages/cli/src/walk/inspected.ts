import type { GuestMemory, MapEntry } from '@picovm/core';
import type { X86SpecialRegisters } from '@picovm/core/x86';

/** A stopped machine, as far as translations depend on it. */
export interface Inspected {
  readonly memory: GuestMemory;
  readonly map: readonly MapEntry[];
  readonly special: X86SpecialRegisters;
  /** The linear address of the instruction that the CPU is at. */
  readonly instruction: bigint;
  /** Of the CPU, as far as that is known. */
  readonly physicalBits: number;
  /** What it is, in a sentence. */
  readonly about: string;
}

const MASK_32 = 0xffff_ffffn;
/** Of the interpreter's processors, those with the most. */
const INTERPRETER_BITS = 36;
/** The most that there are: nothing is taken for reserved that a host may have. */
const MOST_BITS = 52;

/** The linear address of an instruction (in 64-bit mode, CS has no base). */
export function linearOf({ cs }: X86SpecialRegisters, rip: bigint): bigint {
  return cs.l === 1 ? rip : (cs.base + rip) & MASK_32;
}

/** Physical address bits of a guest's CPU, by what it ran on. */
export function physicalBitsOf(accelerator: string): number {
  return accelerator === 'interp' ? INTERPRETER_BITS : MOST_BITS;
}
