import type { Cpu } from '../../cpu/cpu.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { fpatan } from '../../float/arctangent.ts';
import { integer, toInteger } from '../../float/convert.ts';
import { fyl2x, fyl2xp1 } from '../../float/exp-log.ts';
import { copyFloat, Float, KIND, setInfinity, setZero } from '../../float/float.ts';
import { invalid, isNan, propagateNan } from '../../float/nan.ts';
import { quotient, remainder } from '../../float/remainder.ts';
import { F80, roundTo } from '../../float/round.ts';
import { FLAG, FloatStatus, ROUND } from '../../float/status.ts';
import { type Handler, NEXT, STAY } from '../handler.ts';
import { begin, note, ready, settle, status, underflow } from './exceptions.ts';
import { FSW_BITS, isEmpty, load, physical, pop, setIndefiniteRegister, store } from './state.ts';

const { FSW } = SLOT;
const { C0, C1, C2, C3 } = FSW_BITS;

/** ST(0), ST(1) and the result. */
const a = new Float();
const b = new Float();
const r = new Float();
const unused = new FloatStatus();

// ST(0) with ST(1). @param pops the result goes to ST(1), and ST(0) is popped
function binary(compute: () => void, pops: boolean): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    note(cpu, rec);
    calculate(cpu, compute, pops);
    return NEXT;
  };
}

// @returns whether there was a result
function calculate(cpu: Cpu, compute: () => void, pops: boolean): boolean {
  const top = physical(cpu, 0);
  const next = physical(cpu, 1);
  const to = pops ? next : top;
  const empty = isEmpty(cpu, top) || isEmpty(cpu, next);
  if (empty) {
    if (!underflow(cpu)) return false;
    setIndefiniteRegister(cpu, to);
  } else {
    begin(cpu);
    if (load(cpu, a, top, status) && load(cpu, b, next, status)) compute();
    else invalid(r, status);
    if (!settle(cpu)) return false;
    store(cpu, to, r);
  }
  if (pops) pop(cpu);
  return !empty;
}

// r = a × 2^b, b cut to an integer.
function scale(): void {
  if (isNan(a) || isNan(b)) {
    propagateNan(r, a, b, 'x87', status);
    return;
  }
  if (b.kind === KIND.INFINITY) {
    if (b.sign === 0 ? a.kind === KIND.ZERO : a.kind === KIND.INFINITY) invalid(r, status);
    else if (b.sign === 0) setInfinity(r, a.sign);
    else setZero(r, a.sign);
    return;
  }
  copyFloat(r, a);
  if (a.kind !== KIND.FINITE) return;
  unused.rounding = ROUND.ZERO;
  toInteger(b, 32, ROUND.ZERO, unused);
  // More than what takes the smallest number to the largest changes nothing.
  const by = b.kind === KIND.FINITE && b.exp >= 17 ? (b.sign === 1 ? -0x20000 : 0x20000) : integer.lo;
  r.exp += by;
  roundTo(r, 0, F80, 64, status);
  // An unmasked overflow or underflow wraps the exponent; one that wrapping does not bring into range becomes ∞ or 0.
  const wrapped = (status.flags & ~status.masks & (FLAG.OE | FLAG.UE)) !== 0;
  const over = r.exp > F80.maxExp;
  if (!wrapped || (!over && r.exp >= F80.minExp)) return;
  if (over) setInfinity(r, a.sign);
  else setZero(r, a.sign);
  status.flags |= FLAG.PE;
  status.roundedUp = over;
}

// FPREM and FPREM1: the lowest bits of the quotient go to C0, C3 and C1, and C2 says that there is more to do.
function partial(nearest: boolean): Handler {
  const compute = (): void => {
    quotient.low = 0;
    quotient.partial = false;
    remainder(r, a, b, nearest, false, 'x87', status);
    if (r.kind === KIND.FINITE) roundTo(r, 0, F80, 64, status);
  };
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    note(cpu, rec);
    const { state } = cpu;
    quotient.low = 0;
    quotient.partial = false;
    const done = calculate(cpu, compute, false);
    if (!done || r.kind > KIND.FINITE) {
      state[FSW] &= ~(C1 | C2);
      return NEXT;
    }
    const { low } = quotient;
    const codes = quotient.partial
      ? C2
      : ((low & 4) !== 0 ? C0 : 0) | ((low & 2) !== 0 ? C3 : 0) | ((low & 1) !== 0 ? C1 : 0);
    state[FSW] = (state[FSW] & ~(C0 | C1 | C2 | C3)) | codes;
    return NEXT;
  };
}

/** Instructions with two operands that are always ST(0) and ST(1). */
export const BINARY: Record<string, Handler> = {
  FSCALE: binary(scale, false),
  FPREM: partial(false),
  FPREM1: partial(true),
  FYL2X: binary(() => fyl2x(r, b, a, status), true),
  FYL2XP1: binary(() => fyl2xp1(r, b, a, status), true),
  FPATAN: binary(() => fpatan(r, b, a, status), true),
};
