/** What kind of value a {@link Float} is. */
export const KIND = { ZERO: 0, FINITE: 1, INFINITY: 2, QUIET_NAN: 3, SIGNALING_NAN: 4 } as const;

/**
 * A floating-point value taken apart, the same for all formats: operations work on these, and only packing knows how
 * many bits a format has. Made once and reused: nothing is allocated while the guest computes.
 */
export class Float {
  /** One of {@link KIND}. */
  kind = 0;
  /** 0 or 1. */
  sign = 0;
  /** Of a finite value: it is (hi:lo / 2^63) × 2^exp. */
  exp = 0;
  /** Upper and lower half of the significand, as int32. Of a finite value bit 63 is set; of a NaN, bit 62 is the quiet bit. */
  hi = 0;
  lo = 0;
}

/** Makes `r` the same as `a`. */
export function copyFloat(r: Float, a: Float): void {
  r.kind = a.kind;
  r.sign = a.sign;
  r.exp = a.exp;
  r.hi = a.hi;
  r.lo = a.lo;
}

export function setZero(r: Float, sign: number): void {
  r.kind = KIND.ZERO;
  r.sign = sign;
  r.exp = 0;
  r.hi = 0;
  r.lo = 0;
}

export function setInfinity(r: Float, sign: number): void {
  r.kind = KIND.INFINITY;
  r.sign = sign;
  r.exp = 0;
  r.hi = -0x80000000;
  r.lo = 0;
}

/** 1 or -1. */
export function setOne(r: Float, sign: number): void {
  r.kind = KIND.FINITE;
  r.sign = sign;
  r.exp = 0;
  r.hi = -0x80000000;
  r.lo = 0;
}

/** The NaN that invalid operations give: the "real indefinite". */
export function setIndefinite(r: Float): void {
  r.kind = KIND.QUIET_NAN;
  r.sign = 1;
  r.exp = 0;
  r.hi = -0x40000000;
  r.lo = 0;
}

/** Shifts the significand left until bit 63 is set. It must not be 0. */
export function normalize(r: Float): void {
  if (r.hi === 0) {
    const shift = Math.clz32(r.lo);
    r.hi = r.lo << shift;
    r.lo = 0;
    r.exp -= 32 + shift;
    return;
  }
  const shift = Math.clz32(r.hi);
  if (shift === 0) return;
  r.hi = (r.hi << shift) | (r.lo >>> (32 - shift));
  r.lo <<= shift;
  r.exp -= shift;
}
