import { RFLAGS } from '@picovm/core/x86';

/** A value of which only the bits in `mask` count. */
export interface Masked {
  readonly value: number;
  readonly mask: number;
}

type FlagName = 'CF' | 'PF' | 'AF' | 'ZF' | 'SF' | 'TF' | 'IF' | 'DF' | 'OF';

/** What PUSHF pushes in real mode when the flags in `set` are set. Those in `undef` may be anything. */
export function flags(set = '', undef = ''): Masked {
  return { value: RFLAGS.FIXED | bits(set), mask: 0xffff & ~bits(undef) };
}

/** The two words that a 32-bit push leaves, the upper one first: at the higher address. */
export function dword(value: number): readonly [number, number] {
  return [value >>> 16, value & 0xffff];
}

/** The characters of `text` as one little-endian number: how a register holds them. */
export function ascii(text: string): number {
  return [...text].reduceRight((value, char) => value * 256 + char.charCodeAt(0), 0);
}

/** The bytes of 16-bit words in memory. */
export function words(...values: number[]): number[] {
  return values.flatMap((value) => [value & 0xff, value >>> 8]);
}

/** Whether some bits of an expected value do not count. */
export function isMasked(expected: unknown): boolean {
  return typeof expected === 'object' && expected !== null && (expected as Masked).mask !== 0xffff;
}

/** Whether `actual` is as expected, in the bits that count. */
export function matches(actual: number, expected: number | Masked): boolean {
  if (typeof expected === 'number') return actual === expected;
  return ((actual ^ expected.value) & expected.mask) === 0;
}

function bits(names: string): number {
  return names
    .split(' ')
    .filter((name) => name !== '')
    .reduce((sum, name) => sum | RFLAGS[name as FlagName], 0);
}
