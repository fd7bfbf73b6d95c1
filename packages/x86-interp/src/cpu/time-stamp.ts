import { instructionsOf } from '../exec/events.ts';
import type { Cpu } from './cpu.ts';
import { SLOT } from './state-layout.ts';

const TWO_32 = 2 ** 32;
const { TSC_OFFSET } = SLOT;

/** The low half of the time-stamp counter, which counts instructions. Unsigned. */
export function timeStampLow(cpu: Cpu): number {
  return ((instructionsOf(cpu) % TWO_32) + cpu.u32[TSC_OFFSET]) % TWO_32;
}

/** Its high half. Unsigned. */
export function timeStampHigh(cpu: Cpu): number {
  const count = instructionsOf(cpu);
  const carry = (count % TWO_32) + cpu.u32[TSC_OFFSET] >= TWO_32 ? 1 : 0;
  return (Math.floor(count / TWO_32) + cpu.u32[TSC_OFFSET + 1] + carry) % TWO_32;
}

/** Sets the time-stamp counter. @param low unsigned @param high unsigned */
export function setTimeStamp(cpu: Cpu, low: number, high: number): void {
  const count = instructionsOf(cpu);
  const difference = low - (count % TWO_32);
  const borrow = difference < 0 ? 1 : 0;
  cpu.u32[TSC_OFFSET] = difference + borrow * TWO_32;
  cpu.u32[TSC_OFFSET + 1] = high - Math.floor(count / TWO_32) - borrow;
}
