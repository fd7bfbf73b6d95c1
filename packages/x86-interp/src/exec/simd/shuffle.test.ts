import { describe, expect, test } from 'vitest';
import {
  execute,
  join,
  OPERAND,
  peek,
  poke,
  someVectors,
  split,
  vectorMachine,
  withMemory,
  withRegisters,
} from './vector.test-util.ts';

type Model = (a: readonly bigint[], b: readonly bigint[], order: number) => bigint[];

function four(from: readonly bigint[], order: number): bigint[] {
  return [0, 2, 4, 6].map((shift) => from[(order >> shift) & 3]);
}

/** Shape, bits of the vector and of an element, and what comes of the elements. */
const MODELS: Readonly<Record<string, readonly [shape: string, width: number, size: number, model: Model]>> = {
  PSHUFW: ['P,Q,I', 64, 16, (_, b, order) => four(b, order)],
  PSHUFLW: ['V,W,I', 128, 16, (_, b, order) => [...four(b, order), ...b.slice(4)]],
  PSHUFHW: ['V,W,I', 128, 16, (_, b, order) => [...b.slice(0, 4), ...four(b.slice(4), order)]],
  PSHUFD: ['V,W,I', 128, 32, (_, b, order) => four(b, order)],
  SHUFPS: ['V,W,I', 128, 32, (a, b, order) => [...four(a, order).slice(0, 2), ...four(b, order).slice(2)]],
  SHUFPD: ['V,W,I', 128, 64, (a, b, order) => [a[order & 1], b[(order >> 1) & 1]]],
};
const FIRST = 1;
const SECOND = 2;

describe.each(Object.entries(MODELS))('%s', (name, [shape, width, size, model]) => {
  test('in every order, of registers and memory', () => {
    const m = vectorMachine();
    const mmx = width === 64;
    const before = someVectors();
    const registers = mmx ? before.mm : before.xmm;
    const [a, b] = [FIRST, SECOND].map((n) => split(registers[n], width, size));
    poke(m, OPERAND, registers[SECOND], width / 8);
    for (let order = 0; order < 256; order++) {
      const expected = registers.with(FIRST, join(model(a, b, order), size));
      for (const code of [
        withRegisters(name, shape, FIRST, SECOND, order),
        withMemory(name, shape, FIRST, OPERAND, order),
      ]) {
        const after = execute(m, before, code);
        expect(mmx ? after.mm : after.xmm).toEqual(expected);
      }
      const same = execute(m, before, withRegisters(name, shape, FIRST, FIRST, order));
      expect((mmx ? same.mm : same.xmm)[FIRST]).toBe(join(model(a, a, order), size));
    }
  });
});

test.each([
  ['MOVSLDUP', 32, [0, 0, 2, 2]],
  ['MOVSHDUP', 32, [1, 1, 3, 3]],
  ['MOVDDUP', 64, [0, 0]],
] as const)('%s', (name, size, order) => {
  const m = vectorMachine();
  const before = someVectors();
  const result = (n: number): bigint => {
    const elements = split(before.xmm[n], 128, size);
    return join(
      order.map((i) => elements[i]),
      size,
    );
  };
  poke(m, OPERAND, before.xmm[SECOND], 16);
  for (const code of [withRegisters(name, 'V,W', FIRST, SECOND), withMemory(name, 'V,W', FIRST, OPERAND)]) {
    expect(execute(m, before, code).xmm).toEqual(before.xmm.with(FIRST, result(SECOND)));
  }
  expect(execute(m, before, withRegisters(name, 'V,W', FIRST, FIRST)).xmm[FIRST]).toBe(result(FIRST));
});

