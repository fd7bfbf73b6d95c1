import { SLOT } from '../../cpu/state-layout.ts';
import { divideSignificands, quotient } from '../../float/divide.ts';
import { mulHigh } from '../../float/multiply-high.ts';
import { root, rootSignificand } from '../../float/square-root.ts';

// The common case of the most frequent instructions, on the words of the state with nothing in between: operands that are normal
// or zero, a result that is too, rounding to nearest, and all exceptions masked. Whatever else there is takes the general way: then
// the functions here give false, and have changed nothing but `SLOT.X87_OPERAND`.

const { FCW, FSW, X87_OPERAND } = SLOT;
const C0 = 0x100;
const C1 = 0x200;
const C3 = 0x4000;
const PE = 0x20;
/** The control words for which there is a fast way: results of 64 and of 53 bits. */
const EXTENDED = 0x37f;
const DOUBLE = 0x27f;

// Whether results are rounded as the functions here do.
function isPlain(state: Int32Array): boolean {
  const fcw = state[FCW];
  return fcw === EXTENDED || fcw === DOUBLE;
}

// Whether the register whose words begin at `at` holds a normal number.
function isNormal(state: Int32Array, at: number): boolean {
  return state[at + 1] < 0 && ((state[at + 2] + 1) & 0x7fff) > 1;
}

function isZero(state: Int32Array, at: number): boolean {
  return (state[at] | state[at + 1] | (state[at + 2] & 0x7fff)) === 0;
}

// Sets a register to zero, exactly.
function deliverZero(state: Int32Array, at: number, sign: number): boolean {
  state[at] = 0;
  state[at + 1] = 0;
  state[at + 2] = sign;
  state[FSW] &= ~C1;
  return true;
}

// What is rounded up and what is not is as good as random: there are no branches, which would be mispredicted, but masks.

// 1 if a word is not 0, else 0.
function isSet(word: number): number {
  return (word | -word) >>> 31;
}

// Rounds and sets a register. @param extra the 32 bits behind the significand, the lowest standing for all others
// @returns false if the result is not normal: nothing has changed
function deliver(
  state: Int32Array,
  at: number,
  sign: number,
  biased: number,
  high: number,
  low: number,
  extra: number,
): boolean {
  let exp = biased;
  let lo: number;
  let up: number;
  let inexact: number;
  let carry: number;
  if (state[FCW] === EXTENDED) {
    inexact = isSet(extra);
    up = (extra >>> 31) & (isSet(extra << 1) | low);
    lo = (low + up) | 0;
    carry = up & ~isSet(lo);
  } else {
    // 11 bits and what is behind them: the half is bit 10.
    inexact = isSet((low & 0x7ff) | extra);
    up = (low >>> 10) & (isSet((low & 0x3ff) | extra) | (low >>> 11)) & 1;
    lo = ((low & -0x800) + (up << 11)) | 0;
    carry = up & ~isSet(lo);
  }
  let hi = (high + carry) | 0;
  if (hi === 0) {
    hi = -0x80000000;
    exp++;
  }
  if (exp <= 0 || exp >= 0x7fff) return false;
  state[at] = lo;
  state[at + 1] = hi;
  state[at + 2] = sign | exp;
  state[FSW] = (state[FSW] & ~C1) | (inexact << 5) | (up << 9);
  return true;
}

// Whether a sum of two unsigned words, cut to a word, has lost its carry: 0 or 1. @param part one of the two
function isCarry(sum: number, part: number): number {
  return sum >>> 0 < part >>> 0 ? 1 : 0;
}

/** Multiplies. @param at the words of the result @param a, b those of the operands */
export function multiplyFast(state: Int32Array, at: number, a: number, b: number): boolean {
  if (!isPlain(state)) return false;
  if (!isNormal(state, a) || !isNormal(state, b)) return multiplyZero(state, at, a, b);
  const al = state[a];
  const ah = state[a + 1];
  const bl = state[b];
  const bh = state[b + 1];
  const as = state[a + 2];
  const bs = state[b + 2];
  const sign = (as ^ bs) & 0x8000;
  const exp = (as & 0x7fff) + (bs & 0x7fff) - 16383;
  // Four partial products, summed in words with a carry each.
  const p0 = Math.imul(al, bl);
  const p1 = Math.imul(ah, bl);
  const p2 = Math.imul(al, bh);
  const p3 = Math.imul(ah, bh);
  const h1 = mulHigh(ah, bl);
  const h2 = mulHigh(al, bh);
  const middle = (mulHigh(al, bl) + p1) | 0;
  const extra = (middle + p2) | 0;
  const carry = (isCarry(middle, p1) + isCarry(extra, p2)) | 0;
  const s1 = (h1 + h2) | 0;
  const s2 = (s1 + p3) | 0;
  const lo = (s2 + carry) | 0;
  const hi = (mulHigh(ah, bh) + isCarry(s1, h1) + isCarry(s2, p3) + isCarry(lo, carry)) | 0;
  const jam = p0 !== 0 ? 1 : 0;
  const by = (hi >>> 31) ^ 1;
  const high = (hi << by) | ((lo >>> 31) & by);
  return deliver(state, at, sign, exp + 1 - by, high, (lo << by) | ((extra >>> 31) & by), (extra << by) | jam);
}

