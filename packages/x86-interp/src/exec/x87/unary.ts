import type { Cpu } from '../../cpu/cpu.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { fromInteger, roundToInteger } from '../../float/convert.ts';
import { f2xm1 } from '../../float/exp-log.ts';
import { copyFloat, Float, KIND, setIndefinite, setInfinity, setOne } from '../../float/float.ts';
import { dividedByZero, invalid, quietNan } from '../../float/nan.ts';
import { F80 } from '../../float/round.ts';
import { squareRoot } from '../../float/square-root.ts';
import { fcos, fptan, fsin, isAngle } from '../../float/trigonometric.ts';
import { type Handler, NEXT, STAY } from '../handler.ts';
import { begin, note, overflow, ready, settle, status, underflow } from './exceptions.ts';
import { FSW_BITS, isEmpty, load, moveTop, physical, setIndefiniteRegister, store } from './state.ts';

const { FSW, X87 } = SLOT;
const { C1, C2 } = FSW_BITS;

const a = new Float();
const r = new Float();
const second = new Float();

type Compute = () => void;

// ST(0) = f(ST(0)), of `a` in `r`.
function unary(compute: Compute): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    note(cpu, rec);
    const top = physical(cpu, 0);
    if (isEmpty(cpu, top)) {
      if (underflow(cpu)) setIndefiniteRegister(cpu, top);
      return NEXT;
    }
    begin(cpu);
    if (load(cpu, a, top, status)) compute();
    else invalid(r, status);
    if (settle(cpu)) store(cpu, top, r);
    return NEXT;
  };
}

// FCHS and FABS look at nothing but the sign.
function sign(clear: number, flip: number): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    note(cpu, rec);
    const { state } = cpu;
    const top = physical(cpu, 0);
    if (isEmpty(cpu, top)) {
      if (underflow(cpu)) setIndefiniteRegister(cpu, top);
      return NEXT;
    }
    state[FSW] &= ~C1;
    const at = X87 + top * 4 + 2;
    state[at] = (state[at] & ~clear) ^ flip;
    return NEXT;
  };
}

function finite(): boolean {
  return a.kind === KIND.FINITE || a.kind === KIND.ZERO;
}

// FSIN and FCOS. What is no angle stays, and C2 says so.
function angle(compute: Compute): Handler {
  const inRange = unary(compute);
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    if (isTooLarge(cpu)) {
      note(cpu, rec);
      return NEXT;
    }
    return inRange(cpu, rec);
  };
}

// Sets C2 for a finite ST(0) from 2^63 on; else clears it.
function isTooLarge(cpu: Cpu): boolean {
  const { state } = cpu;
  const top = physical(cpu, 0);
  begin(cpu);
  if (isEmpty(cpu, top) || !load(cpu, a, top, status) || !finite() || isAngle(a)) {
    state[FSW] &= ~C2;
    return false;
  }
  state[FSW] = (state[FSW] & ~C1) | C2;
  return true;
}

// ST(0) = r and a second result is pushed: FPTAN, FSINCOS, FXTRACT.
function pushing(compute: Compute, isAngular: boolean): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    const top = physical(cpu, 0);
    const to = physical(cpu, -1);
    const missing = isEmpty(cpu, top);
    if (missing || !isEmpty(cpu, to)) {
      note(cpu, rec);
      if (isAngular) cpu.state[FSW] &= ~C2;
      if (!(missing ? underflow(cpu) : overflow(cpu))) return NEXT;
      setIndefinite(r);
      setIndefinite(second);
    } else {
      const tooLarge = isAngular && isTooLarge(cpu);
      note(cpu, rec);
      if (tooLarge) return NEXT;
      begin(cpu);
      if (load(cpu, a, top, status)) compute();
      else {
        invalid(r, status);
        setIndefinite(second);
      }
      if (!settle(cpu)) return NEXT;
    }
    store(cpu, top, r);
    moveTop(cpu, -1);
    store(cpu, to, second);
    return NEXT;
  };
}

function tangent(): void {
  fptan(r, a, status);
  if (finite()) setOne(second, 0);
  else copyFloat(second, r);
}

function sineAndCosine(): void {
  fsin(r, a, status);
  const { roundedUp } = status;
  fcos(second, a, status);
  status.roundedUp = roundedUp;
}

// The exponent into r, the significand into `second`.
function extract(): void {
  switch (a.kind) {
    case KIND.FINITE:
      fromInteger(r, a.exp >> 31, a.exp);
      copyFloat(second, a);
      second.exp = 0;
      break;
    case KIND.ZERO:
      dividedByZero(status);
      setInfinity(r, 1);
      copyFloat(second, a);
      break;
    case KIND.INFINITY:
      setInfinity(r, 0);
      copyFloat(second, a);
      break;
    default:
      quietNan(r, a, status);
      copyFloat(second, r);
  }
}

/** Instructions with one operand, ST(0). */
export const UNARY: Record<string, Handler> = {
  FABS: sign(0x8000, 0),
  FCHS: sign(0, 0x8000),
  FSQRT: unary(() => squareRoot(r, a, F80, status.precision, status)),
  FRNDINT: unary(() => roundToInteger(r, a, status.rounding, false, status)),
  F2XM1: unary(() => f2xm1(r, a, status)),
  FSIN: angle(() => fsin(r, a, status)),
  FCOS: angle(() => fcos(r, a, status)),
  FSINCOS: pushing(sineAndCosine, true),
  FPTAN: pushing(tangent, true),
  FXTRACT: pushing(extract, false),
};
