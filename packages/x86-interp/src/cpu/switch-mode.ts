import { CR0, RFLAGS } from '@picovm/core/x86';
import type { Cpu } from './cpu.ts';
import { MODE } from './mode.ts';
import { refreshRights } from './segment.ts';
import { ATTR, CS, SEG, SLOT, SS } from './state-layout.ts';
import { modeChanged } from './tlb.ts';

/** To be called after a change of CR0, CR3, CR4, EFER or RFLAGS.VM: derives the mode from them. */
export function updateMode(cpu: Cpu): void {
  const { state } = cpu;
  if ((state[SLOT.CR0] & CR0.PE) === 0) enter(cpu, MODE.REAL, 0);
  else if ((state[SLOT.FLAGS] & RFLAGS.VM) !== 0) enter(cpu, MODE.V86, 3);
  else enter(cpu, MODE.PROTECTED, cpu.cpl);
  modeChanged(cpu);
}

/** The same after the state was set from outside: the privilege level is that of the stack segment. */
export function deriveMode(cpu: Cpu): void {
  cpu.cpl = (cpu.state[SS + SEG.ATTRIBUTES] >> ATTR.DPL_SHIFT) & 3;
  updateMode(cpu);
}

/** Changes the privilege level. */
export function setCpl(cpu: Cpu, cpl: number): void {
  if (cpu.cpl === cpl) return;
  cpu.cpl = cpl;
  modeChanged(cpu);
}

// Real mode and the virtual-8086 mode may write through CS.
function enter(cpu: Cpu, mode: number, cpl: number): void {
  const changed = cpu.mode !== mode;
  cpu.mode = mode;
  cpu.cpl = cpl;
  if (changed) refreshRights(cpu, CS);
}
