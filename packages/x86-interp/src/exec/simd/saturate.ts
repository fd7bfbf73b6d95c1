import type { Handler } from '../handler.ts';
import { addLanes, fillLanes, lessLanes, select, subtractLanes } from './lanes.ts';
import { mmxAndSse } from './operation.ts';

// Top bits of the elements, and their width less 1: see lanes.ts.
const BYTES = 0x80808080 | 0;
const WORDS = 0x80008000 | 0;
const BYTE = 7;
const WORD = 15;

// A sum that is less than a summand was too large.
function addUnsigned(a: number, b: number, tops: number, width: number): number {
  const sum = addLanes(a, b, tops);
  return sum | fillLanes(lessLanes(sum, a, tops), width);
}

function subtractUnsigned(a: number, b: number, tops: number, width: number): number {
  return subtractLanes(a, b, tops) & ~fillLanes(lessLanes(a, b, tops), width);
}

// The largest number, or with the sign of `a` the smallest one.
function limit(a: number, tops: number, width: number): number {
  return (~tops + ((a & tops) >>> width)) | 0;
}

// The sign is wrong if both summands have the other one.
function addSigned(a: number, b: number, tops: number, width: number): number {
  const sum = addLanes(a, b, tops);
  const wrong = fillLanes((a ^ sum) & (b ^ sum) & tops, width);
  return select(wrong, limit(a, tops, width), sum);
}

function subtractSigned(a: number, b: number, tops: number, width: number): number {
  const difference = subtractLanes(a, b, tops);
  const wrong = fillLanes((a ^ b) & (a ^ difference) & tops, width);
  return select(wrong, limit(a, tops, width), difference);
}

function addUnsignedBytes(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, addUnsigned(a, b, BYTES, BYTE), true);
  }
}

function addUnsignedWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, addUnsigned(a, b, WORDS, WORD), true);
  }
}

function subtractUnsignedBytes(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, subtractUnsigned(a, b, BYTES, BYTE), true);
  }
}

function subtractUnsignedWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, subtractUnsigned(a, b, WORDS, WORD), true);
  }
}

function addSignedBytes(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, addSigned(a, b, BYTES, BYTE), true);
  }
}

function addSignedWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, addSigned(a, b, WORDS, WORD), true);
  }
}

function subtractSignedBytes(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, subtractSigned(a, b, BYTES, BYTE), true);
  }
}

function subtractSignedWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, subtractSigned(a, b, WORDS, WORD), true);
  }
}

/** Sums and differences that stop at the largest or smallest number (Intel SDM volume 2: PADDSB, PADDUSB, PSUBSB, PSUBUSB). */
export const SATURATE: Record<string, Handler> = mmxAndSse({
  PADDUSB: addUnsignedBytes,
  PADDUSW: addUnsignedWords,
  PSUBUSB: subtractUnsignedBytes,
  PSUBUSW: subtractUnsignedWords,
  PADDSB: addSignedBytes,
  PADDSW: addSignedWords,
  PSUBSB: subtractSignedBytes,
  PSUBSW: subtractSignedWords,
});
