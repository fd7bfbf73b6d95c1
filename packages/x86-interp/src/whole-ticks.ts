import type { Cpu } from './cpu/cpu.ts';
import { guarded } from './guarded.ts';

/** What the machine gives for the time-stamp counter, as a whole number; 0 for what is none. */
export function wholeTicks(cpu: Cpu, callback: () => number): number {
  let ticks = 0;
  guarded(cpu, 'timeStampTicks', () => {
    ticks = callback();
  });
  return ticks >= 0 && ticks <= Number.MAX_SAFE_INTEGER ? Math.floor(ticks) : 0;
}
