import { ATANH, EXPM1, LN2_HI, LN2_LO, LOG2E_HI, LOG2E_LO } from './constants.ts';
import { fromInteger } from './convert.ts';
import { addDd, dd, divDd, mulDd, polynomialDd } from './double-double.ts';
import { copyFloat, Float, KIND, setInfinity, setOne, setZero } from './float.ts';
import { fromDd, reportInexact, significandHi, significandLo } from './from-double-double.ts';
import { multiply } from './multiply.ts';
import { dividedByZero, invalid, isNan, propagateNan, quietNan } from './nan.ts';
import { F80 } from './round.ts';
import { FLAG, FloatStatus } from './status.ts';

/** r = 2^a - 1, for a from -1 to 1; beyond, the manual leaves it undefined, and it is a. */
export function f2xm1(r: Float, a: Float, status: FloatStatus): void {
  if (a.kind !== KIND.FINITE) {
    if (isNan(a)) quietNan(r, a, status);
    else if (a.kind === KIND.INFINITY && a.sign === 1) setOne(r, 1);
    else copyFloat(r, a);
    return;
  }
  if (a.exp >= 0) {
    const one = a.exp === 0 && a.hi === -0x80000000 && a.lo === 0;
    copyFloat(r, a);
    if (one && a.sign === 1) r.exp = -1;
    status.flags |= FLAG.PE;
    return;
  }
  const sign = a.sign === 1 ? -1 : 1;
  mulDd(significandHi(a) * sign, significandLo(a) * sign, LN2_HI, LN2_LO);
  const mh = dd.hi;
  const ml = dd.lo;
  if (a.exp < -200) {
    fromDd(r, mh, ml, a.exp, status);
    return;
  }
  // e^y - 1 with y cut to an eighth, then three times E(2y) = E(y) (2 + E(y)).
  const scale = 2 ** (a.exp - 3);
  const yh = mh * scale;
  const yl = ml * scale;
  polynomialDd(yh, yl, EXPM1);
  mulDd(dd.hi, dd.lo, yh, yl);
  for (let i = 0; i < 3; i++) {
    const eh = dd.hi;
    const el = dd.lo;
    addDd(eh, el, 2, 0);
    mulDd(dd.hi, dd.lo, eh, el);
  }
  fromDd(r, dd.hi, dd.lo, 0, status);
}

// dd = log2((1 + s) / (1 - s)), divided by s × 2 … : 2 atanh(s) / ln 2, with s = sh + sl; times 2^0.
function log2FromS(sh: number, sl: number): void {
  mulDd(sh, sl, sh, sl);
  polynomialDd(dd.hi, dd.lo, ATANH);
  mulDd(dd.hi, dd.lo, 2 * LOG2E_HI, 2 * LOG2E_LO);
}

/** r = y × log2(x). */
export function fyl2x(r: Float, y: Float, x: Float, status: FloatStatus): void {
  if (isNan(x) || isNan(y)) {
    propagateNan(r, y, x, 'x87', status);
    return;
  }
  if (x.kind === KIND.ZERO) {
    if (y.kind === KIND.ZERO) invalid(r, status);
    else {
      if (y.kind === KIND.FINITE) dividedByZero(status);
      setInfinity(r, y.sign ^ 1);
    }
    return;
  }
  if (x.sign === 1) {
    invalid(r, status);
    return;
  }
  const one = x.kind === KIND.FINITE && x.exp === 0 && x.hi === -0x80000000 && x.lo === 0;
  const below = x.kind === KIND.FINITE && x.exp < 0;
  if (y.kind === KIND.ZERO || x.kind === KIND.INFINITY || y.kind === KIND.INFINITY || one) {
    if (one ? y.kind === KIND.INFINITY : x.kind === KIND.INFINITY && y.kind === KIND.ZERO) invalid(r, status);
    else if (one || y.kind === KIND.ZERO) setZero(r, one ? y.sign : y.sign ^ (below ? 1 : 0));
    else setInfinity(r, y.sign ^ (below ? 1 : 0));
    return;
  }
  let exp = x.exp;
  let mh = significandHi(x);
  let ml = significandLo(x);
  if (mh > Math.SQRT2) {
    mh /= 2;
    ml /= 2;
    exp++;
  }
  addDd(mh, ml, 1, 0);
  const dh = dd.hi;
  const dl = dd.lo;
  addDd(mh, ml, -1, 0);
  if (dd.hi === 0) {
    // A power of two: the product is exact, or rounded once.
    fromInteger(factor, exp >> 31, exp);
    multiply(r, y, factor, F80, 64, 'x87', status);
    reportInexact(r, status);
    return;
  }
  divDd(dd.hi, dd.lo, dh, dl);
  const sh = dd.hi;
  const sl = dd.lo;
  log2FromS(sh, sl);
  mulDd(dd.hi, dd.lo, sh, sl);
  addDd(dd.hi, dd.lo, exp, 0);
  scaled(r, dd.hi, dd.lo, y, 0, status);
}

