import type { Cpu } from './cpu.ts';
import { readSlow, writeSlow } from './slow-memory.ts';
import { SEG, SLOT, TLB_ENTRIES } from './state-layout.ts';

// Constants of this module, because V8 folds those, but not imported ones, into compiled code.
const { BASE, READ1, READ2, READ4, WRITE1, WRITE2, WRITE4 } = SEG;
const { TLB_READ, TLB_WRITE, TLB_ADDEND, TLB_MODE } = SLOT;
const ENTRY_MASK = TLB_ENTRIES - 1;

/** Reads a byte. @param segment the word of a segment register in the state @param offset an int32 @returns unsigned */
export function read8(cpu: Cpu, segment: number, offset: number): number {
  const { state } = cpu;
  if (offset >>> 0 < cpu.u32[segment + READ1]) {
    const linear = (state[segment + BASE] + offset) | 0;
    const entry = (linear >>> 12) & ENTRY_MASK;
    if (state[TLB_READ + entry] === ((linear & -4096) | state[TLB_MODE]))
      return cpu.mem[(linear + state[TLB_ADDEND + entry]) | 0];
  }
  return readSlow(cpu, segment, offset, 1);
}

/** Reads 16 bits. @returns unsigned */
export function read16(cpu: Cpu, segment: number, offset: number): number {
  const { state } = cpu;
  if (offset >>> 0 < cpu.u32[segment + READ2]) {
    const linear = (state[segment + BASE] + offset) | 0;
    const entry = (linear >>> 12) & ENTRY_MASK;
    if (state[TLB_READ + entry] === (((linear + 1) & -4096) | state[TLB_MODE])) {
      return cpu.view.getUint16((linear + state[TLB_ADDEND + entry]) | 0, true);
    }
  }
  return readSlow(cpu, segment, offset, 2);
}

/** Reads 32 bits. @returns an int32 */
export function read32(cpu: Cpu, segment: number, offset: number): number {
  const { state } = cpu;
  if (offset >>> 0 < cpu.u32[segment + READ4]) {
    const linear = (state[segment + BASE] + offset) | 0;
    const entry = (linear >>> 12) & ENTRY_MASK;
    if (state[TLB_READ + entry] === (((linear + 3) & -4096) | state[TLB_MODE])) {
      return cpu.view.getInt32((linear + state[TLB_ADDEND + entry]) | 0, true);
    }
  }
  return readSlow(cpu, segment, offset, 4);
}

/** Writes the low 8 bits of `value`. */
export function write8(cpu: Cpu, segment: number, offset: number, value: number): void {
  const at = locate8(cpu, segment, offset);
  if (at >= 0) cpu.mem[at] = value;
  else writeSlow(cpu, segment, offset, 1, value);
}

/** Writes the low 16 bits of `value`. */
export function write16(cpu: Cpu, segment: number, offset: number, value: number): void {
  const at = locate16(cpu, segment, offset);
  if (at >= 0) cpu.view.setUint16(at, value, true);
  else writeSlow(cpu, segment, offset, 2, value);
}

/** Writes 32 bits. */
export function write32(cpu: Cpu, segment: number, offset: number, value: number): void {
  const at = locate32(cpu, segment, offset);
  if (at >= 0) cpu.view.setInt32(at, value, true);
  else writeSlow(cpu, segment, offset, 4, value);
}

/** The arena offset of a byte that may be read and written in place, or -1. */
export function locate8(cpu: Cpu, segment: number, offset: number): number {
  const { state } = cpu;
  if (offset >>> 0 >= cpu.u32[segment + WRITE1]) return -1;
  const linear = (state[segment + BASE] + offset) | 0;
  const entry = (linear >>> 12) & ENTRY_MASK;
  return state[TLB_WRITE + entry] === ((linear & -4096) | state[TLB_MODE])
    ? (linear + state[TLB_ADDEND + entry]) | 0
    : -1;
}

/** The same for 16 bits. */
export function locate16(cpu: Cpu, segment: number, offset: number): number {
  const { state } = cpu;
  if (offset >>> 0 >= cpu.u32[segment + WRITE2]) return -1;
  const linear = (state[segment + BASE] + offset) | 0;
  const entry = (linear >>> 12) & ENTRY_MASK;
  return state[TLB_WRITE + entry] === (((linear + 1) & -4096) | state[TLB_MODE])
    ? (linear + state[TLB_ADDEND + entry]) | 0
    : -1;
}

/** The same for 32 bits. */
export function locate32(cpu: Cpu, segment: number, offset: number): number {
  const { state } = cpu;
  if (offset >>> 0 >= cpu.u32[segment + WRITE4]) return -1;
  const linear = (state[segment + BASE] + offset) | 0;
  const entry = (linear >>> 12) & ENTRY_MASK;
  return state[TLB_WRITE + entry] === (((linear + 3) & -4096) | state[TLB_MODE])
    ? (linear + state[TLB_ADDEND + entry]) | 0
    : -1;
}

/** The same for 64 bits. */
export function locate64(cpu: Cpu, segment: number, offset: number): number {
  const { state } = cpu;
  if ((offset >>> 0) + 4 >= cpu.u32[segment + WRITE4]) return -1;
  const linear = (state[segment + BASE] + offset) | 0;
  const entry = (linear >>> 12) & ENTRY_MASK;
  return state[TLB_WRITE + entry] === (((linear + 7) & -4096) | state[TLB_MODE])
    ? (linear + state[TLB_ADDEND + entry]) | 0
    : -1;
}

/** The arena offset of 64 bits that may be read in place, or -1. */
export function locateRead64(cpu: Cpu, segment: number, offset: number): number {
  const { state } = cpu;
  if ((offset >>> 0) + 4 >= cpu.u32[segment + READ4]) return -1;
  const linear = (state[segment + BASE] + offset) | 0;
  const entry = (linear >>> 12) & ENTRY_MASK;
  return state[TLB_READ + entry] === (((linear + 7) & -4096) | state[TLB_MODE])
    ? (linear + state[TLB_ADDEND + entry]) | 0
    : -1;
}
