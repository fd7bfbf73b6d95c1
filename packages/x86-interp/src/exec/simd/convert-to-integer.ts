import type { Cpu } from '../../cpu/cpu.ts';
import { MXCSR_BITS } from '../../cpu/mxcsr.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { FLAG, ROUND } from '../../float/status.ts';
import { type Handler, NEXT, STAY } from '../handler.ts';
import { setReg32 } from '../operand.ts';
import { enterMmx, enterSse, useMmx } from './enter.ts';
import { report } from './float-status.ts';
import { registerOperand, source32, source64, source128 } from './operand.ts';

// To 32-bit integers, in any rounding mode: a JavaScript number holds both.

const { MXCSR } = SLOT;
const { IE, PE } = FLAG;
const { DAZ } = MXCSR_BITS;
const MIN_SINGLE = 2 ** -126;
const MIN_DOUBLE = 2 ** -1022;
/** Added to a number and taken away again, it leaves an integer, rounded to nearest. */
const INTEGERS = 2 ** 52 + 2 ** 51;
const MAX_INTEGER = 0x7fffffff;
const INDEFINITE = -0x80000000;

/** What there is to report, of all elements. */
let flags = 0;
/** Results, until it is known that they are delivered. */
const results = new Int32Array(4);

// Denormal operands are not reported.
function toInteger(value: number, min: number, rounding: number, mxcsr: number): number {
  const a = (mxcsr & DAZ) !== 0 && Math.abs(value) < min ? 0 : value;
  const r = round(a, rounding);
  if (!(r >= INDEFINITE && r <= MAX_INTEGER)) {
    flags |= IE;
    return INDEFINITE;
  }
  if (r !== a) flags |= PE;
  return r;
}

function round(a: number, rounding: number): number {
  switch (rounding) {
    case ROUND.NEAREST:
      return a + INTEGERS - INTEGERS;
    case ROUND.DOWN:
      return Math.floor(a);
    case ROUND.UP:
      return Math.ceil(a);
    default:
      return Math.trunc(a);
  }
}

function roundingOf(mxcsr: number, truncate: boolean): number {
  return truncate ? ROUND.ZERO : (mxcsr >> 13) & 3;
}

// Leaves `count` integers in `results`. @throws FAULT for an exception that is not masked
function convertSingles(cpu: Cpu, count: number, from: number, truncate: boolean): void {
  const mxcsr = cpu.state[MXCSR];
  const rounding = roundingOf(mxcsr, truncate);
  flags = 0;
  for (let i = 0; i < count; i++) {
    results[i] = toInteger(cpu.view.getFloat32(from + i * 4, true), MIN_SINGLE, rounding, mxcsr);
  }
  if (flags !== 0) report(cpu, flags);
}

function convertDoubles(cpu: Cpu, count: number, from: number, truncate: boolean): void {
  const mxcsr = cpu.state[MXCSR];
  const rounding = roundingOf(mxcsr, truncate);
  flags = 0;
  for (let i = 0; i < count; i++) {
    results[i] = toInteger(cpu.view.getFloat64(from + i * 8, true), MIN_DOUBLE, rounding, mxcsr);
  }
  if (flags !== 0) report(cpu, flags);
}

function singleToRegister(truncate: boolean): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    convertSingles(cpu, 1, source32(cpu, rec), truncate);
    setReg32(cpu, rec, results[0]);
    return NEXT;
  };
}

function doubleToRegister(truncate: boolean): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    convertDoubles(cpu, 1, source64(cpu, rec), truncate);
    setReg32(cpu, rec, results[0]);
    return NEXT;
  };
}

function singlesToXmm(truncate: boolean): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    convertSingles(cpu, 4, source128(cpu, rec), truncate);
    const to = registerOperand(cpu, rec);
    for (let i = 0; i < 4; i++) cpu.view.setInt32(to + i * 4, results[i], true);
    return NEXT;
  };
}

// The upper half becomes zero.
function doublesToXmm(truncate: boolean): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    convertDoubles(cpu, 2, source128(cpu, rec), truncate);
    const to = registerOperand(cpu, rec);
    for (let i = 0; i < 4; i++) cpu.view.setInt32(to + i * 4, i < 2 ? results[i] : 0, true);
    return NEXT;
  };
}

// The x87's registers become those of MMX even if the conversion then raises #XM.
function singlesToMmx(truncate: boolean): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    if (!enterMmx(cpu)) return STAY;
    const from = source64(cpu, rec);
    useMmx(cpu);
    convertSingles(cpu, 2, from, truncate);
    return setMmx(cpu, rec);
  };
}

function doublesToMmx(truncate: boolean): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    if (!enterMmx(cpu)) return STAY;
    const from = source128(cpu, rec);
    useMmx(cpu);
    convertDoubles(cpu, 2, from, truncate);
    return setMmx(cpu, rec);
  };
}

// What is written to an MMX register is a NaN to the x87.
function setMmx(cpu: Cpu, rec: number): typeof NEXT {
  const to = registerOperand(cpu, rec);
  cpu.view.setInt32(to, results[0], true);
  cpu.view.setInt32(to + 4, results[1], true);
  cpu.view.setInt32(to + 8, 0xffff, true);
  return NEXT;
}

/** Conversions to integers. */
export const CONVERT_TO_INTEGER: Record<string, Handler> = {
  'CVTSS2SI G,W': singleToRegister(false),
  'CVTTSS2SI G,W': singleToRegister(true),
  'CVTSD2SI G,W': doubleToRegister(false),
  'CVTTSD2SI G,W': doubleToRegister(true),
  'CVTPS2DQ V,W': singlesToXmm(false),
  'CVTTPS2DQ V,W': singlesToXmm(true),
  'CVTPD2DQ V,W': doublesToXmm(false),
  'CVTTPD2DQ V,W': doublesToXmm(true),
  'CVTPS2PI P,W': singlesToMmx(false),
  'CVTTPS2PI P,W': singlesToMmx(true),
  'CVTPD2PI P,W': doublesToMmx(false),
  'CVTTPD2PI P,W': doublesToMmx(true),
};
