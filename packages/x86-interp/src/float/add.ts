import { copyFloat, Float, KIND, setInfinity, setZero } from './float.ts';
import { invalid, isNan, type NanRule, propagateNan } from './nan.ts';
import { type Format, roundTo, shiftRight } from './round.ts';
import { type FloatStatus, ROUND } from './status.ts';

const small = new Float();

/** r = a + b, or a - b if `subtract`. */
export function add(
  r: Float,
  a: Float,
  b: Float,
  subtract: boolean,
  format: Format,
  precision: number,
  rule: NanRule,
  status: FloatStatus,
): void {
  const bSign = subtract ? b.sign ^ 1 : b.sign;
  if (a.kind !== KIND.FINITE || b.kind !== KIND.FINITE) {
    if (isNan(a) || isNan(b)) propagateNan(r, a, b, rule, status);
    else if (a.kind === KIND.INFINITY) {
      if (b.kind === KIND.INFINITY && a.sign !== bSign) invalid(r, status);
      else setInfinity(r, a.sign);
    } else if (b.kind === KIND.INFINITY) setInfinity(r, bSign);
    else if (a.kind === KIND.ZERO && b.kind === KIND.ZERO) {
      setZero(r, a.sign === bSign ? a.sign : zeroSign(status));
    } else {
      const zero = a.kind === KIND.ZERO;
      copyFloat(r, zero ? b : a);
      r.sign = zero ? bSign : a.sign;
      roundTo(r, 0, format, precision, status);
    }
    return;
  }
  const aLarger = a.exp !== b.exp ? a.exp > b.exp : a.hi !== b.hi ? a.hi >>> 0 > b.hi >>> 0 : a.lo >>> 0 >= b.lo >>> 0;
  const large = aLarger ? a : b;
  const sign = aLarger ? a.sign : bSign;
  copyFloat(small, aLarger ? b : a);
  const extra = shiftRight(small, 0, large.exp - small.exp);
  const { hi, lo, exp } = large;
  r.kind = KIND.FINITE;
  r.exp = exp;
  if (a.sign === bSign) {
    r.sign = sign;
    sum(r, hi, lo, extra, format, precision, status);
  } else {
    r.sign = sign;
    difference(r, hi, lo, extra, format, precision, status);
  }
}

function sum(
  r: Float,
  hi: number,
  lo: number,
  extra: number,
  format: Format,
  precision: number,
  status: FloatStatus,
): void {
  const low = (lo >>> 0) + (small.lo >>> 0);
  const carry = low >= 0x100000000 ? 1 : 0;
  const high = (hi >>> 0) + (small.hi >>> 0) + carry;
  r.lo = low | 0;
  r.hi = high | 0;
  let rest = extra;
  if (high >= 0x100000000) {
    rest = (r.lo << 31) | (extra >>> 1) | (extra & 1);
    r.lo = (r.hi << 31) | (r.lo >>> 1);
    r.hi = (r.hi >>> 1) | -0x80000000;
    r.exp++;
  }
  roundTo(r, rest, format, precision, status);
}

function difference(
  r: Float,
  hi: number,
  lo: number,
  extra: number,
  format: Format,
  precision: number,
  status: FloatStatus,
): void {
  let rest = -extra | 0;
  const borrow = extra !== 0 ? 1 : 0;
  const low = (lo >>> 0) - (small.lo >>> 0) - borrow;
  r.lo = low | 0;
  r.hi = (hi - small.hi - (low < 0 ? 1 : 0)) | 0;
  if ((r.hi | r.lo | rest) === 0) {
    setZero(r, zeroSign(status));
    return;
  }
  // The larger significand has bit 63 set, so unless the exponents were within one of each other, one step is enough.
  while (r.hi >= 0) {
    if (r.hi === 0) {
      r.hi = r.lo;
      r.lo = rest;
      rest = 0;
      r.exp -= 32;
      continue;
    }
    const shift = Math.clz32(r.hi);
    r.hi = (r.hi << shift) | (r.lo >>> (32 - shift));
    r.lo = (r.lo << shift) | (rest >>> (32 - shift));
    rest <<= shift;
    r.exp -= shift;
  }
  roundTo(r, rest, format, precision, status);
}

// The sign of an exact zero difference.
function zeroSign(status: FloatStatus): number {
  return status.rounding === ROUND.DOWN ? 1 : 0;
}
