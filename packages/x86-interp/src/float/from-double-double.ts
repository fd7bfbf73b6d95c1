import { type Float, KIND } from './float.ts';
import { F80, roundTo } from './round.ts';
import { FLAG, type FloatStatus } from './status.ts';

const scratch = new Float64Array(1);
const words = new Int32Array(scratch.buffer);

/** The upper 53 bits of the significand of a finite value, as a number from 1 to 2. */
export function significandHi(a: Float): number {
  return (a.hi >>> 0) * 2 ** -31 + (a.lo >>> 11) * 2 ** -52;
}

/** The 11 bits behind them. */
export function significandLo(a: Float): number {
  return (a.lo & 0x7ff) * 2 ** -63;
}

/** r = (hi + lo) × 2^exp, rounded to 64 bits. It is never exact. */
export function fromDd(r: Float, hi: number, lo: number, exp: number, status: FloatStatus): void {
  scratch[0] = hi;
  const e = ((words[1] >>> 20) & 0x7ff) - 1023;
  r.kind = KIND.FINITE;
  r.sign = words[1] >>> 31;
  r.exp = e + exp;
  // The upper 53 bits, then what `lo` adds to them, in units of 2^-43 of their last place.
  const top = (words[1] & 0xfffff) | 0x100000;
  r.hi = (top << 11) | (words[0] >>> 21);
  const low = (words[0] << 11) >>> 0;
  const units = Math.floor((r.sign === 1 ? -lo : lo) * 2 ** (52 - e + 43));
  const carry = Math.floor(units / 0x100000000);
  const extra = (units - carry * 0x100000000) | 1;
  let sum = low + carry;
  if (sum < 0) {
    sum += 0x100000000;
    r.hi = (r.hi - 1) | 0;
  } else if (sum >= 0x100000000) {
    sum -= 0x100000000;
    r.hi = (r.hi + 1) | 0;
  }
  r.lo = sum | 0;
  let rest = extra;
  if (r.hi >= 0) {
    // 1.0 less a little.
    r.hi = (r.hi << 1) | (r.lo >>> 31);
    r.lo = (r.lo << 1) | (rest >>> 31);
    rest = (rest << 1) | 1;
    r.exp--;
  }
  roundTo(r, rest, F80, 64, status);
}

/** Reports what the hardware says of every result of a transcendental function, exact or not. */
export function reportInexact(r: Float, status: FloatStatus): void {
  status.flags |= FLAG.PE;
  if (r.kind === KIND.FINITE && r.exp < F80.minExp) status.flags |= FLAG.UE;
}
