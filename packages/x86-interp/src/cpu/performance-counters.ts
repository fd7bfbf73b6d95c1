import { instructionsOf } from '../exec/events.ts';
import type { Cpu } from './cpu.ts';
import { MODEL } from './models.ts';
import { SLOT } from './state-layout.ts';

// Performance counters, of 40 bits (Intel SDM volume 3B, sections 19.6.8 and 19.6.9). Instructions are counted, and cycles, of
// which each instruction takes one, but only where all privilege levels are: a counter of anything else stands still.

const { COUNTERS, COUNTER_CONTROLS } = SLOT;
const TWO_32 = 2 ** 32;
const TWO_40 = 2 ** 40;
/** Of the Pentium and of the Pentium with MMX, and of the P6 family; the Pentium 4 has more. */
const FEW = 2;
const MANY = 18;
/** CESR: 16 bits a counter. */
const CESR = { EVENT: 0x3f, CONTROL_SHIFT: 6, ALL_EVENTS: 3, ALL_CYCLES: 7, INSTRUCTIONS: 0x16 } as const;
/** PERFEVTSEL: what is selected, what must be set and clear for a plain count; and the bit of the first one for both. */
const P6 = {
  EVENT: 0xffff,
  LEVELS: 0x30000,
  CHANGES: -0x7c0000,
  INSTRUCTIONS: 0xc0,
  CYCLES: 0x79,
  ENABLE: 0x400000,
} as const;

/** How many performance counters a processor has. */
export function countersOfModel(model: number): number {
  if (model < MODEL.PENTIUM) return 0;
  return model < MODEL.PENTIUM_4 ? FEW : MANY;
}

/** A counter's value, an integer below 2 to the 40th. */
export function readCounter(cpu: Cpu, n: number): number {
  const at = COUNTERS + n * 2;
  const kept = cpu.u32[at] + cpu.u32[at + 1] * TWO_32;
  return isCounting(cpu, n) ? (kept + instructionsOf(cpu)) % TWO_40 : kept;
}

/** Sets a counter. */
export function setCounter(cpu: Cpu, n: number, value: number): void {
  const at = COUNTERS + n * 2;
  const count = isCounting(cpu, n) ? instructionsOf(cpu) % TWO_40 : 0;
  const kept = (value - count + TWO_40) % TWO_40;
  cpu.u32[at] = kept % TWO_32;
  cpu.u32[at + 1] = Math.floor(kept / TWO_32);
}

/** Sets a register that says what is counted. @param slot its word in the state */
export function setCounterControl(cpu: Cpu, slot: number, value: number): void {
  const values = Array.from({ length: FEW }, (_, n) => readCounter(cpu, n));
  cpu.state[slot] = value;
  values.forEach((count, n) => {
    setCounter(cpu, n, count);
  });
}

function isCounting(cpu: Cpu, n: number): boolean {
  if (cpu.model < MODEL.PENTIUM_PRO) return countsOnP5(cpu.state[COUNTER_CONTROLS] >>> (16 * n));
  return cpu.model < MODEL.PENTIUM_4 && countsOnP6(cpu, cpu.state[COUNTER_CONTROLS + n * 2]);
}

function countsOnP5(field: number): boolean {
  const control = (field >> CESR.CONTROL_SHIFT) & 7;
  const instructions = control === CESR.ALL_EVENTS && (field & CESR.EVENT) === CESR.INSTRUCTIONS;
  return instructions || control === CESR.ALL_CYCLES;
}

function countsOnP6({ state }: Cpu, select: number): boolean {
  if ((state[COUNTER_CONTROLS] & P6.ENABLE) === 0) return false;
  const event = select & P6.EVENT;
  const plain = (select & P6.LEVELS) === P6.LEVELS && (select & P6.CHANGES) === 0;
  return plain && (event === P6.INSTRUCTIONS || event === P6.CYCLES);
}
