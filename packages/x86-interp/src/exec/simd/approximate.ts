import { type Handler, NEXT } from '../handler.ts';
import { enterSse } from './enter.ts';
import { registerOperand, source32, source128 } from './operand.ts';

// Approximations, to 1.5 × 2^-12 of the value as the manuals ask (Intel SDM volume 2, RCPPS). Processors differ in them; here they
// are those of tables with 2048 entries: the function of the middle of each interval, rounded to nearest, to 12 bits for the
// reciprocal, and to 13 for that of the root, where 12 would not do. They raise no exceptions, do not look at MXCSR, take
// denormal operands as zeros, and give zero for a tiny result.

const SIGN = -0x80000000;
const INFINITY = 0x7f800000;
const QUIET = 0x400000;
const INDEFINITE = -0x400000;
const FRACTION = 0x7fffff;
/** The first bit of entries, which is always set, and where the others belong in an f32. */
const ONE = 0x800;
const SHIFT = 12;
const ROOT_ONE = 0x1000;
const ROOT_SHIFT = 11;

/** The reciprocal of an f32. @param bits int32 */
function reciprocal(bits: number): number {
  const sign = bits & SIGN;
  const exp = (bits >>> 23) & 0xff;
  const fraction = bits & FRACTION;
  if (exp === 0xff) return fraction === 0 ? sign : bits | QUIET;
  if (exp === 0) return sign | INFINITY;
  const middle = 1 + ((fraction >>> 12) + 0.5) / 2048;
  const entry = Math.round((2 * ONE) / middle);
  const newExp = 253 - exp;
  return newExp <= 0 ? sign : sign | (newExp << 23) | ((entry - ONE) << SHIFT);
}

/** The reciprocal of the square root of an f32. */
function reciprocalRoot(bits: number): number {
  const exp = (bits >>> 23) & 0xff;
  const fraction = bits & FRACTION;
  if (exp === 0xff && fraction !== 0) return bits | QUIET;
  if (exp === 0) return (bits & SIGN) | INFINITY;
  if (bits < 0) return INDEFINITE;
  if (exp === 0xff) return 0;
  // An even exponent, so that the number is from 1 to 4: half of the entries are for the numbers above 2.
  const odd = (exp & 1) ^ 1;
  const middle = (1 + ((fraction >>> 13) + 0.5) / 1024) * (odd + 1);
  const entry = Math.round((2 * ROOT_ONE) / Math.sqrt(middle));
  const newExp = 126 - ((exp - 127 - odd) >> 1);
  return (newExp << 23) | ((entry - ROOT_ONE) << ROOT_SHIFT);
}

function packed(approximate: (bits: number) => number): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    const { view } = cpu;
    const from = source128(cpu, rec);
    const to = registerOperand(cpu, rec);
    for (let i = 0; i < 16; i += 4) view.setInt32(to + i, approximate(view.getInt32(from + i, true)), true);
    return NEXT;
  };
}

function scalar(approximate: (bits: number) => number): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    const { view } = cpu;
    const from = source32(cpu, rec);
    view.setInt32(registerOperand(cpu, rec), approximate(view.getInt32(from, true)), true);
    return NEXT;
  };
}

/** The approximations of SSE. */
export const APPROXIMATE: Record<string, Handler> = {
  'RCPPS V,W': packed(reciprocal),
  'RCPSS V,W': scalar(reciprocal),
  'RSQRTPS V,W': packed(reciprocalRoot),
  'RSQRTSS V,W': scalar(reciprocalRoot),
};
