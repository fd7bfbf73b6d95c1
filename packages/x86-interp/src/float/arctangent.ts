import { ATAN, ATAN_EIGHTHS, HALF_PI_HI, HALF_PI_LO, PI_HI, PI_LO } from './constants.ts';
import { addDd, dd, divDd, mulDd, polynomialDd } from './double-double.ts';
import { type Float, KIND, setZero } from './float.ts';
import { fromDd, significandHi, significandLo } from './from-double-double.ts';
import { isNan, propagateNan } from './nan.ts';
import type { FloatStatus } from './status.ts';

/** r = atan2(y, x): the angle of the point (x, y), from -π to π. */
export function fpatan(r: Float, y: Float, x: Float, status: FloatStatus): void {
  if (isNan(x) || isNan(y)) {
    propagateNan(r, y, x, 'x87', status);
    return;
  }
  const sign = y.sign === 1 ? -1 : 1;
  if (y.kind === KIND.ZERO || (x.kind === KIND.INFINITY && y.kind !== KIND.INFINITY)) {
    if (x.sign === 0) setZero(r, y.sign);
    else fromDd(r, PI_HI * sign, PI_LO * sign, 0, status);
    return;
  }
  if (x.kind === KIND.ZERO || y.kind === KIND.INFINITY) {
    if (x.kind === KIND.INFINITY) {
      const quarter = x.sign === 0 ? 0.25 : 0.75;
      mulDd(PI_HI, PI_LO, quarter * sign, 0);
      fromDd(r, dd.hi, dd.lo, 0, status);
    } else fromDd(r, HALF_PI_HI * sign, HALF_PI_LO * sign, 0, status);
    return;
  }
  // t = smaller / larger, as (th + tl) × 2^e.
  const swap = y.exp !== x.exp ? y.exp > x.exp : y.hi !== x.hi ? y.hi >>> 0 > x.hi >>> 0 : y.lo >>> 0 > x.lo >>> 0;
  const a = swap ? x : y;
  const b = swap ? y : x;
  divDd(significandHi(a), significandLo(a), significandHi(b), significandLo(b));
  const e = a.exp - b.exp;
  const th = dd.hi;
  const tl = dd.lo;
  if (e < -200) {
    if (!swap && x.sign === 0) {
      fromRatio(r, th * sign, tl * sign, e, status);
      return;
    }
    dd.hi = dd.lo = 0;
  } else arctangent(th * 2 ** e, tl * 2 ** e);
  if (swap) {
    if (x.sign === 1) addDd(HALF_PI_HI, HALF_PI_LO, dd.hi, dd.lo);
    else addDd(HALF_PI_HI, HALF_PI_LO, -dd.hi, -dd.lo);
  } else if (x.sign === 1) addDd(PI_HI, PI_LO, -dd.hi, -dd.lo);
  fromDd(r, dd.hi * sign, dd.lo * sign, 0, status);
}

// A ratio so small that it is its own arctangent, less next to nothing.
function fromRatio(r: Float, hi: number, lo: number, exp: number, status: FloatStatus): void {
  const before = lo - (hi > 0 ? 1 : -1) * 2 ** -100;
  fromDd(r, hi, before, exp, status);
}

// dd = atan(t), t from 0 to 1.
function arctangent(th: number, tl: number): void {
  const k = Math.round(th * 8);
  if (k > 0) {
    const c = k / 8;
    mulDd(th, tl, c, 0);
    addDd(dd.hi, dd.lo, 1, 0);
    const dh = dd.hi;
    const dl = dd.lo;
    addDd(th, tl, -c, 0);
    divDd(dd.hi, dd.lo, dh, dl);
  } else {
    dd.hi = th;
    dd.lo = tl;
  }
  const sh = dd.hi;
  const sl = dd.lo;
  mulDd(sh, sl, sh, sl);
  polynomialDd(dd.hi, dd.lo, ATAN);
  mulDd(dd.hi, dd.lo, sh, sl);
  addDd(dd.hi, dd.lo, ATAN_EIGHTHS[2 * k], ATAN_EIGHTHS[2 * k + 1]);
}
