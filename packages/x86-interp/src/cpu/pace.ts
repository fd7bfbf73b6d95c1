import type { Cpu } from './cpu.ts';
import { SLOT } from './state-layout.ts';

// When the CPU looks up from the instructions that it runs.

/** What one device access costs of the time until the next look at the clock, in instructions. */
const SINK_COST = 32;

/** Brings the next look at the clock nearer: what a device does takes time that the instruction count does not show. */
export function deviceAccess(cpu: Cpu): void {
  charge(cpu, SINK_COST);
}

/** The same for anything that takes the time of `cost` instructions. The instruction count stays as it is. */
export function charge(cpu: Cpu, cost: number): void {
  const { state } = cpu;
  const earlier = Math.min(cost, state[SLOT.LEFT] - 1);
  if (earlier <= 0) return;
  cpu.target -= earlier;
  state[SLOT.LEFT] -= earlier;
}

/** Makes the CPU look at events after the current instruction. */
export function lookAtEvents(cpu: Cpu): void {
  const { state } = cpu;
  if (state[SLOT.LEFT] <= 0) return;
  cpu.target -= state[SLOT.LEFT];
  state[SLOT.LEFT] = 0;
}
