import { copyFloat, type Float, KIND, normalize, setZero } from './float.ts';
import { invalid, isNan, type NanRule, propagateNan } from './nan.ts';
import type { FloatStatus } from './status.ts';

/** What `remainder` found beside the remainder. */
export const quotient = {
  /** The lowest bits of the quotient. */
  low: 0,
  /** The exponents were too far apart to finish: r has a smaller exponent than a, and the caller goes on with it. */
  partial: false,
};

/**
 * r = the remainder of a / b, exactly. At most 63 bits of the quotient are found in one go.
 * @param nearest the quotient is rounded to nearest (IEEE 754, FPREM1), not toward zero (FPREM)
 */
export function remainder(
  r: Float,
  a: Float,
  b: Float,
  nearest: boolean,
  whole: boolean,
  rule: NanRule,
  status: FloatStatus,
): void {
  quotient.low = 0;
  quotient.partial = false;
  if (isNan(a) || isNan(b)) {
    propagateNan(r, a, b, rule, status);
    return;
  }
  if (a.kind === KIND.INFINITY || b.kind === KIND.ZERO) {
    invalid(r, status);
    return;
  }
  if (a.kind === KIND.ZERO || b.kind === KIND.INFINITY) {
    copyFloat(r, a);
    return;
  }
  let steps = a.exp - b.exp;
  if (steps < -1 || (steps < 0 && !nearest)) {
    copyFloat(r, a);
    return;
  }
  // An implementation of FPREM reduces the exponent by 32 to 63.
  let left = 0;
  if (!whole && steps > 63) {
    const now = 32 + (steps & 31);
    left = steps - now;
    steps = now;
    quotient.partial = true;
  }
  const { hi: dHi, lo: dLo } = b;
  const dh = dHi >>> 0;
  const dl = dLo >>> 0;
  let h = a.hi >>> 0;
  let l = a.lo >>> 0;
  let q = 0;
  let over = 0;
  if (steps === -1) {
    // a is between a quarter and one of b: its own remainder, or one less than b.
  } else {
    for (let i = steps; ; i--) {
      q = q << 1;
      if (over !== 0 || h > dh || (h === dh && l >= dl)) {
        l -= dl;
        h -= dh;
        if (l < 0) {
          l += 0x100000000;
          h--;
        }
        h += over * 0x100000000;
        q |= 1;
      }
      if (i === 0) break;
      over = h >= 0x80000000 ? 1 : 0;
      h = ((h * 2) % 0x100000000) + (l >= 0x80000000 ? 1 : 0);
      l = (l * 2) % 0x100000000;
    }
  }
  r.kind = KIND.FINITE;
  r.sign = a.sign;
  r.exp = steps === -1 ? a.exp : b.exp + left;
  if (nearest && !quotient.partial) q = toNearest(r, h, l, dh, dl, q, steps === -1);
  else {
    r.hi = h | 0;
    r.lo = l | 0;
  }
  quotient.low = q;
  if ((r.hi | r.lo) === 0) setZero(r, a.sign);
  else normalize(r);
}

// If the remainder is more than half of b, or half with an odd quotient, the next multiple is nearer.
function toNearest(r: Float, h: number, l: number, dh: number, dl: number, q: number, below: boolean): number {
  // Twice the remainder against b; with one exponent less, the remainder itself.
  const th = below ? h : h * 2 + (l >= 0x80000000 ? 1 : 0);
  const tl = below ? l : (l * 2) % 0x100000000;
  const more = th > dh || (th === dh && tl > dl);
  const half = th === dh && tl === dl;
  r.hi = h | 0;
  r.lo = l | 0;
  if (!more && !(half && (q & 1) === 1)) return q;
  // b - remainder, with the other sign.
  let bh = dh;
  let bl = dl;
  let rh = h;
  let rl = l;
  if (below) {
    // In units of a's exponent b is twice as much: 65 bits, but the difference fits.
    bl = (dl * 2) % 0x100000000;
    bh = dh * 2 + (dl >= 0x80000000 ? 1 : 0);
  }
  bl -= rl;
  bh -= rh;
  if (bl < 0) {
    bl += 0x100000000;
    bh--;
  }
  rh = bh;
  rl = bl;
  r.sign ^= 1;
  if (rh >= 0x100000000) {
    // Exactly representable: the lowest bit is 0, because b's significand was doubled.
    rl = Math.floor(rl / 2) + (rh % 2) * 0x80000000;
    rh = Math.floor(rh / 2);
    r.exp++;
  }
  r.hi = rh | 0;
  r.lo = rl | 0;
  return q + 1;
}
