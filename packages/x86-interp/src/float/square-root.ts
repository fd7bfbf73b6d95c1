import { copyFloat, type Float, KIND } from './float.ts';
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
  // An even exponent, and 128 bits under the root: 64 bits of it come out.
  const odd = a.exp & 1;
  const m = (BigInt(a.hi >>> 0) << 32n) | BigInt(a.lo >>> 0);
  const n = m << (odd ? 64n : 63n);
  const root = integerRoot(n);
  r.kind = KIND.FINITE;
  r.sign = 0;
  r.exp = (a.exp - odd) / 2;
  r.hi = Number(BigInt.asIntN(32, root >> 32n));
  r.lo = Number(BigInt.asIntN(32, root));
  const rest = n - root * root;
  // A root cannot lie exactly on a half: above it if the rest is larger than the root.
  roundTo(r, rest === 0n ? 0 : rest > root ? -0x7fffffff : 1, format, precision, status);
}

function integerRoot(n: bigint): bigint {
  let x = BigInt(Math.floor(Math.sqrt(Number(n))));
  for (;;) {
    const y = (x + n / x) >> 1n;
    const d = y - x;
    if (d <= 1n && d >= -1n) {
      x = y;
      break;
    }
    x = y;
  }
  while (x * x > n) x--;
  while ((x + 1n) * (x + 1n) <= n) x++;
  return x;
}
