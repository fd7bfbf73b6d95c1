import type { Handler } from '../handler.ts';
import { mmxAndSse } from './operation.ts';

function clamp(value: number, lowest: number, highest: number): number {
  return Math.max(lowest, Math.min(value, highest));
}

// Each makes one word of 32 bits of two, the first one being the lower half.

function toSignedBytes(a: number, b: number): number {
  return (
    (clamp((a << 16) >> 16, -128, 127) & 0xff) |
    ((clamp(a >> 16, -128, 127) & 0xff) << 8) |
    ((clamp((b << 16) >> 16, -128, 127) & 0xff) << 16) |
    (clamp(b >> 16, -128, 127) << 24)
  );
}

function toUnsignedBytes(a: number, b: number): number {
  return (
    clamp((a << 16) >> 16, 0, 255) |
    (clamp(a >> 16, 0, 255) << 8) |
    (clamp((b << 16) >> 16, 0, 255) << 16) |
    (clamp(b >> 16, 0, 255) << 24)
  );
}

function toSignedWords(a: number, b: number): number {
  return (clamp(a, -0x8000, 0x7fff) & 0xffff) | (clamp(b, -0x8000, 0x7fff) << 16);
}

// The lower half of the result comes from `to`, the upper one from `from`, which is read first, as it may be the same.

function packSignedBytes(view: DataView, to: number, from: number, bytes: number): void {
  const half = bytes >> 1;
  const first = toSignedBytes(view.getInt32(from, true), view.getInt32(from + 4, true));
  const last = toSignedBytes(view.getInt32(from + bytes - 8, true), view.getInt32(from + bytes - 4, true));
  for (let i = 0; i < half; i += 4) {
    view.setInt32(to + i, toSignedBytes(view.getInt32(to + 2 * i, true), view.getInt32(to + 2 * i + 4, true)), true);
  }
  view.setInt32(to + half, first, true);
  view.setInt32(to + bytes - 4, last, true);
}

function packUnsignedBytes(view: DataView, to: number, from: number, bytes: number): void {
  const half = bytes >> 1;
  const first = toUnsignedBytes(view.getInt32(from, true), view.getInt32(from + 4, true));
  const last = toUnsignedBytes(view.getInt32(from + bytes - 8, true), view.getInt32(from + bytes - 4, true));
  for (let i = 0; i < half; i += 4) {
    view.setInt32(to + i, toUnsignedBytes(view.getInt32(to + 2 * i, true), view.getInt32(to + 2 * i + 4, true)), true);
  }
  view.setInt32(to + half, first, true);
  view.setInt32(to + bytes - 4, last, true);
}

function packSignedWords(view: DataView, to: number, from: number, bytes: number): void {
  const half = bytes >> 1;
  const first = toSignedWords(view.getInt32(from, true), view.getInt32(from + 4, true));
  const last = toSignedWords(view.getInt32(from + bytes - 8, true), view.getInt32(from + bytes - 4, true));
  for (let i = 0; i < half; i += 4) {
    view.setInt32(to + i, toSignedWords(view.getInt32(to + 2 * i, true), view.getInt32(to + 2 * i + 4, true)), true);
  }
  view.setInt32(to + half, first, true);
  view.setInt32(to + bytes - 4, last, true);
}

/** Conversions to elements of half the width, with saturation (Intel SDM volume 2: PACKSSWB, PACKUSWB). */
export const PACK: Record<string, Handler> = mmxAndSse({
  PACKSSWB: packSignedBytes,
  PACKUSWB: packUnsignedBytes,
  PACKSSDW: packSignedWords,
});