function multiplyZero(state: Int32Array, at: number, a: number, b: number): boolean {
  const finite = (isZero(state, a) || isNormal(state, a)) && (isZero(state, b) || isNormal(state, b));
  return finite && deliverZero(state, at, (state[a + 2] ^ state[b + 2]) & 0x8000);
}

/** Divides. @param at the words of the result @param a, b those of the operands */
export function divideFast(state: Int32Array, at: number, a: number, b: number): boolean {
  if (!isPlain(state) || !isNormal(state, b)) return false;
  const sign = (state[a + 2] ^ state[b + 2]) & 0x8000;
  if (!isNormal(state, a)) return isZero(state, a) && deliverZero(state, at, sign);
  const less = isLess(state[a + 1], state[a], state[b + 1], state[b]) ? 1 : 0;
  divideSignificands(state[a + 1], state[a], state[b + 1], state[b]);
  const exp = (state[a + 2] & 0x7fff) - (state[b + 2] & 0x7fff) + 16383 - less;
  return deliver(state, at, sign, exp, quotient.high, quotient.low, quotient.extra);
}

/** Takes the square root of a number that is not negative. @param at the words of the number, and of the result */
export function rootFast(state: Int32Array, at: number): boolean {
  if (!isPlain(state)) return false;
  if (!isNormal(state, at)) return isZero(state, at) && deliverZero(state, at, state[at + 2]);
  if ((state[at + 2] & 0x8000) !== 0) return false;
  const exp = state[at + 2] - 16383;
  const odd = exp & 1;
  rootSignificand(state[at + 1], state[at], odd);
  return deliver(state, at, 0, ((exp - odd) >> 1) + 16383, root.high, root.low, root.extra);
}

// With a zero, the other operand is the result; two zeros give one with their sign, or +0.
function addZero(state: Int32Array, at: number, a: number, b: number, flip: number): boolean {
  const as = state[a + 2];
  const bs = state[b + 2] ^ flip;
  if (isZero(state, a)) {
    if (isZero(state, b)) return deliverZero(state, at, as & bs & 0x8000);
    return isNormal(state, b) && deliver(state, at, bs & 0x8000, bs & 0x7fff, state[b + 1], state[b], 0);
  }
  if (!isZero(state, b) || !isNormal(state, a)) return false;
  return deliver(state, at, as & 0x8000, as & 0x7fff, state[a + 1], state[a], 0);
}

