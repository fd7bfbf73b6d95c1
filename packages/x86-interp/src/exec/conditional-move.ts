import type { Cpu } from '../cpu/cpu.ts';
import { condition } from '../cpu/flags.ts';
import { AUX, RECORD } from '../decode/record.ts';
import { type Handler, NEXT } from './handler.ts';
import { load16, load32, setReg16, setReg32 } from './operand.ts';

const CONDITION = 15;

function holds(cpu: Cpu, rec: number): boolean {
  return condition(cpu, cpu.cache.code[rec + RECORD.AUX] & AUX.IMM2 & CONDITION);
}

// The source is read in any case, and may fault.
const move16: Handler = (cpu, rec) => {
  const value = load16(cpu, rec);
  if (holds(cpu, rec)) setReg16(cpu, rec, value);
  return NEXT;
};
const move32: Handler = (cpu, rec) => {
  const value = load32(cpu, rec);
  if (holds(cpu, rec)) setReg32(cpu, rec, value);
  return NEXT;
};

/** Moves under a condition. */
export const CONDITIONAL_MOVES: Record<string, readonly [Handler, Handler, Handler]> = {
  CMOVcc: [move16, move16, move32],
};
