import { type Float, KIND, normalize, setInfinity, setZero } from './float.ts';
import { FLAG, type FloatStatus } from './status.ts';

/** Takes an f32 apart. @param bits int32. Denormal operands are reported. */
export function unpackF32(r: Float, bits: number, status: FloatStatus): void {
  const sign = bits >>> 31;
  const exp = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exp === 0xff) nonFinite(r, sign, fraction << 8, 0);
  else if (exp === 0) denormal(r, sign, fraction << 8, 0, -126, status);
  else finite(r, sign, exp - 127, (fraction << 8) | -0x80000000, 0);
}

/** Takes an f64 apart. @param high upper half, int32 @param low lower half, int32 */
export function unpackF64(r: Float, high: number, low: number, status: FloatStatus): void {
  const sign = high >>> 31;
  const exp = (high >>> 20) & 0x7ff;
  const hi = ((high & 0xfffff) << 11) | (low >>> 21);
  const lo = low << 11;
  if (exp === 0x7ff) nonFinite(r, sign, hi, lo);
  else if (exp === 0) denormal(r, sign, hi, lo, -1022, status);
  else finite(r, sign, exp - 1023, hi | -0x80000000, lo);
}

/**
 * Takes an extF80 apart. Encodings that the 80387 does not know (unnormal, pseudo-NaN, pseudo-infinity) are invalid.
 * @param signExp sign and exponent, 16 bits
 * @returns false for an invalid encoding
 */
export function unpackF80(r: Float, signExp: number, hi: number, lo: number, status: FloatStatus): boolean {
  const sign = signExp >>> 15;
  const exp = signExp & 0x7fff;
  if (exp === 0) {
    if ((hi | lo) === 0) {
      setZero(r, sign);
      return true;
    }
    // Denormal, or pseudo-denormal if the integer bit is set: both have the smallest exponent.
    status.flags |= FLAG.DE;
    finite(r, sign, -16382, hi, lo);
    normalize(r);
    return true;
  }
  if (hi >= 0) return false;
  if (exp === 0x7fff) nonFinite(r, sign, hi & 0x7fffffff, lo);
  else finite(r, sign, exp - 16383, hi, lo);
  return true;
}

function finite(r: Float, sign: number, exp: number, hi: number, lo: number): void {
  r.kind = KIND.FINITE;
  r.sign = sign;
  r.exp = exp;
  r.hi = hi;
  r.lo = lo;
}

function nonFinite(r: Float, sign: number, hi: number, lo: number): void {
  if ((hi | lo) === 0) {
    setInfinity(r, sign);
    return;
  }
  r.kind = (hi & 0x40000000) !== 0 ? KIND.QUIET_NAN : KIND.SIGNALING_NAN;
  r.sign = sign;
  r.exp = 0;
  r.hi = hi | -0x80000000;
  r.lo = lo;
}

function denormal(r: Float, sign: number, hi: number, lo: number, minExp: number, status: FloatStatus): void {
  if ((hi | lo) === 0 || status.denormalsAreZeros) {
    setZero(r, sign);
    return;
  }
  status.flags |= FLAG.DE;
  finite(r, sign, minExp, hi, lo);
  normalize(r);
}

/** An f32's bits, as int32. The value must have been rounded to the format. */
export function packF32(a: Float): number {
  const sign = a.sign << 31;
  switch (a.kind) {
    case KIND.ZERO:
      return sign;
    case KIND.INFINITY:
      return sign | 0x7f800000;
    case KIND.FINITE: {
      if (a.exp >= -126) return sign | ((a.exp + 127) << 23) | ((a.hi >>> 8) & 0x7fffff);
      return sign | (a.hi >>> (8 + -126 - a.exp));
    }
    default:
      return sign | 0x7f800000 | ((a.hi & 0x7fffffff) >>> 8);
  }
}

/** The upper half of an f64's bits, as int32. */
export function packF64High(a: Float): number {
  const sign = a.sign << 31;
  switch (a.kind) {
    case KIND.ZERO:
      return sign;
    case KIND.INFINITY:
      return sign | 0x7ff00000;
    case KIND.FINITE: {
      if (a.exp >= -1022) return sign | ((a.exp + 1023) << 20) | ((a.hi >>> 11) & 0xfffff);
      const shift = 11 + -1022 - a.exp;
      return shift < 32 ? sign | (a.hi >>> shift) : sign;
    }
    default:
      return sign | 0x7ff00000 | ((a.hi & 0x7fffffff) >>> 11);
  }
}

/** The lower half of an f64's bits, as int32. */
export function packF64Low(a: Float): number {
  if (a.kind === KIND.ZERO || a.kind === KIND.INFINITY) return 0;
  if (a.kind === KIND.FINITE && a.exp < -1022) {
    const shift = 11 + -1022 - a.exp;
    if (shift < 32) return (a.hi << (32 - shift)) | (a.lo >>> shift);
    return shift === 32 ? a.hi : a.hi >>> (shift - 32);
  }
  return (a.hi << 21) | (a.lo >>> 11);
}

/** Sign and exponent of an extF80, 16 bits. */
export function packF80SignExp(a: Float): number {
  const sign = a.sign << 15;
  if (a.kind === KIND.ZERO) return sign;
  if (a.kind !== KIND.FINITE) return sign | 0x7fff;
  return a.exp >= -16382 ? sign | (a.exp + 16383) : sign;
}

/** The upper half of an extF80's significand, as int32. */
export function packF80High(a: Float): number {
  if (a.kind !== KIND.FINITE || a.exp >= -16382) return a.hi;
  const shift = -16382 - a.exp;
  return shift < 32 ? a.hi >>> shift : 0;
}

/** The lower half of an extF80's significand, as int32. */
export function packF80Low(a: Float): number {
  if (a.kind !== KIND.FINITE || a.exp >= -16382) return a.lo;
  const shift = -16382 - a.exp;
  if (shift < 32) return (a.hi << (32 - shift)) | (a.lo >>> shift);
  return shift === 32 ? a.hi : shift < 64 ? a.hi >>> (shift - 32) : 0;
}
