import { type Float, KIND, setInfinity, setZero } from './float.ts';
import { mulHigh } from './multiply-high.ts';
import { dividedByZero, invalid, isNan, type NanRule, propagateNan } from './nan.ts';
import { type Format, roundTo } from './round.ts';
import type { FloatStatus } from './status.ts';

/** The remainder that is left after the digits found so far. */
let remHi = 0;
let remLo = 0;

const TWO_32 = 0x100000000;

// One 32-bit digit of a quotient: (rem:next) / d with rem < d, d normalized. Leaves the remainder in rem.
function quotientDigit(dHi: number, dLo: number, next: number): number {
  const dh = dHi >>> 0;
  const dl = dLo >>> 0;
  const n = (remHi >>> 0) * TWO_32 + (remLo >>> 0);
  // Wrong by one at most: what doubles lose is far behind the point.
  let q = Math.min(0xffffffff, Math.floor((n / (dh * TWO_32 + dl)) * TWO_32));
  // rem:next - q*d, between -d and 2*d: its lowest 32 bits, and all above.
  let low = (next >>> 0) - (Math.imul(q, dLo) >>> 0);
  const middle = (remLo >>> 0) - (mulHigh(q | 0, dLo) >>> 0) - (Math.imul(q, dHi) >>> 0);
  let high = ((remHi >>> 0) - (mulHigh(q | 0, dHi) >>> 0)) * TWO_32 + middle;
  if (low < 0) {
    low += TWO_32;
    high--;
  }
  if (high < 0) {
    q--;
    low += dl;
    high += dh;
  } else if (high > dh || (high === dh && low >= dl)) {
    q++;
    low -= dl;
    high -= dh;
  }
  if (low < 0) high--;
  else if (low >= TWO_32) high++;
  remHi = high | 0;
  remLo = low | 0;
  return q | 0;
}

/** What `divideSignificands` gives: 64 bits of which the highest is set, and 32 behind them, the lowest for all others. */
export const quotient = { high: 0, low: 0, extra: 0 };

/** Divides two significands with their highest bits set; if the first one is less, it is doubled before. */
export function divideSignificands(aHi: number, aLo: number, bHi: number, bLo: number): void {
  const less = aHi !== bHi ? aHi >>> 0 < bHi >>> 0 : aLo >>> 0 < bLo >>> 0;
  let next = 0;
  if (less) {
    remHi = aHi;
    remLo = aLo;
  } else {
    next = aLo << 31;
    remLo = (aHi << 31) | (aLo >>> 1);
    remHi = aHi >>> 1;
  }
  quotient.high = quotientDigit(bHi, bLo, next);
  quotient.low = quotientDigit(bHi, bLo, 0);
  quotient.extra = 0;
  if ((remHi | remLo) !== 0) {
    quotient.extra = quotientDigit(bHi, bLo, 0);
    if ((remHi | remLo) !== 0) quotient.extra |= 1;
  }
}

/** r = a / b. */
export function divide(
  r: Float,
  a: Float,
  b: Float,
  format: Format,
  precision: number,
  rule: NanRule,
  status: FloatStatus,
): void {
  const sign = a.sign ^ b.sign;
  if (a.kind !== KIND.FINITE || b.kind !== KIND.FINITE) {
    if (isNan(a) || isNan(b)) propagateNan(r, a, b, rule, status);
    else if (a.kind === b.kind) invalid(r, status);
    else if (a.kind === KIND.INFINITY) setInfinity(r, sign);
    else if (b.kind === KIND.ZERO) {
      dividedByZero(status);
      setInfinity(r, sign);
    } else setZero(r, sign);
    return;
  }
  const less = a.hi !== b.hi ? a.hi >>> 0 < b.hi >>> 0 : a.lo >>> 0 < b.lo >>> 0;
  r.exp = a.exp - b.exp - (less ? 1 : 0);
  divideSignificands(a.hi, a.lo, b.hi, b.lo);
  r.kind = KIND.FINITE;
  r.sign = sign;
  r.hi = quotient.high;
  r.lo = quotient.low;
  roundTo(r, quotient.extra, format, precision, status);
}
