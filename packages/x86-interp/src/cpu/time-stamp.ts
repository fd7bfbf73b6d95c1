import { instructionsOf } from '../exec/events.ts';
import type { Cpu } from './cpu.ts';
import { SLOT } from './state-layout.ts';

const TWO_32 = 2 ** 32;
const { TSC_OFFSET } = SLOT;

/** What {@link readTimeStamp} read: the low half and the high one, unsigned. */
export const timeStamp: Uint32Array = new Uint32Array(2);

/** Reads the time-stamp counter into {@link timeStamp}: instructions, or what the machine gives in their place. */
export function readTimeStamp(cpu: Cpu): void {
  const count = ticksOf(cpu);
  const low = (count % TWO_32) + cpu.u32[TSC_OFFSET];
  timeStamp[0] = low;
  timeStamp[1] = Math.floor(count / TWO_32) + cpu.u32[TSC_OFFSET + 1] + (low >= TWO_32 ? 1 : 0);
}

/** The time-stamp counter as one number. */
export function timeStampOf(cpu: Cpu): bigint {
  readTimeStamp(cpu);
  return (BigInt(timeStamp[1]) << 32n) | BigInt(timeStamp[0]);
}

/** Sets the time-stamp counter. @param low unsigned @param high unsigned */
export function setTimeStamp(cpu: Cpu, low: number, high: number): void {
  const count = ticksOf(cpu);
  const difference = low - (count % TWO_32);
  const borrow = difference < 0 ? 1 : 0;
  cpu.u32[TSC_OFFSET] = difference + borrow * TWO_32;
  cpu.u32[TSC_OFFSET + 1] = high - Math.floor(count / TWO_32) - borrow;
}

/** Sets the time-stamp counter. @param value 64 bits */
export function setTimeStampTo(cpu: Cpu, value: bigint): void {
  setTimeStamp(cpu, Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n)));
}

function ticksOf(cpu: Cpu): number {
  return cpu.ticks === undefined ? instructionsOf(cpu) : cpu.ticks();
}
