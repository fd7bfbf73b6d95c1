import type { ControlRegister } from '../cpu-events.ts';
import type { Cpu } from './cpu.ts';
import { SLOT } from './state-layout.ts';

const NAMES: Readonly<Record<number, ControlRegister>> = {
  [SLOT.CR0]: 'cr0',
  [SLOT.CR2]: 'cr2',
  [SLOT.CR3]: 'cr3',
  [SLOT.CR4]: 'cr4',
  [SLOT.EFER]: 'efer',
  [SLOT.DR]: 'dr0',
  [SLOT.DR + 2]: 'dr1',
  [SLOT.DR + 4]: 'dr2',
  [SLOT.DR + 6]: 'dr3',
  [SLOT.DR + 12]: 'dr6',
  [SLOT.DR + 14]: 'dr7',
};

/** To be called after the guest wrote a control or debug register. @param slot its word in the state */
export function controlWritten(cpu: Cpu, slot: number, before: number): void {
  if (cpu.onControlWrite !== undefined) cpu.onControlWrite(NAMES[slot], before, cpu.state[slot]);
}
