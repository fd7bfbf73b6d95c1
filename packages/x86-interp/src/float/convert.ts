import { copyFloat, Float, KIND, normalize, setZero } from './float.ts';
import { isNan, quietNan } from './nan.ts';
import { type Format, roundTo, shiftRight } from './round.ts';
import { FLAG, type FloatStatus, ROUND } from './status.ts';

/** r = a, rounded to a format. */
export function convert(r: Float, a: Float, format: Format, status: FloatStatus): void {
  if (a.kind === KIND.FINITE) {
    copyFloat(r, a);
    roundTo(r, 0, format, format.precision, status);
  } else if (isNan(a)) {
    quietNan(r, a, status);
    if (format.precision === 24) {
      r.hi &= -0x100;
      r.lo = 0;
    } else if (format.precision === 53) r.lo &= -0x800;
  } else copyFloat(r, a);
}

/** r = a, rounded to an integer. @param quiet does not report that it was none */
export function roundToInteger(r: Float, a: Float, rounding: number, quiet: boolean, status: FloatStatus): void {
  if (a.kind !== KIND.FINITE) {
    if (isNan(a)) quietNan(r, a, status);
    else copyFloat(r, a);
    return;
  }
  copyFloat(r, a);
  status.roundedUp = false;
  if (a.exp >= 63) return;
  const inexact = integerPart(r, rounding, status);
  if (inexact && !quiet) status.flags |= FLAG.PE;
  if ((r.hi | r.lo) === 0) setZero(r, a.sign);
  else {
    r.exp = 63;
    normalize(r);
  }
}

/** The magnitude of the integer that `integerPart` found does not fit 64 bits. */
let carried = false;

// Leaves the integer's magnitude in hi:lo. exp is below 64.
function integerPart(r: Float, rounding: number, status: FloatStatus): boolean {
  const extra = shiftRight(r, 0, Math.min(63 - r.exp, 200));
  carried = false;
  if (extra === 0) return false;
  const half = extra < 0 ? (extra === -0x80000000 ? 0 : 1) : -1;
  let up: boolean;
  if (rounding === ROUND.NEAREST) up = half > 0 || (half === 0 && (r.lo & 1) !== 0);
  else if (rounding === ROUND.DOWN) up = r.sign === 1;
  else up = rounding === ROUND.UP && r.sign === 0;
  status.roundedUp = up;
  if (up) {
    r.lo = (r.lo + 1) | 0;
    if (r.lo === 0) {
      r.hi = (r.hi + 1) | 0;
      carried = r.hi === 0;
    }
  }
  return true;
}

/** A 64-bit integer: the result of `toInteger`. */
export const integer = { hi: 0, lo: 0 };

/**
 * Converts to a signed integer of 16, 32 or 64 bits, into {@link integer}. What does not fit, and a NaN, is invalid and
 * gives the smallest integer.
 */
export function toInteger(a: Float, bits: 16 | 32 | 64, rounding: number, status: FloatStatus): void {
  status.roundedUp = false;
  integer.hi = integer.lo = 0;
  if (a.kind === KIND.ZERO) return;
  if (a.kind !== KIND.FINITE || a.exp > 63) {
    outOfRange(bits, status);
    return;
  }
  copyFloat(work, a);
  const inexact = integerPart(work, rounding, status);
  const { hi, lo } = work;
  const negative = a.sign === 1;
  if (carried || !fits(hi, lo, bits, negative)) {
    status.roundedUp = false;
    outOfRange(bits, status);
    return;
  }
  if (inexact) status.flags |= FLAG.PE;
  integer.lo = negative ? -lo | 0 : lo;
  integer.hi = negative ? (~hi + (lo === 0 ? 1 : 0)) | 0 : hi;
}

const work = new Float();

function fits(hi: number, lo: number, bits: number, negative: boolean): boolean {
  if (bits === 64) return hi >= 0 || (negative && hi === -0x80000000 && lo === 0);
  const limit = 2 ** (bits - 1);
  return hi === 0 && (lo >>> 0 < limit || (negative && lo >>> 0 === limit));
}

function outOfRange(bits: number, status: FloatStatus): void {
  status.flags |= FLAG.IE;
  integer.hi = bits === 64 ? -0x80000000 : -1;
  integer.lo = bits === 64 ? 0 : bits === 32 ? -0x80000000 : -0x8000;
}

/** r = a signed 64-bit integer, exactly. */
export function fromInteger(r: Float, hi: number, lo: number): void {
  if ((hi | lo) === 0) {
    setZero(r, 0);
    return;
  }
  r.kind = KIND.FINITE;
  r.sign = hi >>> 31;
  r.exp = 63;
  r.lo = hi < 0 ? -lo | 0 : lo;
  r.hi = hi < 0 ? (~hi + (lo === 0 ? 1 : 0)) | 0 : hi;
  normalize(r);
}
