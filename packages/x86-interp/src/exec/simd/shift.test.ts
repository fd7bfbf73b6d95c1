import { describe, expect, test } from 'vitest';
import {
  encoding,
  execute,
  join,
  OPERAND,
  poke,
  RandomVectors,
  someVectors,
  split,
  vectorMachine,
  withMemory,
  withRegisters,
} from './vector.test-util.ts';

type Direction = 'left' | 'right' | 'signed';

/** Bits of an element, and what is done to it. */
const SHIFTS: Readonly<Record<string, readonly [size: number, direction: Direction]>> = {
  PSLLW: [16, 'left'],
  PSRLW: [16, 'right'],
  PSRAW: [16, 'signed'],
  PSLLD: [32, 'left'],
  PSRLD: [32, 'right'],
  PSRAD: [32, 'signed'],
  PSLLQ: [64, 'left'],
  PSRLQ: [64, 'right'],
};

function shifted(value: bigint, width: number, size: number, direction: Direction, count: bigint): bigint {
  const by = count > 200n ? 200n : count;
  return join(
    split(value, width, size, direction === 'signed').map((element) =>
      direction === 'left' ? element << by : element >> by,
    ),
    size,
  );
}

const FIRST = 1;
const SECOND = 2;
const COUNTS = [...Array.from({ length: 68 }, (_, n) => BigInt(n)), 0xffn, 0x100n, 0xffffn, 1n << 31n, 1n << 32n];

describe.each(Object.entries(SHIFTS))('%s', (name, [size, direction]) => {
  test.each([
    { shape: 'P,Q', immediate: 'N,I', width: 64 },
    { shape: 'V,W', immediate: 'U,I', width: 128 },
  ])('of $width bits', ({ shape, immediate, width }) => {
    const m = vectorMachine();
    const random = new RandomVectors();
    const mmx = width === 64;
    const before = someVectors();
    const registers = mmx ? before.mm : before.xmm;
    const result = (code: number[]): bigint => {
      const after = execute(m, before, code);
      expect(mmx ? after.xmm : after.mm).toEqual(mmx ? before.xmm : before.mm);
      return (mmx ? after.mm : after.xmm)[FIRST];
    };
    const { opcode, digit } = encoding(name, immediate);
    for (const count of [...COUNTS, (1n << 63n) | 1n]) {
      const value = random.next(width);
      registers[FIRST] = value;
      // Of an XMM register, the upper half is no part of the count.
      registers[SECOND] = mmx ? count : (random.next(64) << 64n) | count;
      const expected = shifted(value, width, size, direction, count);
      expect(result(withRegisters(name, shape, FIRST, SECOND))).toBe(expected);
      poke(m, OPERAND, registers[SECOND], width / 8);
      expect(result(withMemory(name, shape, FIRST, OPERAND))).toBe(expected);
      if (count > 255n) continue;
      expect(result([...opcode, 0xc0 | (digit << 3) | FIRST, Number(count)])).toBe(expected);
    }
    registers[FIRST] = 3n;
    expect(result(withRegisters(name, shape, FIRST, FIRST))).toBe(shifted(3n, width, size, direction, 3n));
  });
});

test.each([
  ['PSLLDQ', (value: bigint, bytes: number) => value << BigInt(8 * bytes)],
  ['PSRLDQ', (value: bigint, bytes: number) => value >> BigInt(8 * bytes)],
] as const)('%s shifts by bytes', (name, model) => {
  const m = vectorMachine();
  const { opcode, digit } = encoding(name, 'U,I');
  const before = someVectors();
  for (let count = 0; count < 256; count++) {
    const after = execute(m, before, [...opcode, 0xc0 | (digit << 3) | FIRST, count]);
    expect(after.xmm).toEqual(before.xmm.with(FIRST, BigInt.asUintN(128, model(before.xmm[FIRST], count))));
  }
});