/** Adds. @param flip 8000h to subtract b, or 0 */
export function addFast(state: Int32Array, at: number, a: number, b: number, flip: number): boolean {
  if (!isPlain(state)) return false;
  if (!isNormal(state, a) || !isNormal(state, b)) return addZero(state, at, a, b, flip);
  const as = state[a + 2];
  const bs = state[b + 2] ^ flip;
  const ea = as & 0x7fff;
  const eb = bs & 0x7fff;
  const swap = ea < eb;
  const large = swap ? b : a;
  const small = swap ? a : b;
  const exp = swap ? eb : ea;
  const shift = swap ? eb - ea : ea - eb;
  const sign = (swap ? bs : as) & 0x8000;
  let hi = state[small + 1];
  let lo = state[small];
  let extra = 0;
  // The smaller one is moved into place.
  if (shift > 0) {
    if (shift < 32) {
      extra = lo << (32 - shift);
      lo = (hi << (32 - shift)) | (lo >>> shift);
      hi >>>= shift;
    } else if (shift < 64) {
      const lost = shift === 32 ? 0 : lo << (64 - shift);
      extra = shift === 32 ? lo : (hi << (64 - shift)) | (lo >>> (shift - 32));
      if (lost !== 0) extra |= 1;
      lo = hi >>> (shift - 32);
      hi = 0;
    } else return false;
  }
  const lh = state[large + 1];
  const ll = state[large];
  if (((as ^ bs) & 0x8000) === 0) {
    lo = (lo + ll) | 0;
    const high = (hi + lh) | 0;
    const first = isCarry(lo, ll);
    const second = (high + first) | 0;
    // Bit 63 of the larger one is set: no carry leaves it set.
    const carry = isCarry(high, lh) | isCarry(second, first);
    hi = second;
    if (carry === 0) return deliver(state, at, sign, exp, hi, lo, extra);
    const rest = (lo << 31) | (extra >>> 1) | (extra & 1);
    return deliver(state, at, sign, exp + 1, (hi >>> 1) | -0x80000000, (hi << 31) | (lo >>> 1), rest);
  }
  // What lies behind the smaller one borrows too.
  const behind = extra !== 0 ? 1 : 0;
  const part = (ll - lo) | 0;
  const borrow = (ll >>> 0 < lo >>> 0 ? 1 : 0) | (part >>> 0 < behind ? 1 : 0);
  hi = (lh - hi - borrow) | 0;
  lo = (part - behind) | 0;
  extra = -extra | 0;
  // With equal exponents the difference may be negative.
  if (hi === 0 || (shift === 0 && isLess(lh, ll, state[small + 1], state[small]))) return false;
  const by = Math.clz32(hi);
  const rest = 31 - by;
  hi = (hi << by) | ((lo >>> 1) >>> rest);
  return deliver(state, at, sign, exp - by, hi, (lo << by) | ((extra >>> 1) >>> rest), extra << by);
}

function isLess(ah: number, al: number, bh: number, bl: number): boolean {
  return ah !== bh ? ah >>> 0 < bh >>> 0 : al >>> 0 < bl >>> 0;
}

/** Takes an f32 apart into `SLOT.X87_OPERAND`. @returns false if it is neither normal nor zero */
export function singleOperand(state: Int32Array, bits: number): boolean {
  const exp = (bits >>> 23) & 0xff;
  if (exp === 0) return bits << 1 === 0 && zeroOperand(state, bits);
  if (exp === 0xff) return false;
  state[X87_OPERAND] = 0;
  state[X87_OPERAND + 1] = (bits << 8) | -0x80000000;
  state[X87_OPERAND + 2] = ((bits >>> 16) & 0x8000) | (exp + 16256);
  return true;
}

function zeroOperand(state: Int32Array, bits: number): boolean {
  state[X87_OPERAND] = 0;
  state[X87_OPERAND + 1] = 0;
  state[X87_OPERAND + 2] = (bits >>> 16) & 0x8000;
  return true;
}

/** The same for an f64. */
export function doubleOperand(state: Int32Array, high: number, low: number): boolean {
  const exp = (high >>> 20) & 0x7ff;
  if (exp === 0) return ((high << 1) | low) === 0 && zeroOperand(state, high);
  if (exp === 0x7ff) return false;
  state[X87_OPERAND] = low << 11;
  state[X87_OPERAND + 1] = (high << 11) | (low >>> 21) | -0x80000000;
  state[X87_OPERAND + 2] = ((high >>> 16) & 0x8000) | (exp + 15360);
  return true;
}

/**
 * Rounds the number whose words begin at `at` to an f64: into `SLOT.X87_OPERAND` low half, high half, and what is to be
 * reported.
 */
export function toDouble(state: Int32Array, at: number): boolean {
  if (!isPlain(state)) return false;
  if (!isNormal(state, at)) return zeroResult(state, at, X87_OPERAND + 1);
  const low = state[at];
  const up = (low >>> 10) & (isSet(low & 0x3ff) | (low >>> 11)) & 1;
  const lo = ((low & -0x800) + (up << 11)) | 0;
  let hi = (state[at + 1] + (up & ~isSet(lo))) | 0;
  let exp = (state[at + 2] & 0x7fff) - 15360;
  if (hi === 0) {
    hi = -0x80000000;
    exp++;
  }
  // A number that is tiny before it is rounded may not be afterwards: that is for the general way.
  if (exp <= 1 || exp >= 0x7ff) return false;
  state[X87_OPERAND] = (hi << 21) | (lo >>> 11);
  state[X87_OPERAND + 1] = ((state[at + 2] & 0x8000) << 16) | (exp << 20) | ((hi >>> 11) & 0xfffff);
  state[X87_OPERAND + 2] = (isSet(low & 0x7ff) << 5) | (up << 9);
  return true;
}

