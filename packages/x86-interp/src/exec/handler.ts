import type { Cpu } from '../cpu/cpu.ts';

/** What an instruction did to the flow of control. */
export type Flow = 0 | 1 | 2;
/** The next instruction follows in memory. */
export const NEXT = 0;
/** RIP holds where to go on. */
export const JUMP = 1;
/** The instruction is not over (an interrupted REP), or did not begin: it stays, and events are looked at. */
export const STAY = 2;

/** Executes one decoded instruction. @param rec where its record begins in `cpu.cache.code` */
export type Handler = (cpu: Cpu, rec: number) => Flow;

/** For handlers that are one expression: the instruction is done. */
export function done(_effect: unknown): Flow {
  return NEXT;
}
