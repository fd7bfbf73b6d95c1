import { fromInteger } from './convert.ts';
import type { Float } from './float.ts';
import {
  packF32,
  packF64High,
  packF64Low,
  packF80High,
  packF80Low,
  packF80SignExp,
  unpackF32,
  unpackF64,
  unpackF80,
} from './formats.ts';
import type { FloatStatus } from './status.ts';

/** The formats of the vectors. */
export type FormatName = 'f32' | 'f64' | 'extF80' | 'i32' | 'i64';

/** Reads hexadecimal digits as a value. @returns false for an extF80 that the 80387 does not know */
export function unpack(r: Float, format: FormatName, digits: string, status: FloatStatus): boolean {
  const word = (from: number, to?: number): number => Number.parseInt(digits.slice(from, to), 16) | 0;
  switch (format) {
    case 'f32':
      unpackF32(r, word(0), status);
      return true;
    case 'f64':
      unpackF64(r, word(0, 8), word(8), status);
      return true;
    case 'extF80':
      return unpackF80(r, word(0, 4), word(4, 12), word(12), status);
    case 'i32':
      fromInteger(r, word(0) >> 31, word(0));
      return true;
    case 'i64':
      fromInteger(r, word(0, 8), word(8));
      return true;
  }
}

/** A value in hexadecimal digits. */
export function pack(a: Float, format: FormatName): string {
  if (format === 'f32') return digits(packF32(a));
  if (format === 'f64') return digits(packF64High(a)) + digits(packF64Low(a));
  return digits(packF80SignExp(a), 4) + digits(packF80High(a)) + digits(packF80Low(a));
}

/** A 32-bit word in hexadecimal. */
export function digits(word: number, count = 8): string {
  return (word >>> 0).toString(16).toUpperCase().padStart(count, '0');
}