describe('elements and general registers', () => {
  test.each([
    ['PEXTRW', 'G,N,I', 64],
    ['PEXTRW', 'G,U,I', 128],
  ] as const)('%s %s: the immediate wraps around', (name, shape, width) => {
    const m = vectorMachine();
    const before = someVectors();
    const words = split((width === 64 ? before.mm : before.xmm)[FIRST], width, 16);
    for (let n = 0; n < 256; n++) {
      m.set({ rdx: -1 });
      execute(m, before, withRegisters(name, shape, 2, FIRST, n));
      expect(m.get('rdx')).toBe(Number(words[n % words.length]));
    }
  });

  test.each([
    ['PINSRW', 'P,E,I', 64],
    ['PINSRW', 'V,E,I', 128],
  ] as const)('%s %s: from the lower half of a register, or 2 bytes', (name, shape, width) => {
    const m = vectorMachine();
    const before = someVectors();
    const registers = width === 64 ? before.mm : before.xmm;
    m.set({ rdx: 0x1234_5678 });
    // What follows the two bytes is not there.
    const last = 0xffffe;
    poke(m, last, 0xabcdn, 2);
    for (let n = 0; n < 256; n++) {
      for (const [code, value] of [
        [withRegisters(name, shape, FIRST, 2, n), 0x5678n],
        [withMemory(name, shape, FIRST, last, n), 0xabcdn],
      ] as const) {
        const words = split(registers[FIRST], width, 16);
        words[n % words.length] = value;
        const after = execute(m, before, code);
        expect(width === 64 ? after.mm : after.xmm).toEqual(registers.with(FIRST, join(words, 16)));
      }
    }
    expect(m.sink.trace).toEqual([]);
  });

  test.each([
    ['PMOVMSKB', 'G,N', 64, 8],
    ['PMOVMSKB', 'G,U', 128, 8],
    ['MOVMSKPS', 'G,U', 128, 32],
    ['MOVMSKPD', 'G,U', 128, 64],
  ] as const)('%s %s gathers the signs', (name, shape, width, size) => {
    const m = vectorMachine();
    const before = someVectors();
    const registers = width === 64 ? before.mm : before.xmm;
    const count = width / size;
    for (let mask = 0; mask < 2 ** count; mask += count === 16 ? 77 : 1) {
      const elements = Array.from({ length: count }, (_, i) => {
        const sign = BigInt((mask >> i) & 1) << BigInt(size - 1);
        return sign | (sign === 0n ? (1n << BigInt(size - 1)) - 1n : 0n);
      });
      registers[FIRST] = join(elements, size);
      m.set({ rdx: -1 });
      execute(m, before, withRegisters(name, shape, 2, FIRST));
      expect(m.get('rdx')).toBe(mask);
    }
  });
});

describe('masked stores', () => {
  test.each([
    ['MASKMOVQ', 'P,N,X', 8],
    ['MASKMOVDQU', 'V,U,X', 16],
  ] as const)('%s writes the bytes whose mask has its top bit set', (name, shape, size) => {
    const m = vectorMachine();
    const before = someVectors();
    const registers = size === 8 ? before.mm : before.xmm;
    // Inside of a page, and across two.
    for (const at of [OPERAND + 3, OPERAND + 0xffb]) {
      for (let mask = 0; mask < 2 ** size; mask += size === 16 ? 77 : 1) {
        const chosen = Array.from({ length: size }, (_, i) => ((mask >> i) & 1) === 1);
        registers[SECOND] = join(
          chosen.map((is) => (is ? 0x80n : 0x7fn)),
          8,
        );
        poke(m, at - 1, -1n, size + 2);
        m.set({ rdi: at });
        execute(m, before, withRegisters(name, shape, FIRST, SECOND));
        const bytes = split(registers[FIRST], size * 8, 8).map((byte, i) => (chosen[i] ? byte : 0xffn));
        expect(peek(m, at - 1, size + 2)).toBe(join([0xffn, ...bytes, 0xffn], 8));
      }
    }
  });

  test('go to DS:EDI or DS:DI, or another segment', () => {
    const m = vectorMachine();
    const { fs } = m.vcpu.getSpecialRegisters();
    m.vcpu.setSpecialRegisters({ fs: { ...fs, base: 0x100n } });
    const before = someVectors();
    before.mm[SECOND] = -1n & 0xffffffffffffffffn;
    const code = withRegisters('MASKMOVQ', 'P,N,X', FIRST, SECOND);
    for (const [prefixes, at] of [
      [[], 0x24000],
      [[0x67], 0x4000],
      [[0x64], 0x24100],
      [[0x64, 0x67], 0x4100],
    ] as const) {
      m.set({ rdi: 0x24000 });
      execute(m, before, [...prefixes, ...code]);
      expect(peek(m, at, 8)).toBe(before.mm[FIRST]);
      poke(m, at, 0n, 8);
    }
  });
});
