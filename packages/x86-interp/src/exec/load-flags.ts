import { RFLAGS } from '@picovm/core/x86';
import type { Cpu } from '../cpu/cpu.ts';
import { readFlags, writeFlags } from '../cpu/flags.ts';
import { SLOT } from '../cpu/state-layout.ts';
import { modeChanged } from '../cpu/tlb.ts';
import { flagsChanged } from './events.ts';
import { iopl } from './privilege.ts';

/** Flags that only privilege level 0 changes, by IRET. */
const SYSTEM_FLAGS = RFLAGS.IOPL | RFLAGS.VIF | RFLAGS.VIP;

/** Loads the flags in `mask` from `value`, and leaves the others. */
export function loadFlags(cpu: Cpu, value: number, mask: number): void {
  const { state } = cpu;
  const before = state[SLOT.FLAGS];
  writeFlags(cpu, (readFlags(cpu) & ~mask) | (value & mask));
  flagsChanged(cpu, before);
  if (((before ^ state[SLOT.FLAGS]) & RFLAGS.AC) !== 0) modeChanged(cpu);
}

/** The flags that IRET and POPF may change in protected mode at the current privilege level; VM is never one. */
export function changeableFlags(cpu: Cpu): number {
  let mask = -1 & ~(RFLAGS.VM | SYSTEM_FLAGS | RFLAGS.IF);
  if (cpu.cpl <= iopl(cpu)) mask |= RFLAGS.IF;
  if (cpu.cpl === 0) mask |= SYSTEM_FLAGS;
  return mask;
}
