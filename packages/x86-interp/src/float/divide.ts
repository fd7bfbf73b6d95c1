import { type Float, KIND, setInfinity, setZero } from './float.ts';
import { mulHigh } from './multiply-high.ts';
import { dividedByZero, invalid, isNan, type NanRule, propagateNan } from './nan.ts';
import { type Format, roundTo } from './round.ts';
import type { FloatStatus } from './status.ts';

/** The remainder that is left after the digits found so far. */
let remHi = 0;
let remLo = 0;

// One 32-bit digit of a quotient: (rem:next) / d with rem < d, d normalized. Leaves the remainder in rem.
function quotientDigit(dHi: number, dLo: number, next: number): number {
  const d = (dHi >>> 0) * 0x100000000 + (dLo >>> 0);
  const n = (remHi >>> 0) * 0x100000000 + (remLo >>> 0);
  let q = Math.min(0xffffffff, Math.floor((n / d) * 0x100000000));
  // rem:next - q*d, 96 bits: the estimate is wrong by a few units at most.
  const q0 = Math.imul(q, dLo) >>> 0;
  const t1 = (mulHigh(q | 0, dLo) >>> 0) + (Math.imul(q, dHi) >>> 0);
  const t2 = (mulHigh(q | 0, dHi) >>> 0) + (t1 >= 0x100000000 ? 1 : 0);
  let w0 = (next >>> 0) - q0;
  let borrow = w0 < 0 ? 1 : 0;
  let w1 = (remLo >>> 0) - (t1 % 0x100000000) - borrow;
  borrow = w1 < 0 ? 1 : 0;
  let w2 = (remHi >>> 0) - t2 - borrow;
  w0 = w0 < 0 ? w0 + 0x100000000 : w0;
  w1 = w1 < 0 ? w1 + 0x100000000 : w1;
  const dh = dHi >>> 0;
  const dl = dLo >>> 0;
  while (w2 < 0) {
    q--;
    w0 += dl;
    if (w0 >= 0x100000000) {
      w0 -= 0x100000000;
      w1++;
    }
    w1 += dh;
    if (w1 >= 0x100000000) {
      w1 -= 0x100000000;
      w2++;
    }
  }
  while (w2 > 0 || w1 > dh || (w1 === dh && w0 >= dl)) {
    q++;
    w0 -= dl;
    if (w0 < 0) {
      w0 += 0x100000000;
      w1--;
    }
    w1 -= dh;
    if (w1 < 0) {
      w1 += 0x100000000;
      w2--;
    }
  }
  remHi = w1 | 0;
  remLo = w0 | 0;
  return q | 0;
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
  const { hi: dHi, lo: dLo } = b;
  const less = a.hi !== b.hi ? a.hi >>> 0 < b.hi >>> 0 : a.lo >>> 0 < b.lo >>> 0;
  r.exp = a.exp - b.exp - (less ? 1 : 0);
  let next = 0;
  if (less) {
    remHi = a.hi;
    remLo = a.lo;
  } else {
    next = a.lo << 31;
    remLo = (a.hi << 31) | (a.lo >>> 1);
    remHi = a.hi >>> 1;
  }
  r.kind = KIND.FINITE;
  r.sign = sign;
  r.hi = quotientDigit(dHi, dLo, next);
  r.lo = quotientDigit(dHi, dLo, 0);
  let extra = 0;
  if ((remHi | remLo) !== 0) {
    extra = quotientDigit(dHi, dLo, 0);
    if ((remHi | remLo) !== 0) extra |= 1;
  }
  roundTo(r, extra, format, precision, status);
}
