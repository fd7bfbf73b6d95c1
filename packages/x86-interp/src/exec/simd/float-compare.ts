import type { Cpu } from '../../cpu/cpu.ts';
import { setComparison } from '../../cpu/flags.ts';
import { compare, ORDER } from '../../float/compare.ts';
import { Float } from '../../float/float.ts';
import { unpackF32, unpackF64 } from '../../float/formats.ts';
import { type Handler, NEXT } from '../handler.ts';
import { immediate } from '../operand.ts';
import { enterSse } from './enter.ts';
import { beginFloat, report, status } from './float-status.ts';
import { registerOperand, source32, source64, source128 } from './operand.ts';

const { LESS, EQUAL, GREATER, UNORDERED } = ORDER;
const MIN_SINGLE = 2 ** -126;
const MIN_DOUBLE = 2 ** -1022;

const x = new Float();
const y = new Float();
/** What `orderOf…` found to report, of all elements. */
let flags = 0;

// In the numbers of ORDER. Anything that may raise an exception takes the exact way.
function orderOfSingles(cpu: Cpu, a: number, b: number, quiet: boolean): number {
  const { view } = cpu;
  const first = view.getFloat32(a, true);
  const second = view.getFloat32(b, true);
  if ((Math.abs(first) >= MIN_SINGLE || first === 0) && (Math.abs(second) >= MIN_SINGLE || second === 0)) {
    return first < second ? LESS : first === second ? EQUAL : GREATER;
  }
  beginFloat(cpu);
  status.flags = 0;
  unpackF32(x, view.getInt32(a, true), status);
  unpackF32(y, view.getInt32(b, true), status);
  return exactOrder(quiet);
}

function orderOfDoubles(cpu: Cpu, a: number, b: number, quiet: boolean): number {
  const { view } = cpu;
  const first = view.getFloat64(a, true);
  const second = view.getFloat64(b, true);
  if ((Math.abs(first) >= MIN_DOUBLE || first === 0) && (Math.abs(second) >= MIN_DOUBLE || second === 0)) {
    return first < second ? LESS : first === second ? EQUAL : GREATER;
  }
  beginFloat(cpu);
  status.flags = 0;
  unpackF64(x, view.getInt32(a + 4, true), view.getInt32(a, true), status);
  unpackF64(y, view.getInt32(b + 4, true), view.getInt32(b, true), status);
  return exactOrder(quiet);
}

function exactOrder(quiet: boolean): number {
  const order = compare(x, y, quiet, status);
  flags |= status.flags;
  return order;
}

// The predicates EQ LT LE UNORD NEQ NLT NLE ORD (Intel SDM volume 2, CMPPS).
function isQuiet(predicate: number): boolean {
  return (predicate & 3) === 0 || (predicate & 3) === 3;
}

/** Four bits for each predicate, from the lowest on: the orders for which it holds, bit n + 1 for order n. */
const HOLDS = 0x7ced8312;

// All ones, or zero.
function maskOf(predicate: number, order: number): number {
  return -((HOLDS >>> (predicate * 4 + order + 1)) & 1);
}

/** Results, until it is known that they are delivered. */
const masks = new Int32Array(4);

function compareSingles(cpu: Cpu, rec: number, count: number, from: number): typeof NEXT {
  const { view } = cpu;
  const predicate = immediate(cpu, rec) & 7;
  const to = registerOperand(cpu, rec);
  const quiet = isQuiet(predicate);
  flags = 0;
  for (let i = 0; i < count; i++) {
    masks[i] = maskOf(predicate, orderOfSingles(cpu, to + i * 4, from + i * 4, quiet));
  }
  if (flags !== 0) report(cpu, flags);
  for (let i = 0; i < count; i++) view.setInt32(to + i * 4, masks[i], true);
  return NEXT;
}

function compareDoubles(cpu: Cpu, rec: number, count: number, from: number): typeof NEXT {
  const { view } = cpu;
  const predicate = immediate(cpu, rec) & 7;
  const to = registerOperand(cpu, rec);
  const quiet = isQuiet(predicate);
  flags = 0;
  for (let i = 0; i < count; i++) {
    masks[i] = maskOf(predicate, orderOfDoubles(cpu, to + i * 8, from + i * 8, quiet));
  }
  if (flags !== 0) report(cpu, flags);
  for (let i = 0; i < count; i++) {
    view.setInt32(to + i * 8, masks[i], true);
    view.setInt32(to + i * 8 + 4, masks[i], true);
  }
  return NEXT;
}

const cmpps: Handler = (cpu, rec) => {
  enterSse(cpu);
  return compareSingles(cpu, rec, 4, source128(cpu, rec));
};
const cmppd: Handler = (cpu, rec) => {
  enterSse(cpu);
  return compareDoubles(cpu, rec, 2, source128(cpu, rec));
};
const cmpss: Handler = (cpu, rec) => {
  enterSse(cpu);
  return compareSingles(cpu, rec, 1, source32(cpu, rec));
};
const cmpsd: Handler = (cpu, rec) => {
  enterSse(cpu);
  return compareDoubles(cpu, rec, 1, source64(cpu, rec));
};

function setFlags(cpu: Cpu, order: number): typeof NEXT {
  if (flags !== 0) report(cpu, flags);
  const unordered = order === UNORDERED ? 1 : 0;
  setComparison(cpu, unordered | (order === EQUAL ? 1 : 0), unordered, unordered | (order === LESS ? 1 : 0));
  return NEXT;
}

// UCOMISS and UCOMISD are quiet: only signaling NaNs are invalid.
function singleToFlags(quiet: boolean): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    const from = source32(cpu, rec);
    flags = 0;
    return setFlags(cpu, orderOfSingles(cpu, registerOperand(cpu, rec), from, quiet));
  };
}

function doubleToFlags(quiet: boolean): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    const from = source64(cpu, rec);
    flags = 0;
    return setFlags(cpu, orderOfDoubles(cpu, registerOperand(cpu, rec), from, quiet));
  };
}

/** Comparisons, into masks and into the flags of the CPU. */
export const FLOAT_COMPARE: Record<string, Handler> = {
  'CMPPS V,W,I': cmpps,
  'CMPPD V,W,I': cmppd,
  'CMPSS V,W,I': cmpss,
  'CMPSD V,W,I': cmpsd,
  'COMISS V,W': singleToFlags(false),
  'COMISD V,W': doubleToFlags(false),
  'UCOMISS V,W': singleToFlags(true),
  'UCOMISD V,W': doubleToFlags(true),
};
