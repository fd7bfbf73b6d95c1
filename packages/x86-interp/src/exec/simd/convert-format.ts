import type { Cpu } from '../../cpu/cpu.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { convert } from '../../float/convert.ts';
import { Float } from '../../float/float.ts';
import { packF32, packF64High, packF64Low, unpackF32, unpackF64 } from '../../float/formats.ts';
import { F32, F64 } from '../../float/round.ts';
import { type Handler, NEXT } from '../handler.ts';
import { enterSse } from './enter.ts';
import { beginFloat, report, status } from './float-status.ts';
import { registerOperand, source32, source64, source128 } from './operand.ts';

// Conversions between f32 and f64. The common case is that of `float-fast.ts`.

const { MXCSR } = SLOT;
const PE = 0x20;
const CONTROL = 0x7000;
const NEAREST = 0x1000;
const MIN_SINGLE = 2 ** -126;
const MAX_SINGLE = 2 ** 128 - 2 ** 104;

const r = new Float();
/** Results, until it is known that they are delivered. */
const results = new Int32Array(4);

function isPlainSingle(a: number): boolean {
  const size = Math.abs(a);
  return (size >= MIN_SINGLE && size <= MAX_SINGLE) || a === 0;
}

function widen(cpu: Cpu, count: number, to: number, from: number): typeof NEXT {
  const { view } = cpu;
  const low = view.getFloat32(from, true);
  const high = count > 1 ? view.getFloat32(from + 4, true) : 0;
  if (isPlainSingle(low) && isPlainSingle(high)) {
    view.setFloat64(to, low, true);
    if (count > 1) view.setFloat64(to + 8, high, true);
    return NEXT;
  }
  beginFloat(cpu);
  let flags = 0;
  for (let i = 0; i < count; i++) {
    status.flags = 0;
    unpackF32(r, view.getInt32(from + i * 4, true), status);
    convert(r, r, F64, status);
    results[i * 2] = packF64Low(r);
    results[i * 2 + 1] = packF64High(r);
    flags |= status.flags;
  }
  report(cpu, flags);
  for (let i = 0; i < count * 2; i++) view.setInt32(to + i * 4, results[i], true);
  return NEXT;
}

// Of two, the upper half of the destination becomes zero.
function narrow(cpu: Cpu, count: number, to: number, from: number): typeof NEXT {
  const { view, state } = cpu;
  const mxcsr = state[MXCSR];
  const a = view.getFloat64(from, true);
  const b = count > 1 ? view.getFloat64(from + 8, true) : 0;
  const low = Math.fround(a);
  const high = Math.fround(b);
  // The numbers that become the smallest normal f32 may be tiny before they are rounded.
  if (
    (mxcsr & CONTROL) === NEAREST &&
    isPlainSingle(a) &&
    isPlainSingle(b) &&
    isPlainSingle(low) &&
    isPlainSingle(high)
  ) {
    if (low !== a || high !== b) state[MXCSR] = mxcsr | PE;
    view.setFloat32(to, low, true);
    if (count > 1) {
      view.setFloat32(to + 4, high, true);
      view.setFloat64(to + 8, 0, true);
    }
    return NEXT;
  }
  beginFloat(cpu);
  let flags = 0;
  for (let i = 0; i < count; i++) {
    status.flags = 0;
    unpackF64(r, view.getInt32(from + i * 8 + 4, true), view.getInt32(from + i * 8, true), status);
    convert(r, r, F32, status);
    results[i] = packF32(r);
    flags |= status.flags;
  }
  report(cpu, flags);
  for (let i = 0; i < count; i++) view.setInt32(to + i * 4, results[i], true);
  if (count > 1) view.setFloat64(to + 8, 0, true);
  return NEXT;
}

const cvtps2pd: Handler = (cpu, rec) => {
  enterSse(cpu);
  return widen(cpu, 2, registerOperand(cpu, rec), source64(cpu, rec));
};
const cvtss2sd: Handler = (cpu, rec) => {
  enterSse(cpu);
  return widen(cpu, 1, registerOperand(cpu, rec), source32(cpu, rec));
};
const cvtpd2ps: Handler = (cpu, rec) => {
  enterSse(cpu);
  return narrow(cpu, 2, registerOperand(cpu, rec), source128(cpu, rec));
};
const cvtsd2ss: Handler = (cpu, rec) => {
  enterSse(cpu);
  return narrow(cpu, 1, registerOperand(cpu, rec), source64(cpu, rec));
};

/** Conversions between the two types of floating-point numbers. */
export const CONVERT_FORMAT: Record<string, Handler> = {
  'CVTPS2PD V,W': cvtps2pd,
  'CVTSS2SD V,W': cvtss2sd,
  'CVTPD2PS V,W': cvtpd2ps,
  'CVTSD2SS V,W': cvtsd2ss,
};
