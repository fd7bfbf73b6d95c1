import type { Cpu } from './cpu.ts';
import { SEG, SLOT, TLB_ENTRIES } from './state-layout.ts';

// Constants of this module, because V8 folds those, but not imported ones, into compiled code.
const { BASE, READ4, WRITE4 } = SEG;
const { TLB_READ, TLB_WRITE, TLB_ADDEND, TLB_MODE } = SLOT;
const ENTRY_MASK = TLB_ENTRIES - 1;

/** The arena offset of `size` bytes (4 to 64) that may be read in place, or -1. */
export function locateReadWide(cpu: Cpu, segment: number, offset: number, size: number): number {
  const { state } = cpu;
  if ((offset >>> 0) + size - 4 >= cpu.u32[segment + READ4]) return -1;
  const linear = (state[segment + BASE] + offset) | 0;
  const entry = (linear >>> 12) & ENTRY_MASK;
  return state[TLB_READ + entry] === (((linear + size - 1) & -4096) | state[TLB_MODE])
    ? (linear + state[TLB_ADDEND + entry]) | 0
    : -1;
}

/** The arena offset of `size` bytes (4 to 64) that may be read and written in place, or -1. */
export function locateWide(cpu: Cpu, segment: number, offset: number, size: number): number {
  const { state } = cpu;
  if ((offset >>> 0) + size - 4 >= cpu.u32[segment + WRITE4]) return -1;
  const linear = (state[segment + BASE] + offset) | 0;
  const entry = (linear >>> 12) & ENTRY_MASK;
  return state[TLB_WRITE + entry] === (((linear + size - 1) & -4096) | state[TLB_MODE])
    ? (linear + state[TLB_ADDEND + entry]) | 0
    : -1;
}
