import type { Cpu } from '../../cpu/cpu.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import type { Float } from '../../float/float.ts';
import { packF80High, packF80Low, packF80SignExp, unpackF80 } from '../../float/formats.ts';
import type { FloatStatus } from '../../float/status.ts';

// Constants of this module, because V8 folds those, but not imported ones, into compiled code.
const { X87, FSW, FTW } = SLOT;

/** Bits of the status word beside the exception flags (Intel SDM volume 1, section 8.1.3). */
export const FSW_BITS = {
  /** Stack fault. */
  SF: 0x40,
  /** An unmasked exception is pending. B always is the same. */
  ES: 0x80,
  C0: 0x100,
  C1: 0x200,
  C2: 0x400,
  TOP: 0x3800,
  C3: 0x4000,
  B: 0x8000,
} as const;

/** The physical number of ST(i). */
export function physical(cpu: Cpu, i: number): number {
  return ((cpu.state[FSW] >> 11) + i) & 7;
}

/** Whether a physical register is empty. */
export function isEmpty(cpu: Cpu, register: number): boolean {
  return ((cpu.state[FTW] >> register) & 1) === 0;
}

/** Adds to TOP: 1 pops, -1 pushes. */
export function moveTop(cpu: Cpu, by: number): void {
  const { state } = cpu;
  const fsw = state[FSW];
  state[FSW] = (fsw & ~0x3800) | ((fsw + (by << 11)) & 0x3800);
}

/** Makes ST(0) empty and moves TOP. */
export function pop(cpu: Cpu): void {
  const { state } = cpu;
  const fsw = state[FSW];
  state[FTW] &= ~(1 << ((fsw >> 11) & 7));
  state[FSW] = (fsw & ~0x3800) | ((fsw + 0x800) & 0x3800);
}

/** Takes a physical register apart. @returns false for an encoding that is none */
export function load(cpu: Cpu, r: Float, register: number, status: FloatStatus): boolean {
  const { state } = cpu;
  const at = X87 + (register << 2);
  return unpackF80(r, state[at + 2], state[at + 1], state[at], status);
}

/** Sets a physical register, which is then not empty. */
export function store(cpu: Cpu, register: number, r: Float): void {
  setRegister(cpu, register, packF80SignExp(r), packF80High(r), packF80Low(r));
}

/** The same, of its parts. */
export function setRegister(cpu: Cpu, register: number, signExp: number, high: number, low: number): void {
  const { state } = cpu;
  const at = X87 + (register << 2);
  state[at] = low;
  state[at + 1] = high;
  state[at + 2] = signExp;
  state[FTW] |= 1 << register;
}

/** Sets a physical register to the indefinite NaN. */
export function setIndefiniteRegister(cpu: Cpu, register: number): void {
  setRegister(cpu, register, 0xffff, -0x40000000, 0);
}

/** Copies a register, which is then not empty. */
export function copyRegister(cpu: Cpu, to: number, from: number): void {
  const { state } = cpu;
  const at = X87 + (from << 2);
  setRegister(cpu, to, state[at + 2], state[at + 1], state[at]);
}
