import { Float, normalize, setInfinity, setZero } from './float.ts';
import { FLAG, type FloatStatus, ROUND } from './status.ts';

/** A binary format: bits of the significand, and the exponents of normal values. */
export interface Format {
  readonly precision: number;
  readonly minExp: number;
  readonly maxExp: number;
  /** What an unmasked overflow subtracts from the exponent, and an unmasked underflow adds; 0: no result is delivered. */
  readonly wrap: number;
}

export const F32: Format = { precision: 24, minExp: -126, maxExp: 127, wrap: 0 };
export const F64: Format = { precision: 53, minExp: -1022, maxExp: 1023, wrap: 0 };
export const F80: Format = { precision: 64, minExp: -16382, maxExp: 16383, wrap: 24576 };

/**
 * Rounds a finite value to a format. The value is the significand with 32 more bits behind it.
 * @param extra the bits behind the significand; the lowest also stands for all bits that were lost behind it
 * @param precision 24, 53 or 64: less than that of the format for x87 precision control
 */
export function roundTo(r: Float, extra: number, format: Format, precision: number, status: FloatStatus): void {
  status.roundedUp = false;
  if (r.exp < format.minExp) {
    roundTiny(r, extra, format, precision, status);
    return;
  }
  const inexact = roundSignificand(r, extra, precision, status);
  if (r.exp > format.maxExp) overflow(r, inexact, format, precision, status);
  else if (inexact) status.flags |= FLAG.PE;
}

// Cuts the significand to `precision` bits. @returns whether something was lost
function roundSignificand(r: Float, extra: number, precision: number, status: FloatStatus): boolean {
  // The bits that go away, as the upper part and whether anything is below: `rest` is compared with a half.
  let half: number;
  let inexact: boolean;
  let odd: number;
  if (precision === 64) {
    inexact = extra !== 0;
    if (!inexact) return false;
    half = extra < 0 ? (extra === -0x80000000 ? 0 : 1) : -1;
    odd = r.lo & 1;
  } else if (precision === 53) {
    const rest = r.lo & 0x7ff;
    inexact = (rest | extra) !== 0;
    if (!inexact) return false;
    half = rest > 0x400 || (rest === 0x400 && extra !== 0) ? 1 : rest === 0x400 ? 0 : -1;
    odd = r.lo & 0x800;
    r.lo &= ~0x7ff;
  } else {
    const rest = r.hi & 0xff;
    inexact = (rest | r.lo | extra) !== 0;
    if (!inexact) return false;
    half = rest > 0x80 || (rest === 0x80 && (r.lo | extra) !== 0) ? 1 : rest === 0x80 ? 0 : -1;
    odd = r.hi & 0x100;
    r.hi &= ~0xff;
    r.lo = 0;
  }
  if (!roundsUp(half, odd, r.sign, status.rounding)) return true;
  status.roundedUp = true;
  if (precision === 24) r.hi = (r.hi + 0x100) | 0;
  else {
    r.lo = (r.lo + (precision === 53 ? 0x800 : 1)) | 0;
    if (r.lo !== 0) return true;
    r.hi = (r.hi + 1) | 0;
  }
  if (r.hi === 0 && r.lo === 0) {
    r.hi = -0x80000000;
    r.exp++;
  }
  return true;
}

function roundsUp(half: number, odd: number, sign: number, rounding: number): boolean {
  switch (rounding) {
    case ROUND.NEAREST:
      return half > 0 || (half === 0 && odd !== 0);
    case ROUND.DOWN:
      return sign === 1;
    case ROUND.UP:
      return sign === 0;
    default:
      return false;
  }
}

const trial = new Float();

function roundTiny(r: Float, extra: number, format: Format, precision: number, status: FloatStatus): void {
  // Tininess is detected after rounding, as if the exponent had no bounds.
  trial.sign = r.sign;
  trial.exp = r.exp;
  trial.hi = r.hi;
  trial.lo = r.lo;
  const unboundedInexact = roundSignificand(trial, extra, precision, status);
  const tiny = trial.exp < format.minExp;
  if (tiny && (status.masks & FLAG.UE) === 0) {
    status.flags |= FLAG.UE | (unboundedInexact ? FLAG.PE : 0);
    r.exp = trial.exp + format.wrap;
    r.hi = trial.hi;
    r.lo = trial.lo;
    return;
  }
  if (tiny && status.flushToZero) {
    setZero(r, r.sign);
    status.flags |= FLAG.UE | FLAG.PE;
    return;
  }
  status.roundedUp = false;
  const rest = shiftRight(r, extra, format.minExp - r.exp);
  r.exp = format.minExp;
  const carried = r.hi;
  const inexact = roundSignificand(r, rest, precision, status);
  if (inexact) status.flags |= tiny ? FLAG.PE | FLAG.UE : FLAG.PE;
  if (r.hi === 0 && r.lo === 0) setZero(r, r.sign);
  else if (carried >= 0) normalize(r);
}

function overflow(r: Float, inexact: boolean, format: Format, precision: number, status: FloatStatus): void {
  if ((status.masks & FLAG.OE) === 0) {
    status.flags |= FLAG.OE | (inexact ? FLAG.PE : 0);
    r.exp -= format.wrap;
    return;
  }
  status.flags |= FLAG.OE | FLAG.PE;
  const { rounding } = status;
  const away =
    rounding === ROUND.NEAREST || (rounding === ROUND.DOWN ? r.sign === 1 : rounding === ROUND.UP && r.sign === 0);
  status.roundedUp = away;
  if (away) {
    setInfinity(r, r.sign);
    return;
  }
  r.exp = format.maxExp;
  r.hi = precision === 24 ? -0x100 : -1;
  r.lo = precision === 24 ? 0 : precision === 53 ? -0x800 : -1;
}

/**
 * Shifts the significand of `r` right. @param extra the 32 bits behind it
 * @returns the new 32 bits behind it; the lowest is set if anything was lost behind them
 */
export function shiftRight(r: Float, extra: number, count: number): number {
  const { hi, lo } = r;
  if (count === 0) return extra;
  if (count < 32) {
    r.hi = hi >>> count;
    r.lo = (hi << (32 - count)) | (lo >>> count);
    const lost = extra << (32 - count) !== 0 ? 1 : 0;
    return (lo << (32 - count)) | (extra >>> count) | lost;
  }
  if (count < 64) {
    const n = count - 32;
    r.hi = 0;
    r.lo = n === 0 ? hi : hi >>> n;
    const lost = n === 0 ? extra !== 0 : lo << (32 - n) !== 0 || extra !== 0;
    return (n === 0 ? lo : (hi << (32 - n)) | (lo >>> n)) | (lost ? 1 : 0);
  }
  r.hi = 0;
  r.lo = 0;
  if (count < 96) {
    const n = count - 64;
    const lost = lo !== 0 || extra !== 0 || (n > 0 && hi << (32 - n) !== 0);
    return (hi >>> n) | (lost ? 1 : 0);
  }
  return (hi | lo | extra) !== 0 ? 1 : 0;
}
