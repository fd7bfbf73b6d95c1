import type { Cpu } from '../../cpu/cpu.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { convert, fromInteger } from '../../float/convert.ts';
import { Float } from '../../float/float.ts';
import { packF32 } from '../../float/formats.ts';
import { F32 } from '../../float/round.ts';
import { type Handler, NEXT, STAY } from '../handler.ts';
import { load32 } from '../operand.ts';
import { enterMmx, enterSse, useMmx } from './enter.ts';
import { beginFloat, report, status } from './float-status.ts';
import { isMemoryOperand, registerOperand, source64, source128 } from './operand.ts';

// From 32-bit integers. An f64 holds each of them; an f32 may have to be rounded.

const { MXCSR } = SLOT;
const ROUNDING = 0x6000;
const PE = 0x20;

const r = new Float();
/** What there is to report, of all elements. */
let flags = 0;
/** Results, until it is known that they are delivered. */
const results = new Float32Array(4);

function toSingle(cpu: Cpu, value: number): number {
  const nearest = Math.fround(value);
  if (nearest === value) return nearest;
  flags |= PE;
  return (cpu.state[MXCSR] & ROUNDING) === 0 ? nearest : roundedSingle(cpu, value);
}

const word = new DataView(new ArrayBuffer(4));

function roundedSingle(cpu: Cpu, value: number): number {
  beginFloat(cpu);
  fromInteger(r, value >> 31, value);
  convert(r, r, F32, status);
  word.setInt32(0, packF32(r));
  return word.getFloat32(0);
}

// Sets `count` f32 by as many integers. @throws FAULT for an exception that is not masked: nothing has changed
function toSingles(cpu: Cpu, count: number, to: number, from: number): void {
  flags = 0;
  for (let i = 0; i < count; i++) results[i] = toSingle(cpu, cpu.view.getInt32(from + i * 4, true));
  if (flags !== 0) report(cpu, flags);
  for (let i = 0; i < count; i++) cpu.view.setFloat32(to + i * 4, results[i], true);
}

// Sets two f64 by as many integers, which may lie in the same register.
function toDoubles(cpu: Cpu, to: number, from: number): void {
  const low = cpu.view.getInt32(from, true);
  const high = cpu.view.getInt32(from + 4, true);
  cpu.view.setFloat64(to, low, true);
  cpu.view.setFloat64(to + 8, high, true);
}

const cvtsi2ss: Handler = (cpu, rec) => {
  enterSse(cpu);
  flags = 0;
  const value = toSingle(cpu, load32(cpu, rec));
  if (flags !== 0) report(cpu, flags);
  cpu.view.setFloat32(registerOperand(cpu, rec), value, true);
  return NEXT;
};

const cvtsi2sd: Handler = (cpu, rec) => {
  enterSse(cpu);
  cpu.view.setFloat64(registerOperand(cpu, rec), load32(cpu, rec), true);
  return NEXT;
};

const cvtdq2ps: Handler = (cpu, rec) => {
  enterSse(cpu);
  toSingles(cpu, 4, registerOperand(cpu, rec), source128(cpu, rec));
  return NEXT;
};

const cvtdq2pd: Handler = (cpu, rec) => {
  enterSse(cpu);
  toDoubles(cpu, registerOperand(cpu, rec), source64(cpu, rec));
  return NEXT;
};

// With integers in memory, neither has anything to do with MMX. If they are in a register, the x87's registers become those of MMX
// even if the conversion then raises #XM.
const cvtpi2ps: Handler = (cpu, rec) => {
  enterSse(cpu);
  if (!isMemoryOperand(cpu, rec)) {
    if (!enterMmx(cpu)) return STAY;
    useMmx(cpu);
  }
  toSingles(cpu, 2, registerOperand(cpu, rec), source64(cpu, rec));
  return NEXT;
};

const cvtpi2pd: Handler = (cpu, rec) => {
  enterSse(cpu);
  if (!isMemoryOperand(cpu, rec)) {
    if (!enterMmx(cpu)) return STAY;
    useMmx(cpu);
  }
  toDoubles(cpu, registerOperand(cpu, rec), source64(cpu, rec));
  return NEXT;
};

/** Conversions from integers. */
export const CONVERT_FROM_INTEGER: Record<string, Handler> = {
  'CVTSI2SS V,E': cvtsi2ss,
  'CVTSI2SD V,E': cvtsi2sd,
  'CVTDQ2PS V,W': cvtdq2ps,
  'CVTDQ2PD V,W': cvtdq2pd,
  'CVTPI2PS V,Q': cvtpi2ps,
  'CVTPI2PD V,Q': cvtpi2pd,
};
