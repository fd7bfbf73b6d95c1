import type { Handler } from '../handler.ts';
import { addLanes, subtractLanes } from './lanes.ts';
import { mmxAndSse } from './operation.ts';

// Top bits of the elements: see lanes.ts.
const BYTES = 0x80808080 | 0;
const WORDS = 0x80008000 | 0;

function addBytes(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, addLanes(a, b, BYTES), true);
  }
}

function addWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, addLanes(a, b, WORDS), true);
  }
}

function addDoubleWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, (a + b) | 0, true);
  }
}

function subtractBytes(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, subtractLanes(a, b, BYTES), true);
  }
}

function subtractWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, subtractLanes(a, b, WORDS), true);
  }
}

function subtractDoubleWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, (a - b) | 0, true);
  }
}

function addQuadWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 8) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    const low = (a + b) | 0;
    const carry = low >>> 0 < a >>> 0 ? 1 : 0;
    const high = (view.getInt32(to + i + 4, true) + view.getInt32(from + i + 4, true) + carry) | 0;
    view.setInt32(to + i, low, true);
    view.setInt32(to + i + 4, high, true);
  }
}

function subtractQuadWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 8) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    const low = (a - b) | 0;
    const carry = a >>> 0 < b >>> 0 ? 1 : 0;
    const high = (view.getInt32(to + i + 4, true) - view.getInt32(from + i + 4, true) - carry) | 0;
    view.setInt32(to + i, low, true);
    view.setInt32(to + i + 4, high, true);
  }
}

/** Sums and differences that wrap around (Intel SDM volume 2: PADDB, PADDQ, PSUBB, PSUBQ). */
export const ADD: Record<string, Handler> = mmxAndSse({
  PADDB: addBytes,
  PADDW: addWords,
  PADDD: addDoubleWords,
  PADDQ: addQuadWords,
  PSUBB: subtractBytes,
  PSUBW: subtractWords,
  PSUBD: subtractDoubleWords,
  PSUBQ: subtractQuadWords,
});
