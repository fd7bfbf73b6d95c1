import { type Handler, NEXT, STAY } from '../handler.ts';
import { enterMmx, wroteMmx } from './enter.ts';
import { copy64, registerOperand, source32 } from './operand.ts';
import { mmx, type Operation, sse } from './operation.ts';

// Each puts two words of 32 bits at `at`: the elements of `a` and `b` in turn.

function putBytes(view: DataView, at: number, a: number, b: number): void {
  const low = (a & 0xff) | ((b & 0xff) << 8) | ((a & 0xff00) << 8) | ((b & 0xff00) << 16);
  const high = ((a >>> 16) & 0xff) | ((b >>> 8) & 0xff00) | ((a >>> 8) & 0xff0000) | (b & -0x1000000);
  view.setInt32(at, low, true);
  view.setInt32(at + 4, high, true);
}

function putWords(view: DataView, at: number, a: number, b: number): void {
  view.setInt32(at, (a & 0xffff) | (b << 16), true);
  view.setInt32(at + 4, (a >>> 16) | (b & -0x10000), true);
}

function putDoubleWords(view: DataView, at: number, a: number, b: number): void {
  view.setInt32(at, a, true);
  view.setInt32(at + 4, b, true);
}

// The lower halves are taken from the end on, the upper ones from the beginning on: nothing is overwritten before it was read.

function lowBytes(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = (bytes >> 1) - 4; i >= 0; i -= 4) {
    putBytes(view, to + 2 * i, view.getInt32(to + i, true), view.getInt32(from + i, true));
  }
}

function highBytes(view: DataView, to: number, from: number, bytes: number): void {
  const half = bytes >> 1;
  for (let i = 0; i < half; i += 4) {
    putBytes(view, to + 2 * i, view.getInt32(to + half + i, true), view.getInt32(from + half + i, true));
  }
}

function lowWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = (bytes >> 1) - 4; i >= 0; i -= 4) {
    putWords(view, to + 2 * i, view.getInt32(to + i, true), view.getInt32(from + i, true));
  }
}

function highWords(view: DataView, to: number, from: number, bytes: number): void {
  const half = bytes >> 1;
  for (let i = 0; i < half; i += 4) {
    putWords(view, to + 2 * i, view.getInt32(to + half + i, true), view.getInt32(from + half + i, true));
  }
}

function lowDoubleWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = (bytes >> 1) - 4; i >= 0; i -= 4) {
    putDoubleWords(view, to + 2 * i, view.getInt32(to + i, true), view.getInt32(from + i, true));
  }
}

function highDoubleWords(view: DataView, to: number, from: number, bytes: number): void {
  const half = bytes >> 1;
  for (let i = 0; i < half; i += 4) {
    putDoubleWords(view, to + 2 * i, view.getInt32(to + half + i, true), view.getInt32(from + half + i, true));
  }
}

function lowQuadWords(view: DataView, to: number, from: number): void {
  copy64(view, to + 8, from);
}

function highQuadWords(view: DataView, to: number, from: number): void {
  copy64(view, to, to + 8);
  copy64(view, to + 8, from + 8);
}

// Of memory, the low forms of MMX take 4 bytes.
function mmxLow(operation: Operation): Handler {
  return (cpu, rec) => {
    if (!enterMmx(cpu)) return STAY;
    const from = source32(cpu, rec);
    const to = registerOperand(cpu, rec);
    operation(cpu.view, to, from, 8);
    wroteMmx(cpu, to);
    return NEXT;
  };
}

/** Elements of two operands in turn (Intel SDM volume 2: PUNPCKHBW, PUNPCKLBW, UNPCKHPS, UNPCKLPD). */
export const UNPACK: Record<string, Handler> = {
  'PUNPCKLBW P,Q': mmxLow(lowBytes),
  'PUNPCKLWD P,Q': mmxLow(lowWords),
  'PUNPCKLDQ P,Q': mmxLow(lowDoubleWords),
  'PUNPCKHBW P,Q': mmx(highBytes),
  'PUNPCKHWD P,Q': mmx(highWords),
  'PUNPCKHDQ P,Q': mmx(highDoubleWords),
  'PUNPCKLBW V,W': sse(lowBytes),
  'PUNPCKLWD V,W': sse(lowWords),
  'PUNPCKLDQ V,W': sse(lowDoubleWords),
  'PUNPCKLQDQ V,W': sse(lowQuadWords),
  'PUNPCKHBW V,W': sse(highBytes),
  'PUNPCKHWD V,W': sse(highWords),
  'PUNPCKHDQ V,W': sse(highDoubleWords),
  'PUNPCKHQDQ V,W': sse(highQuadWords),
  'UNPCKLPS V,W': sse(lowDoubleWords),
  'UNPCKLPD V,W': sse(lowQuadWords),
  'UNPCKHPS V,W': sse(highDoubleWords),
  'UNPCKHPD V,W': sse(highQuadWords),
};
