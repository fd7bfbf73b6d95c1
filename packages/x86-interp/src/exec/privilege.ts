import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { MODE } from '../cpu/mode.ts';
import { SLOT } from '../cpu/state-layout.ts';

/** Raises #GP(0) unless the CPU is at privilege level 0: for the instructions of the operating system. */
export function requireSystem(cpu: Cpu): void {
  if (cpu.cpl !== 0) raise(cpu, VECTOR.GP);
}

/** Raises #UD outside protected mode: for the instructions that deal with its descriptors. */
export function requireProtected(cpu: Cpu): void {
  if (cpu.mode !== MODE.PROTECTED) raise(cpu, VECTOR.UD);
}

/** The I/O privilege level of RFLAGS. */
export function iopl(cpu: Cpu): number {
  return (cpu.state[SLOT.FLAGS] >> 12) & 3;
}
