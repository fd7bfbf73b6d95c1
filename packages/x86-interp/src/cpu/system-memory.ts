import type { Cpu } from './cpu.ts';
import { probeLinear, readLinear, writeLinear } from './linear-memory.ts';
import { ACCESS } from './page-walk.ts';
import { SLOT, TLB_ENTRIES } from './state-layout.ts';

// Accesses of the CPU for itself, to descriptor tables, task-state segments and the stacks of inner levels: they are
// the supervisor's at any privilege level (Intel SDM volume 3A, section 4.6). Addresses are linear, int32.

const { TLB_READ, TLB_ADDEND } = SLOT;
const ENTRY_MASK = TLB_ENTRIES - 1;

/** Reads a byte. @returns unsigned */
export function readSystem8(cpu: Cpu, linear: number): number {
  return readLinear(cpu, linear, 1, 0);
}

/** Reads 16 bits. @returns unsigned */
export function readSystem16(cpu: Cpu, linear: number): number {
  return readLinear(cpu, linear, 2, 0);
}

/** Reads 32 bits. @returns an int32 */
export function readSystem32(cpu: Cpu, linear: number): number {
  // Descriptors are read often. The tags of the supervisor are those of the TLB with nothing added.
  const { state } = cpu;
  const entry = (linear >>> 12) & ENTRY_MASK;
  if (state[TLB_READ + entry] === ((linear + 3) & -4096)) {
    return cpu.view.getInt32((linear + state[TLB_ADDEND + entry]) | 0, true);
  }
  return readLinear(cpu, linear, 4, 0);
}

/** Writes the low 8 bits of `value`. */
export function writeSystem8(cpu: Cpu, linear: number, value: number): void {
  writeLinear(cpu, linear, 1, value, 0);
}

/** Writes the low 16 bits of `value`. */
export function writeSystem16(cpu: Cpu, linear: number, value: number): void {
  writeLinear(cpu, linear, 2, value, 0);
}

/** Writes 32 bits. */
export function writeSystem32(cpu: Cpu, linear: number, value: number): void {
  writeLinear(cpu, linear, 4, value, 0);
}

/** Raises the page fault that a read of `size` bytes would raise. */
export function probeSystemRead(cpu: Cpu, linear: number, size: number): void {
  probeLinear(cpu, linear, size, ACCESS.READ);
}

/** Raises the page fault that a write of `size` bytes would raise. */
export function probeSystemWrite(cpu: Cpu, linear: number, size: number): void {
  probeLinear(cpu, linear, size, ACCESS.WRITE);
}
