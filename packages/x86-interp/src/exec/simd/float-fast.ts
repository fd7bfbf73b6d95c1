import type { Cpu } from '../../cpu/cpu.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { OPERATION } from './float-operation.ts';

// The common case: operands and results that are normal or zero, rounding to nearest, and PE masked. JavaScript's own numbers
// give the result then, and PE is the only exception there can be. Whatever else there is takes the exact way. There is a loop
// for each operation, because V8 allocates numbers that are passed to functions.

// Constants of this module, because V8 folds those, but not imported ones, into compiled code.
const { MXCSR } = SLOT;
const { ADD, SUB, MUL, DIV, SQRT, MIN, MAX, ADDSUB } = OPERATION;
const PE = 0x20;
/** Rounding control and the mask of PE; and what they must be. */
const CONTROL = 0x7000;
const NEAREST = 0x1000;
const MIN_SINGLE = 2 ** -126;
const MIN_DOUBLE = 2 ** -1022;
const MAX_SINGLE = 2 ** 128 - 2 ** 104;
const MAX_DOUBLE = Number.MAX_VALUE;
/** Where neither the parts of a factor nor the error of a product leave the range of numbers. */
const MAX_FACTOR = 2 ** 995;
const MIN_PRODUCT = 2 ** -960;
const MAX_PRODUCT = 2 ** 1020;
/** Splits a number of 53 bits into two of 26. */
const SPLIT = 2 ** 27 + 1;

/** Results, until it is known that all elements are common cases. */
const out = new Float64Array(4);

/** Does an operation on f32 elements. @returns false if it is not a common case: nothing has changed */
export function fastSingles(cpu: Cpu, operation: number, count: number, to: number, a: number, b: number): boolean {
  const { view, state } = cpu;
  const mxcsr = state[MXCSR];
  if ((mxcsr & CONTROL) !== NEAREST) return false;
  const inexact = singles(view, operation, count, a, b);
  if (inexact < 0) return false;
  for (let i = 0; i < count; i++) view.setFloat32(to + i * 4, out[i], true);
  if (inexact !== 0) state[MXCSR] = mxcsr | PE;
  return true;
}

// Rounding to 53 bits before rounding to 24 changes nothing. A product of two f32 is exact in 53 bits.
// @returns 1 if a result was rounded, 0 if none was, -1 if it is not a common case
function singles(view: DataView, operation: number, count: number, a: number, b: number): number {
  let inexact = 0;
  switch (operation) {
    case ADD:
    case SUB:
    case ADDSUB:
      for (let i = 0; i < count; i++) {
        const x = view.getFloat32(a + i * 4, true);
        const operand = view.getFloat32(b + i * 4, true);
        const y = isDifference(operation, i) ? -operand : operand;
        const sum = x + y;
        const r = Math.fround(sum);
        if (isDenormal(x, MIN_SINGLE) || isDenormal(y, MIN_SINGLE)) return -1;
        if (!(Math.abs(sum) >= MIN_SINGLE && Math.abs(r) <= MAX_SINGLE) && sum !== 0) return -1;
        if (r !== sum || sum - x !== y || sum - y !== x) inexact = 1;
        out[i] = r;
      }
      return inexact;
    case MUL:
      for (let i = 0; i < count; i++) {
        const x = view.getFloat32(a + i * 4, true);
        const y = view.getFloat32(b + i * 4, true);
        const product = x * y;
        const r = Math.fround(product);
        if (isDenormal(x, MIN_SINGLE) || isDenormal(y, MIN_SINGLE)) return -1;
        if (!(Math.abs(product) >= MIN_SINGLE && Math.abs(r) <= MAX_SINGLE) && product !== 0) return -1;
        if (r !== product) inexact = 1;
        out[i] = r;
      }
      return inexact;
    case DIV:
      for (let i = 0; i < count; i++) {
        const x = view.getFloat32(a + i * 4, true);
        const y = view.getFloat32(b + i * 4, true);
        const quotient = x / y;
        const r = Math.fround(quotient);
        if (isDenormal(x, MIN_SINGLE) || isDenormal(y, MIN_SINGLE)) return -1;
        if (!(Math.abs(quotient) >= MIN_SINGLE && Math.abs(r) <= MAX_SINGLE) && quotient !== 0) return -1;
        if (quotient !== 0 && r * y !== x) inexact = 1;
        out[i] = r;
      }
      return inexact;
    case SQRT:
      for (let i = 0; i < count; i++) {
        const y = view.getFloat32(b + i * 4, true);
        const r = Math.fround(Math.sqrt(y));
        if (isDenormal(y, MIN_SINGLE) || !(r <= MAX_SINGLE)) return -1;
        if (r * r !== y) inexact = 1;
        out[i] = r;
      }
      return inexact;
    case MIN:
    case MAX:
      for (let i = 0; i < count; i++) {
        const x = view.getFloat32(a + i * 4, true);
        const y = view.getFloat32(b + i * 4, true);
        if (isDenormal(x, MIN_SINGLE) || isDenormal(y, MIN_SINGLE)) return -1;
        if (Number.isNaN(x + y)) return -1;
        const first = operation === MIN ? x < y : x > y;
        out[i] = first ? x : y;
      }
      return 0;
    default:
      return -1;
  }
}

// Of SUB all elements, of ADDSUB the even ones.
function isDifference(operation: number, i: number): boolean {
  return operation === SUB || (operation === ADDSUB && (i & 1) === 0);
}

