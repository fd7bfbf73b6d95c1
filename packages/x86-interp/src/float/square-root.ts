import { copyFloat, type Float, KIND } from './float.ts';
import { mulHigh } from './multiply-high.ts';
import { invalid, isNan, quietNan } from './nan.ts';
import { type Format, roundTo } from './round.ts';
import type { FloatStatus } from './status.ts';

/** r = the square root of a. */
export function squareRoot(r: Float, a: Float, format: Format, precision: number, status: FloatStatus): void {
  if (a.kind !== KIND.FINITE) {
    if (isNan(a)) quietNan(r, a, status);
    else if (a.kind === KIND.INFINITY && a.sign === 1) invalid(r, status);
    else copyFloat(r, a);
    return;
  }
  if (a.sign === 1) {
    invalid(r, status);
    return;
  }
  const odd = a.exp & 1;
  rootSignificand(a.hi, a.lo, odd);
  r.kind = KIND.FINITE;
  r.sign = 0;
  r.exp = (a.exp - odd) / 2;
  r.hi = root.high;
  r.lo = root.low;
  roundTo(r, root.extra, format, precision, status);
}

const TWO_32 = 0x100000000;

/** What `rootSignificand` gives: 64 bits of which the highest is set, and 32 behind them, the lowest for all others. */
export const root = { high: 0, low: 0, extra: 0 };

/** The square root of a significand with its highest bit set; if the exponent is not odd, of half of it. */
export function rootSignificand(hi: number, lo: number, odd: number): void {
  // 128 bits under the root, an even number of them before the point: the upper 64 here, and below 32 that may be not 0.
  const nh = (odd !== 0 ? hi : hi >>> 1) >>> 0;
  const nl = (odd !== 0 ? lo : (hi << 31) | (lo >>> 1)) >>> 0;
  const next = odd !== 0 ? 0 : (lo << 31) >>> 0;
  // The upper half of the root, and what it leaves: at most twice itself.
  let upper = Math.min(0xffffffff, Math.floor(Math.sqrt(nh * TWO_32 + nl)));
  let rest = (nh - (mulHigh(upper | 0, upper | 0) >>> 0)) * TWO_32 + nl - (Math.imul(upper, upper) >>> 0);
  for (; rest < 0; upper--) rest += 2 * upper - 1;
  for (; rest > 2 * upper; upper++) rest -= 2 * upper + 1;
  // The lower half: (rest:next) / 2*upper, less what its own square takes away.
  const dividend = rest * TWO_32 + next;
  let lower = Math.min(0xffffffff, Math.floor(dividend / (2 * upper)));
  // rest:next:0 - 2*upper*lower*2^32 - lower^2: its lowest 32 bits, and all above.
  const product = (mulHigh(upper | 0, lower | 0) >>> 0) * 2;
  let high = (rest - product) * TWO_32 + next - (Math.imul(upper, lower) >>> 0) * 2;
  high -= mulHigh(lower | 0, lower | 0) >>> 0;
  let low = -(Math.imul(lower, lower) >>> 0);
  if (low < 0) {
    low += TWO_32;
    high--;
  }
  while (high < 0) {
    // One less leaves twice the root plus one more.
    lower--;
    if (lower < 0) {
      lower += TWO_32;
      upper--;
    }
    const sum = low + ((lower * 2) % TWO_32) + 1;
    high += upper * 2 + (lower >= 0x80000000 ? 1 : 0) + (sum >= TWO_32 ? 1 : 0);
    low = sum >= TWO_32 ? sum - TWO_32 : sum;
  }
  root.high = upper | 0;
  root.low = lower | 0;
  // A root cannot lie exactly on a half: above it if the rest is larger than the root.
  const above = high > upper || (high === upper && low > lower);
  root.extra = high === 0 && low === 0 ? 0 : above ? -0x7fffffff : 1;
}
