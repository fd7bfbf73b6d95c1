import { type Float, KIND, setInfinity, setZero } from './float.ts';
import { mulHigh } from './multiply-high.ts';
import { invalid, isNan, type NanRule, propagateNan } from './nan.ts';
import { type Format, roundTo } from './round.ts';
import type { FloatStatus } from './status.ts';

/** The upper half of a product, and what is behind it: results of `multiply64`. */
let mulHi = 0;
let mulLo = 0;
let mulExtra = 0;

// The 128-bit product of two significands: the upper 64 bits, and 32 more with the rest jammed into the lowest.
function multiply64(ah: number, al: number, bh: number, bl: number): void {
  const p0 = Math.imul(al, bl);
  const p0h = mulHigh(al, bl) >>> 0;
  const p1 = Math.imul(ah, bl) >>> 0;
  const p1h = mulHigh(ah, bl) >>> 0;
  const p2 = Math.imul(al, bh) >>> 0;
  const p2h = mulHigh(al, bh) >>> 0;
  const p3 = Math.imul(ah, bh) >>> 0;
  const p3h = mulHigh(ah, bh);
  const w1 = p0h + p1 + p2;
  const w2 = p1h + p2h + p3 + (w1 >= 0x200000000 ? 2 : w1 >= 0x100000000 ? 1 : 0);
  mulExtra = w1 | 0 | (p0 !== 0 ? 1 : 0);
  mulLo = w2 | 0;
  mulHi = (p3h + (w2 >= 0x200000000 ? 2 : w2 >= 0x100000000 ? 1 : 0)) | 0;
}

/** r = a × b. */
export function multiply(
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
    else if (a.kind === KIND.INFINITY || b.kind === KIND.INFINITY) {
      if (a.kind === KIND.ZERO || b.kind === KIND.ZERO) invalid(r, status);
      else setInfinity(r, sign);
    } else setZero(r, sign);
    return;
  }
  multiply64(a.hi, a.lo, b.hi, b.lo);
  r.exp = a.exp + b.exp + 1;
  r.kind = KIND.FINITE;
  r.sign = sign;
  if (mulHi < 0) {
    r.hi = mulHi;
    r.lo = mulLo;
    roundTo(r, mulExtra, format, precision, status);
    return;
  }
  r.exp--;
  r.hi = (mulHi << 1) | (mulLo >>> 31);
  r.lo = (mulLo << 1) | (mulExtra >>> 31);
  // The jammed bit stays in the lowest place.
  roundTo(r, (mulExtra << 1) | (mulExtra & 1), format, precision, status);
}
