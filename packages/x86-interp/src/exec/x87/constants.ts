import { SLOT } from '../../cpu/state-layout.ts';
import { ROUND } from '../../float/status.ts';
import { type Handler, NEXT, STAY } from '../handler.ts';
import { note, ready } from './exceptions.ts';
import { pushValue } from './push.ts';

/**
 * A constant with 66 bits in the chip, rounded when it is loaded (Intel SDM volume 1, section 8.3.2).
 * @param low the lower half of the significand, cut off @param nearest what rounding to nearest adds to it
 */
function constant(signExp: number, high: number, low: number, nearest: number): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    note(cpu, rec);
    const rounding = (cpu.state[SLOT.FCW] >> 10) & 3;
    const up = rounding === ROUND.NEAREST ? nearest : rounding === ROUND.UP ? 1 : 0;
    pushValue(cpu, signExp, high | 0, (low + up) | 0);
    return NEXT;
  };
}

// One that is exact.
function exact(signExp: number, high: number): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    note(cpu, rec);
    pushValue(cpu, signExp, high, 0);
    return NEXT;
  };
}

/** Loads of constants. */
export const CONSTANTS: Record<string, Handler> = {
  FLD1: exact(0x3fff, -0x80000000),
  FLDZ: exact(0, 0),
  FLDL2T: constant(0x4000, 0xd49a784b, 0xcd1b8afe, 0),
  FLDL2E: constant(0x3fff, 0xb8aa3b29, 0x5c17f0bb, 1),
  FLDPI: constant(0x4000, 0xc90fdaa2, 0x2168c234, 1),
  FLDLG2: constant(0x3ffd, 0x9a209a84, 0xfbcff798, 1),
  FLDLN2: constant(0x3ffe, 0xb17217f7, 0xd1cf79ab, 1),
};
