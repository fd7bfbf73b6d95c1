import { RFLAGS } from '@picovm/core/x86';
import type { InterpExit } from '../breakpoint.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { lookAtEvents } from '../cpu/pace.ts';
import { SLOT } from '../cpu/state-layout.ts';
import { modeChanged } from '../cpu/tlb.ts';

/** The number of instructions begun and ended so far (the current one is not among them). */
export function instructionsOf(cpu: Cpu): number {
  return cpu.target - cpu.state[SLOT.LEFT];
}

/**
 * Holds interrupts off until the instruction after the current one has ended.
 * @param bySs after MOV SS and POP SS, single-step traps wait too
 */
export function shadow(cpu: Cpu, bySs: boolean): void {
  cpu.shadowAt = instructionsOf(cpu) + 1;
  cpu.shadowSs = bySs;
}

/** To be called after FLAGS were loaded: TF, RF and IF may make something due, AC changes accesses. @param before `SLOT.FLAGS` until then */
export function flagsChanged(cpu: Cpu, before: number): void {
  const now = cpu.state[SLOT.FLAGS];
  if (((now ^ before) & RFLAGS.AC) !== 0) modeChanged(cpu);
  if ((now & (RFLAGS.TF | RFLAGS.RF)) !== 0 || ((now & ~before & RFLAGS.IF) !== 0 && cpu.windowWanted))
    lookAtEvents(cpu);
}

/** Ends the run with `exit` once the current instruction has ended. */
export function leaveWith(cpu: Cpu, exit: InterpExit): void {
  cpu.pendingExit = exit;
  lookAtEvents(cpu);
}
