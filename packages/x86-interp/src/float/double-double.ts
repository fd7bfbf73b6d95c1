/**
 * Arithmetic on unevaluated sums of two doubles, about 104 bits: for functions that must be right to the 64 bits of an
 * extF80. Operations leave their result in {@link dd}, so that nothing is allocated.
 */
export const dd = { hi: 0, lo: 0 };

const SPLIT = 134217729; // 2^27 + 1

function set(hi: number, lo: number): void {
  const sum = hi + lo;
  dd.lo = lo - (sum - hi);
  dd.hi = sum;
}

/** dd = a × b. */
export function mulDd(ah: number, al: number, bh: number, bl: number): void {
  const p = ah * bh;
  const ca = SPLIT * ah;
  const ah1 = ca - (ca - ah);
  const ah2 = ah - ah1;
  const cb = SPLIT * bh;
  const bh1 = cb - (cb - bh);
  const bh2 = bh - bh1;
  const error = ah1 * bh1 - p + ah1 * bh2 + ah2 * bh1 + ah2 * bh2;
  set(p, error + (ah * bl + al * bh));
}

/** dd = a + b. */
export function addDd(ah: number, al: number, bh: number, bl: number): void {
  const s = ah + bh;
  const t = s - ah;
  const e = ah - (s - t) + (bh - t);
  const s2 = al + bl;
  const t2 = s2 - al;
  const e2 = al - (s2 - t2) + (bl - t2);
  set(s, e + s2);
  set(dd.hi, dd.lo + e2);
}

/** dd = a / b. */
export function divDd(ah: number, al: number, bh: number, bl: number): void {
  const q1 = ah / bh;
  mulDd(bh, bl, q1, 0);
  addDd(ah, al, -dd.hi, -dd.lo);
  const q2 = dd.hi / bh;
  const rh = dd.hi;
  const rl = dd.lo;
  mulDd(bh, bl, q2, 0);
  addDd(rh, rl, -dd.hi, -dd.lo);
  const q3 = dd.hi / bh;
  set(q1, q2);
  addDd(dd.hi, dd.lo, q3, 0);
}

/** dd = c0 + c1 x + c2 x² + …, the coefficients as pairs. */
export function polynomialDd(xh: number, xl: number, coefficients: readonly number[]): void {
  let i = coefficients.length - 2;
  dd.hi = coefficients[i];
  dd.lo = coefficients[i + 1];
  for (i -= 2; i >= 0; i -= 2) {
    mulDd(dd.hi, dd.lo, xh, xl);
    addDd(dd.hi, dd.lo, coefficients[i], coefficients[i + 1]);
  }
}