// r = (hi + lo) × y × 2^exp.
function scaled(r: Float, hi: number, lo: number, y: Float, exp: number, status: FloatStatus): void {
  const sign = y.sign === 1 ? -1 : 1;
  mulDd(hi, lo, significandHi(y) * sign, significandLo(y) * sign);
  fromDd(r, dd.hi, dd.lo, y.exp + exp, status);
}

/** r = y × log2(x + 1), for x from -(1 - √½) to √2 - 1; beyond, the manual leaves it undefined: from -1 down it is x. */
export function fyl2xp1(r: Float, y: Float, x: Float, status: FloatStatus): void {
  if (isNan(x) || isNan(y)) {
    propagateNan(r, y, x, 'x87', status);
    return;
  }
  if (x.kind === KIND.ZERO || y.kind === KIND.ZERO) {
    if (x.kind === KIND.INFINITY || y.kind === KIND.INFINITY) invalid(r, status);
    else setZero(r, x.sign ^ y.sign);
    return;
  }
  if (x.kind === KIND.INFINITY) {
    if (x.sign === 1) invalid(r, status);
    else setInfinity(r, y.sign);
    return;
  }
  if (y.kind === KIND.INFINITY) {
    setInfinity(r, x.sign ^ y.sign);
    return;
  }
  if (x.exp >= 0) {
    if (x.sign === 1) {
      copyFloat(r, x);
      status.flags |= FLAG.PE;
      return;
    }
    plusOne(r, y, x, status);
    return;
  }
  if (x.exp === -1) {
    // Where the series converges slowly, or not at all.
    plusOne(r, y, x, status);
    return;
  }
  const sign = x.sign === 1 ? -1 : 1;
  const mh = significandHi(x) * sign;
  const ml = significandLo(x) * sign;
  const scale = x.exp < -300 ? 0 : 2 ** x.exp;
  addDd(mh * scale, ml * scale, 2, 0);
  divDd(mh, ml, dd.hi, dd.lo);
  const th = dd.hi;
  const tl = dd.lo;
  log2FromS(th * scale, tl * scale);
  mulDd(dd.hi, dd.lo, th, tl);
  scaled(r, dd.hi, dd.lo, y, x.exp, status);
}

const factor = new Float();
const onePlus = new Float();
const exact = new FloatStatus();

// Far beyond the range of the instruction: log2 of the rounded sum is what implementations give or take.
function plusOne(r: Float, y: Float, x: Float, status: FloatStatus): void {
  copyFloat(onePlus, x);
  if (x.exp < 64) {
    const scale = (x.sign === 1 ? -1 : 1) * 2 ** x.exp;
    addDd(significandHi(x) * scale, significandLo(x) * scale, 1, 0);
    fromDd(onePlus, dd.hi, dd.lo, 0, exact);
  }
  fyl2x(r, y, onePlus, status);
}