function isDenormal(a: number, min: number): boolean {
  return Math.abs(a) < min && a !== 0;
}

/** Does an operation on f64 elements. @returns false if it is not a common case: nothing has changed */
export function fastDoubles(cpu: Cpu, operation: number, count: number, to: number, a: number, b: number): boolean {
  const { view, state } = cpu;
  const mxcsr = state[MXCSR];
  if ((mxcsr & CONTROL) !== NEAREST) return false;
  if (!doubles(view, operation, count, a, b)) return false;
  if ((mxcsr & PE) === 0 && operation !== MIN && operation !== MAX) {
    const inexact = inexactDoubles(view, operation, count, a, b);
    if (inexact < 0) return false;
    if (inexact !== 0) state[MXCSR] = mxcsr | PE;
  }
  view.setFloat64(to, out[0], true);
  if (count > 1) view.setFloat64(to + 8, out[1], true);
  return true;
}

// @returns false if it is not a common case
function doubles(view: DataView, operation: number, count: number, a: number, b: number): boolean {
  switch (operation) {
    case ADD:
    case SUB:
    case ADDSUB:
      for (let i = 0; i < count; i++) {
        const x = view.getFloat64(a + i * 8, true);
        const y = view.getFloat64(b + i * 8, true);
        const r = isDifference(operation, i) ? x - y : x + y;
        if (isDenormal(x, MIN_DOUBLE) || isDenormal(y, MIN_DOUBLE)) return false;
        // Sums that are tiny are exact.
        if (!(Math.abs(r) >= MIN_DOUBLE && Math.abs(r) <= MAX_DOUBLE) && r !== 0) return false;
        out[i] = r;
      }
      return true;
    case MUL:
      for (let i = 0; i < count; i++) {
        const x = view.getFloat64(a + i * 8, true);
        const y = view.getFloat64(b + i * 8, true);
        const r = x * y;
        if (isDenormal(x, MIN_DOUBLE) || isDenormal(y, MIN_DOUBLE)) return false;
        // The smallest normal number may have been tiny before it was rounded, and zero too.
        if (!(Math.abs(r) > MIN_DOUBLE && Math.abs(r) <= MAX_DOUBLE) && !(r === 0 && (x === 0 || y === 0)))
          return false;
        out[i] = r;
      }
      return true;
    case DIV:
      for (let i = 0; i < count; i++) {
        const x = view.getFloat64(a + i * 8, true);
        const y = view.getFloat64(b + i * 8, true);
        const r = x / y;
        if (isDenormal(x, MIN_DOUBLE) || isDenormal(y, MIN_DOUBLE)) return false;
        if (!(Math.abs(r) > MIN_DOUBLE && Math.abs(r) <= MAX_DOUBLE) && !(r === 0 && x === 0)) return false;
        out[i] = r;
      }
      return true;
    case SQRT:
      for (let i = 0; i < count; i++) {
        const y = view.getFloat64(b + i * 8, true);
        const r = Math.sqrt(y);
        if (isDenormal(y, MIN_DOUBLE) || !(r <= MAX_DOUBLE)) return false;
        out[i] = r;
      }
      return true;
    case MIN:
    case MAX:
      for (let i = 0; i < count; i++) {
        const x = view.getFloat64(a + i * 8, true);
        const y = view.getFloat64(b + i * 8, true);
        if (isDenormal(x, MIN_DOUBLE) || isDenormal(y, MIN_DOUBLE)) return false;
        if (Number.isNaN(x) || Number.isNaN(y)) return false;
        const first = operation === MIN ? x < y : x > y;
        out[i] = first ? x : y;
      }
      return true;
    default:
      return false;
  }
}

// Whether a result that `doubles` found was rounded. PE stays set, so that this is seldom asked.
// @returns 1 or 0; -1 if it cannot be told here
function inexactDoubles(view: DataView, operation: number, count: number, a: number, b: number): number {
  for (let i = 0; i < count; i++) {
    const x = view.getFloat64(a + i * 8, true);
    const y = view.getFloat64(b + i * 8, true);
    const r = out[i];
    if (operation === ADD || operation === SUB || operation === ADDSUB) {
      // The difference of a sum and the larger part is exact.
      const part = isDifference(operation, i) ? -y : y;
      if (r - x !== part || r - part !== x) return 1;
    } else if (r !== 0) {
      // Of a quotient and a root, whether they multiply to what they come from.
      const p = operation === MUL ? r : operation === DIV ? x : y;
      const f = operation === MUL ? x : r;
      const g = operation === SQRT ? r : y;
      const size = Math.abs(p);
      const inside = size > MIN_PRODUCT && size < MAX_PRODUCT && Math.abs(f) < MAX_FACTOR && Math.abs(g) < MAX_FACTOR;
      if (!inside) return -1;
      if (f * g !== p || productError(p, f, g) !== 0) return 1;
    }
  }
  return 0;
}

// a × b - p, exactly, where p is a × b rounded (T. J. Dekker).
function productError(p: number, a: number, b: number): number {
  const ac = SPLIT * a;
  const bc = SPLIT * b;
  const ah = ac - (ac - a);
  const bh = bc - (bc - b);
  const al = a - ah;
  const bl = b - bh;
  return ah * bh - p + ah * bl + al * bh + al * bl;
}
