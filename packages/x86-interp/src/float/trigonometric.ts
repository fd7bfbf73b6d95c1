import { COS, SIN } from './constants.ts';
import { dd, divDd, mulDd, polynomialDd } from './double-double.ts';
import { copyFloat, type Float, KIND, setOne, setZero } from './float.ts';
import { fromDd, reportInexact, significandHi, significandLo } from './from-double-double.ts';
import { invalid, isNan, quietNan } from './nan.ts';
import { F80, roundTo } from './round.ts';
import type { FloatStatus } from './status.ts';

/** π × 2^64, cut to 66 bits: what the x87 reduces arguments with (Intel SDM volume 1, section 8.3.8). */
const PI_66 = 0x3243f6a8885a308d3n;

/** Angles so small that their cosine is 1 less next to nothing, and what stands for that. */
const SMALL = 2 ** -60;
const LITTLE = 2 ** -100;

let angleHi = 0;
let angleLo = 0;
let quadrant = 0;

/** Whether FSIN and its like take `a`: below 2^63. They leave what is larger as it is, and set C2. */
export function isAngle(a: Float): boolean {
  return a.kind === KIND.ZERO || (a.kind === KIND.FINITE && a.exp < 63);
}

// Leaves a modulo π/2 in angle, from -π/4 to π/4, and which quarter it is in `quadrant`.
function reduce(a: Float): void {
  if (a.exp < -1) {
    quadrant = 0;
    const scale = 2 ** a.exp;
    angleHi = significandHi(a) * scale;
    angleLo = significandLo(a) * scale;
    return;
  }
  // In units of 2^-65: π/2 is PI_66, and a is its significand shifted by exp + 2.
  const value = ((BigInt(a.hi >>> 0) << 32n) | BigInt(a.lo >>> 0)) << BigInt(a.exp + 2);
  let n = value / PI_66;
  let rest = value - n * PI_66;
  if (2n * rest > PI_66) {
    rest -= PI_66;
    n += 1n;
  }
  quadrant = Number(n & 3n);
  angleHi = Number(rest);
  angleLo = Number(rest - BigInt(angleHi)) * 2 ** -65;
  angleHi *= 2 ** -65;
}

function sine(): void {
  const xh = angleHi;
  const xl = angleLo;
  mulDd(xh, xl, xh, xl);
  polynomialDd(dd.hi, dd.lo, SIN);
  mulDd(dd.hi, dd.lo, xh, xl);
}

function cosine(): void {
  if (angleHi > -SMALL && angleHi < SMALL) {
    dd.hi = 1;
    dd.lo = -LITTLE;
    return;
  }
  mulDd(angleHi, angleLo, angleHi, angleLo);
  polynomialDd(dd.hi, dd.lo, COS);
}

/** r = sin(a). @param a an angle as `isAngle` says, or a NaN or infinity */
export function fsin(r: Float, a: Float, status: FloatStatus): void {
  if (special(r, a, status)) return;
  if (a.kind === KIND.ZERO || a.exp < -200) {
    tiny(r, a, true, status);
    return;
  }
  reduce(a);
  if ((quadrant & 1) === 0) sine();
  else cosine();
  finish(r, (quadrant & 2) !== 0 ? a.sign ^ 1 : a.sign, status);
}

/** r = cos(a). */
export function fcos(r: Float, a: Float, status: FloatStatus): void {
  if (special(r, a, status)) return;
  if (a.kind === KIND.ZERO) {
    setOne(r, 0);
    return;
  }
  reduce(a);
  if ((quadrant & 1) === 0) cosine();
  else sine();
  finish(r, quadrant === 1 || quadrant === 2 ? 1 : 0, status);
}

/** r = tan(a). */
export function fptan(r: Float, a: Float, status: FloatStatus): void {
  if (special(r, a, status)) return;
  if (a.kind === KIND.ZERO || a.exp < -200) {
    tiny(r, a, false, status);
    return;
  }
  reduce(a);
  sine();
  const sh = dd.hi;
  const sl = dd.lo;
  cosine();
  if ((quadrant & 1) === 0) divDd(sh, sl, dd.hi, dd.lo);
  else divDd(-dd.hi, -dd.lo, sh, sl);
  finish(r, a.sign, status);
}

function finish(r: Float, sign: number, status: FloatStatus): void {
  if (dd.hi === 0) {
    setZero(r, sign);
    return;
  }
  const negate = sign === 1 ? -1 : 1;
  fromDd(r, dd.hi * negate, dd.lo * negate, 0, status);
}

function special(r: Float, a: Float, status: FloatStatus): boolean {
  if (isNan(a)) quietNan(r, a, status);
  else if (a.kind === KIND.INFINITY) invalid(r, status);
  else return false;
  return true;
}

// Its own sine and tangent, less next to nothing.
function tiny(r: Float, a: Float, smaller: boolean, status: FloatStatus): void {
  copyFloat(r, a);
  if (a.kind !== KIND.FINITE) return;
  if (smaller) {
    r.lo = (r.lo - 1) | 0;
    if (r.lo === -1) r.hi = (r.hi - 1) | 0;
  }
  let extra = smaller ? -1 : 1;
  if (r.hi >= 0) {
    r.hi = (r.hi << 1) | (r.lo >>> 31);
    r.lo = (r.lo << 1) | 1;
    extra = -1;
    r.exp--;
  }
  roundTo(r, extra, F80, 64, status);
  reportInexact(r, status);
}
