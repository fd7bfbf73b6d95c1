import { mulHigh } from '../../float/multiply-high.ts';
import type { Handler } from '../handler.ts';
import { fillLanes, lessLanes, select, subtractLanes } from './lanes.ts';
import { mmxAndSse } from './operation.ts';

const BYTES = 0x80808080 | 0;
const BYTE = 7;
const UPPER = -0x10000;

// Of two products, the lower or upper halves, beside each other.
function lowProducts(a: number, b: number): number {
  return (Math.imul(a, b) & 0xffff) | Math.imul(a >>> 16, b & UPPER);
}

function highProducts(a: number, b: number): number {
  const low = Math.imul((a << 16) >> 16, (b << 16) >> 16);
  return (low >>> 16) | (Math.imul(a >> 16, b >> 16) & UPPER);
}

function highUnsignedProducts(a: number, b: number): number {
  return (Math.imul(a & 0xffff, b & 0xffff) >>> 16) | (Math.imul(a >>> 16, b >>> 16) & UPPER);
}

function multiplyLow(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, lowProducts(a, b), true);
  }
}

function multiplyHigh(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, highProducts(a, b), true);
  }
}

function multiplyHighUnsigned(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, highUnsignedProducts(a, b), true);
  }
}

// Only the sum of four 8000h is more than 31 bits: it wraps.
function multiplyAdd(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    const sum = Math.imul((a << 16) >> 16, (b << 16) >> 16) + Math.imul(a >> 16, b >> 16);
    view.setInt32(to + i, sum | 0, true);
  }
}

function multiplyDoubleWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 8) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, Math.imul(a, b), true);
    view.setInt32(to + i + 4, mulHigh(a, b), true);
  }
}

// The sum of the differences of four bytes, without their signs.
function differences(a: number, b: number): number {
  const less = fillLanes(lessLanes(a, b, BYTES), BYTE);
  const each = subtractLanes(select(less, b, a), select(less, a, b), BYTES);
  const pairs = (each & 0xff00ff) + ((each >>> 8) & 0xff00ff);
  return (pairs & 0xffff) + (pairs >>> 16);
}

function sumDifferences(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 8) {
    const low = differences(view.getInt32(to + i, true), view.getInt32(from + i, true));
    const high = differences(view.getInt32(to + i + 4, true), view.getInt32(from + i + 4, true));
    view.setInt32(to + i, low + high, true);
    view.setInt32(to + i + 4, 0, true);
  }
}

/** Products, and sums of them or of differences (Intel SDM volume 2: PMULLW, PMULHW, PMULUDQ, PMADDWD, PSADBW). */
export const MULTIPLY: Record<string, Handler> = mmxAndSse({
  PMULLW: multiplyLow,
  PMULHW: multiplyHigh,
  PMULHUW: multiplyHighUnsigned,
  PMULUDQ: multiplyDoubleWords,
  PMADDWD: multiplyAdd,
  PSADBW: sumDifferences,
});