function zeroResult(state: Int32Array, at: number, signWord: number): boolean {
  if (!isZero(state, at)) return false;
  state[X87_OPERAND] = 0;
  state[signWord] = (state[at + 2] & 0x8000) << 16;
  state[X87_OPERAND + 2] = 0;
  return true;
}

/** The same for an f32, in the first word. */
export function toSingle(state: Int32Array, at: number): boolean {
  if (!isPlain(state)) return false;
  if (!isNormal(state, at)) return zeroResult(state, at, X87_OPERAND);
  const lo = state[at];
  let hi = state[at + 1];
  let exp = (state[at + 2] & 0x7fff) - 16256;
  const rest = hi & 0xff;
  let report = 0;
  if ((rest | lo) !== 0) {
    report = PE;
    hi &= -0x100;
    if (rest > 0x80 || (rest === 0x80 && (lo !== 0 || (hi & 0x100) !== 0))) {
      report = PE | C1;
      hi = (hi + 0x100) | 0;
      if (hi === 0) {
        hi = -0x80000000;
        exp++;
      }
    }
  }
  if (exp <= 1 || exp >= 0xff) return false;
  state[X87_OPERAND] = ((state[at + 2] & 0x8000) << 16) | (exp << 23) | ((hi >>> 8) & 0x7fffff);
  state[X87_OPERAND + 2] = report;
  return true;
}

/**
 * Rounds the number whose words begin at `at` to a signed integer, as the control word says: into `SLOT.X87_OPERAND`, and what is to
 * be reported behind two words. @param bits 16 or 32
 */
export function toInteger(state: Int32Array, at: number, bits: number): boolean {
  const fcw = state[FCW];
  if ((fcw & 0x3f) !== 0x3f) return false;
  if (!isNormal(state, at)) return zeroResult(state, at, X87_OPERAND + 1);
  const exp = (state[at + 2] & 0x7fff) - 16383;
  if (exp >= bits - 1) return false;
  const high = state[at + 1];
  const sign = (state[at + 2] >> 15) & 1;
  // The bits behind the integer; of what is below a half, it only counts that there is something.
  const value = exp < 0 ? 0 : high >>> (31 - exp);
  const rest = exp >= 0 ? high << (exp + 1) : exp === -1 ? high : 1;
  const more = exp >= -1 ? state[at] : 1;
  const inexact = isSet(rest | more);
  const up = inexact & roundsUp((fcw >> 10) & 3, sign, rest >>> 31, isSet((rest << 1) | more) | (value & 1));
  const rounded = value + up;
  if (rounded >= 2 ** (bits - 1)) return false;
  state[X87_OPERAND] = sign === 1 ? -rounded : rounded;
  state[X87_OPERAND + 2] = (inexact << 5) | (up << 9);
  return true;
}

// 1 if the magnitude is rounded up, else 0. @param half its first bit behind the point @param odd a half is rounded up
function roundsUp(rounding: number, sign: number, half: number, odd: number): number {
  if (rounding === 0) return half & odd;
  return rounding === 1 ? sign : rounding === 2 ? sign ^ 1 : 0;
}

/** Compares. @returns the condition codes: C0 if a is less, C3 if they are equal, else 0; or -1 */
export function compareFast(state: Int32Array, a: number, b: number): number {
  if (!isNormal(state, a) || !isNormal(state, b)) return compareZero(state, a, b);
  const as = state[a + 2];
  const bs = state[b + 2];
  if (((as ^ bs) & 0x8000) !== 0) return (as & 0x8000) !== 0 ? C0 : 0;
  let order = (as & 0x7fff) - (bs & 0x7fff);
  if (order === 0) order = (state[a + 1] >>> 0) - (state[b + 1] >>> 0);
  if (order === 0) order = (state[a] >>> 0) - (state[b] >>> 0);
  if (order === 0) return C3;
  return order < 0 !== ((as & 0x8000) !== 0) ? C0 : 0;
}

function compareZero(state: Int32Array, a: number, b: number): number {
  if (isZero(state, a)) {
    if (isZero(state, b)) return C3;
    return isNormal(state, b) ? ((state[b + 2] & 0x8000) !== 0 ? 0 : C0) : -1;
  }
  if (!isZero(state, b) || !isNormal(state, a)) return -1;
  return (state[a + 2] & 0x8000) !== 0 ? C0 : 0;
}
