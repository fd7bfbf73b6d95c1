import type { Cpu } from '../../cpu/cpu.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { OPERATION } from './float-operation.ts';

// What programs do nearly all the time: operands and results are normal numbers, results are rounded to nearest, and PE is
// masked and set already, so that there is nothing to report. No loops, and nothing is called: V8 allocates numbers that are
// passed to functions. Zeros, and the first results that are rounded, are for `float-fast.ts`.

// Constants of this module, because V8 folds those, but not imported ones, into compiled code.
const { MXCSR } = SLOT;
const { ADD, SUB, MUL, DIV, MIN } = OPERATION;
/** Rounding control, the mask of PE, and PE; and what they must be. */
const CONTROL = 0x7020;
const PLAIN = 0x1020;
const MIN_SINGLE = 2 ** -126;
const MAX_SINGLE = 2 ** 128 - 2 ** 104;
const MIN_DOUBLE = 2 ** -1022;
const MAX_DOUBLE = Number.MAX_VALUE;

/** Does an operation on an f32. @returns false if it is none of these cases: nothing has changed */
export function quickSingle(cpu: Cpu, operation: number, to: number, from: number): boolean {
  const { view, state } = cpu;
  if ((state[MXCSR] & CONTROL) !== PLAIN) return false;
  const x = view.getFloat32(to, true);
  const y = view.getFloat32(from, true);
  let s: number;
  if (operation === ADD) s = x + y;
  else if (operation === SUB) s = x - y;
  else if (operation === MUL) s = x * y;
  else if (operation === DIV) s = x / y;
  else if (operation === MIN) s = Math.min(x, y);
  else s = Math.max(x, y);
  const r = Math.fround(s);
  if (!(Math.abs(s) >= MIN_SINGLE && Math.abs(r) <= MAX_SINGLE)) return false;
  if (!(Math.abs(x) >= MIN_SINGLE && Math.abs(y) >= MIN_SINGLE)) return false;
  view.setFloat32(to, r, true);
  return true;
}

/** The same on an f64. */
export function quickDouble(cpu: Cpu, operation: number, to: number, from: number): boolean {
  const { view, state } = cpu;
  if ((state[MXCSR] & CONTROL) !== PLAIN) return false;
  const x = view.getFloat64(to, true);
  const y = view.getFloat64(from, true);
  let r: number;
  if (operation === ADD) r = x + y;
  else if (operation === SUB) r = x - y;
  else if (operation === MUL) r = x * y;
  else if (operation === DIV) r = x / y;
  else if (operation === MIN) r = Math.min(x, y);
  else r = Math.max(x, y);
  if (!(Math.abs(r) > MIN_DOUBLE && Math.abs(r) <= MAX_DOUBLE)) return false;
  if (!(Math.abs(x) >= MIN_DOUBLE && Math.abs(y) >= MIN_DOUBLE)) return false;
  view.setFloat64(to, r, true);
  return true;
}

/** The same on four f32. */
export function quickSingles(cpu: Cpu, operation: number, to: number, from: number): boolean {
  const { view, state } = cpu;
  if ((state[MXCSR] & CONTROL) !== PLAIN) return false;
  const x0 = view.getFloat32(to, true);
  const x1 = view.getFloat32(to + 4, true);
  const x2 = view.getFloat32(to + 8, true);
  const x3 = view.getFloat32(to + 12, true);
  const y0 = view.getFloat32(from, true);
  const y1 = view.getFloat32(from + 4, true);
  const y2 = view.getFloat32(from + 8, true);
  const y3 = view.getFloat32(from + 12, true);
  let s0: number;
  let s1: number;
  let s2: number;
  let s3: number;
  switch (operation) {
    case ADD:
      s0 = x0 + y0;
      s1 = x1 + y1;
      s2 = x2 + y2;
      s3 = x3 + y3;
      break;
    case SUB:
      s0 = x0 - y0;
      s1 = x1 - y1;
      s2 = x2 - y2;
      s3 = x3 - y3;
      break;
    case MUL:
      s0 = x0 * y0;
      s1 = x1 * y1;
      s2 = x2 * y2;
      s3 = x3 * y3;
      break;
    case DIV:
      s0 = x0 / y0;
      s1 = x1 / y1;
      s2 = x2 / y2;
      s3 = x3 / y3;
      break;
    default:
      return false;
  }
  const r0 = Math.fround(s0);
  const r1 = Math.fround(s1);
  const r2 = Math.fround(s2);
  const r3 = Math.fround(s3);
  if (!(Math.abs(x0) >= MIN_SINGLE && Math.abs(x1) >= MIN_SINGLE)) return false;
  if (!(Math.abs(x2) >= MIN_SINGLE && Math.abs(x3) >= MIN_SINGLE)) return false;
  if (!(Math.abs(y0) >= MIN_SINGLE && Math.abs(y1) >= MIN_SINGLE)) return false;
  if (!(Math.abs(y2) >= MIN_SINGLE && Math.abs(y3) >= MIN_SINGLE)) return false;
  if (!(Math.abs(s0) >= MIN_SINGLE && Math.abs(s1) >= MIN_SINGLE)) return false;
  if (!(Math.abs(s2) >= MIN_SINGLE && Math.abs(s3) >= MIN_SINGLE)) return false;
  if (!(Math.abs(r0) <= MAX_SINGLE && Math.abs(r1) <= MAX_SINGLE)) return false;
  if (!(Math.abs(r2) <= MAX_SINGLE && Math.abs(r3) <= MAX_SINGLE)) return false;
  view.setFloat32(to, r0, true);
  view.setFloat32(to + 4, r1, true);
  view.setFloat32(to + 8, r2, true);
  view.setFloat32(to + 12, r3, true);
  return true;
}

/** The same on two f64. */
export function quickDoubles(cpu: Cpu, operation: number, to: number, from: number): boolean {
  const { view, state } = cpu;
  if ((state[MXCSR] & CONTROL) !== PLAIN) return false;
  const x0 = view.getFloat64(to, true);
  const x1 = view.getFloat64(to + 8, true);
  const y0 = view.getFloat64(from, true);
  const y1 = view.getFloat64(from + 8, true);
  let r0: number;
  let r1: number;
  switch (operation) {
    case ADD:
      r0 = x0 + y0;
      r1 = x1 + y1;
      break;
    case SUB:
      r0 = x0 - y0;
      r1 = x1 - y1;
      break;
    case MUL:
      r0 = x0 * y0;
      r1 = x1 * y1;
      break;
    case DIV:
      r0 = x0 / y0;
      r1 = x1 / y1;
      break;
    default:
      return false;
  }
  if (!(Math.abs(x0) >= MIN_DOUBLE && Math.abs(x1) >= MIN_DOUBLE)) return false;
  if (!(Math.abs(y0) >= MIN_DOUBLE && Math.abs(y1) >= MIN_DOUBLE)) return false;
  if (!(Math.abs(r0) > MIN_DOUBLE && Math.abs(r1) > MIN_DOUBLE)) return false;
  if (!(Math.abs(r0) <= MAX_DOUBLE && Math.abs(r1) <= MAX_DOUBLE)) return false;
  view.setFloat64(to, r0, true);
  view.setFloat64(to + 8, r1, true);
  return true;
}
