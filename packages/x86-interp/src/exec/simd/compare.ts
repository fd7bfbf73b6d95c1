import type { Handler } from '../handler.ts';
import { equalLanes, fillLanes, lessLanes, select } from './lanes.ts';
import { mmxAndSse } from './operation.ts';

// Top bits of the elements, and their width less 1: see lanes.ts.
const BYTES = 0x80808080 | 0;
const WORDS = 0x80008000 | 0;
const BYTE = 7;
const WORD = 15;

function equalBytes(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, fillLanes(equalLanes(a, b, BYTES), BYTE), true);
  }
}

function equalWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, fillLanes(equalLanes(a, b, WORDS), WORD), true);
  }
}

function equalDoubleWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, a === b ? -1 : 0, true);
  }
}

// With their signs inverted, signed numbers compare as unsigned ones.
function greaterBytes(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true) ^ BYTES;
    const b = view.getInt32(from + i, true) ^ BYTES;
    view.setInt32(to + i, fillLanes(lessLanes(b, a, BYTES), BYTE), true);
  }
}

function greaterWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true) ^ WORDS;
    const b = view.getInt32(from + i, true) ^ WORDS;
    view.setInt32(to + i, fillLanes(lessLanes(b, a, WORDS), WORD), true);
  }
}

function greaterDoubleWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, a > b ? -1 : 0, true);
  }
}

function minimumBytes(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, select(fillLanes(lessLanes(a, b, BYTES), BYTE), a, b), true);
  }
}

function maximumBytes(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, select(fillLanes(lessLanes(a, b, BYTES), BYTE), b, a), true);
  }
}

function lessWords(a: number, b: number): number {
  return fillLanes(lessLanes(a ^ WORDS, b ^ WORDS, WORDS), WORD);
}

function minimumWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, select(lessWords(a, b), a, b), true);
  }
}

function maximumWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, select(lessWords(a, b), b, a), true);
  }
}

// Half of what differs is taken from all bits of either: that rounds up. The masks drop what is shifted out of an element.
function averageBytes(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, ((a | b) - (((a ^ b) & 0xfefefefe) >>> 1)) | 0, true);
  }
}

function averageWords(view: DataView, to: number, from: number, bytes: number): void {
  for (let i = 0; i < bytes; i += 4) {
    const a = view.getInt32(to + i, true);
    const b = view.getInt32(from + i, true);
    view.setInt32(to + i, ((a | b) - (((a ^ b) & 0xfffefffe) >>> 1)) | 0, true);
  }
}

/** Comparisons, minima, maxima and averages (Intel SDM volume 2: PCMPEQB, PCMPGTB, PMINUB, PMAXSW, PAVGB). */
export const COMPARE: Record<string, Handler> = mmxAndSse({
  PCMPEQB: equalBytes,
  PCMPEQW: equalWords,
  PCMPEQD: equalDoubleWords,
  PCMPGTB: greaterBytes,
  PCMPGTW: greaterWords,
  PCMPGTD: greaterDoubleWords,
  PMINUB: minimumBytes,
  PMAXUB: maximumBytes,
  PMINSW: minimumWords,
  PMAXSW: maximumWords,
  PAVGB: averageBytes,
  PAVGW: averageWords,
});
