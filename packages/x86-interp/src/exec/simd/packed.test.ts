import { describe, expect, test } from 'vitest';
import type { ProtectedMachine } from '../../protected.test-util.ts';
import {
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

/** What an operation makes of two vectors of `width` bits. */
type Model = (a: bigint, b: bigint, width: number) => bigint;
type Element = (a: bigint, b: bigint) => bigint;

// The same for each pair of elements.
function each(size: number, f: Element, signed = false): Model {
  return (a, b, width) => {
    const other = split(b, width, size, signed);
    return join(
      split(a, width, size, signed).map((element, i) => f(element, other[i])),
      size,
    );
  };
}

function clamp(value: bigint, lowest: bigint, highest: bigint): bigint {
  if (value < lowest) return lowest;
  return value > highest ? highest : value;
}

function least(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

function greatest(a: bigint, b: bigint): bigint {
  if (a < b) return b;
  return a;
}

function saturated(size: number, signed: boolean, f: Element): Model {
  const top = 1n << BigInt(signed ? size - 1 : size);
  return each(size, (a, b) => clamp(f(a, b), signed ? -top : 0n, top - 1n), signed);
}

const sum: Element = (a, b) => a + b;
const difference: Element = (a, b) => a - b;
const average: Element = (a, b) => (a + b + 1n) >> 1n;
const equal: Element = (a, b) => (a === b ? -1n : 0n);
const greater: Element = (a, b) => (a > b ? -1n : 0n);
const upperHalf: Element = (a, b) => (a * b) >> 16n;

function pack(size: number, lowest: bigint, highest: bigint): Model {
  return (a, b, width) => {
    const all = [...split(a, width, size, true), ...split(b, width, size, true)];
    return join(
      all.map((element) => clamp(element, lowest, highest)),
      size / 2,
    );
  };
}

function unpack(size: number, upper: boolean): Model {
  return (a, b, width) => {
    const half = width / size / 2;
    const other = split(b, width, size);
    const pairs = split(a, width, size).map((element, i) => [element, other[i]]);
    return join((upper ? pairs.slice(half) : pairs.slice(0, half)).flat(), size);
  };
}

const multiplyAdd: Model = (a, b, width) => {
  const other = split(b, width, 16, true);
  const products = split(a, width, 16, true).map((element, i) => element * other[i]);
  return join(
    products.filter((_, i) => i % 2 === 0).map((product, i) => product + products[2 * i + 1]),
    32,
  );
};

const multiplyEven: Model = (a, b, width) => {
  const other = split(b, width, 64);
  const low = (n: bigint): bigint => n & 0xffffffffn;
  return join(
    split(a, width, 64).map((element, i) => low(element) * low(other[i])),
    64,
  );
};

const sumDifferences: Model = (a, b, width) => {
  const other = split(b, width, 64);
  return join(
    split(a, width, 64).map((element, i) => {
      const bytes = split(other[i], 64, 8);
      return split(element, 64, 8).reduce((total, byte, j) => {
        return total + (byte > bytes[j] ? byte - bytes[j] : bytes[j] - byte);
      }, 0n);
    }),
    64,
  );
};

/** Of MMX and SSE both. */
const MODELS: Readonly<Record<string, Model>> = {
  PADDB: each(8, sum),
  PADDW: each(16, sum),
  PADDD: each(32, sum),
  PADDQ: each(64, sum),
  PSUBB: each(8, difference),
  PSUBW: each(16, difference),
  PSUBD: each(32, difference),
  PSUBQ: each(64, difference),
  PADDUSB: saturated(8, false, sum),
  PADDUSW: saturated(16, false, sum),
  PADDSB: saturated(8, true, sum),
  PADDSW: saturated(16, true, sum),
  PSUBUSB: saturated(8, false, difference),
  PSUBUSW: saturated(16, false, difference),
  PSUBSB: saturated(8, true, difference),
  PSUBSW: saturated(16, true, difference),
  PMINUB: each(8, least),
  PMAXUB: each(8, greatest),
  PMINSW: each(16, least, true),
  PMAXSW: each(16, greatest, true),
  PAVGB: each(8, average),
  PAVGW: each(16, average),
  PCMPEQB: each(8, equal),
  PCMPEQW: each(16, equal),
  PCMPEQD: each(32, equal),
  PCMPGTB: each(8, greater, true),
  PCMPGTW: each(16, greater, true),
  PCMPGTD: each(32, greater, true),
  PMULLW: each(16, (a, b) => a * b),
  PMULHW: each(16, upperHalf, true),
  PMULHUW: each(16, upperHalf),
  PMULUDQ: multiplyEven,
  PMADDWD: multiplyAdd,
  PSADBW: sumDifferences,
  PAND: (a, b) => a & b,
  PANDN: (a, b) => ~a & b,
  POR: (a, b) => a | b,
  PXOR: (a, b) => a ^ b,
  PACKSSWB: pack(16, -128n, 127n),
  PACKUSWB: pack(16, 0n, 255n),
  PACKSSDW: pack(32, -32768n, 32767n),
  PUNPCKLBW: unpack(8, false),
  PUNPCKLWD: unpack(16, false),
  PUNPCKLDQ: unpack(32, false),
  PUNPCKHBW: unpack(8, true),
  PUNPCKHWD: unpack(16, true),
  PUNPCKHDQ: unpack(32, true),
};

/** Of SSE alone. */
const SSE_MODELS: Readonly<Record<string, Model>> = {
  PUNPCKLQDQ: unpack(64, false),
  PUNPCKHQDQ: unpack(64, true),
  UNPCKLPS: unpack(32, false),
  UNPCKLPD: unpack(64, false),
  UNPCKHPS: unpack(32, true),
  UNPCKHPD: unpack(64, true),
  ANDPS: (a, b) => a & b,
  ANDPD: (a, b) => a & b,
  ANDNPS: (a, b) => ~a & b,
  ANDNPD: (a, b) => ~a & b,
  ORPS: (a, b) => a | b,
  ORPD: (a, b) => a | b,
  XORPS: (a, b) => a ^ b,
  XORPD: (a, b) => a ^ b,
};

/** Whether every pair of bytes is tried. */
const BY_BYTES = /^P(ADD|SUB)(US|S)?B$|^P(MIN|MAX)UB$|^PAVGB$|^PCMP(EQ|GT)B$|^PACK|^PSADBW$/;
const FIRST = 1;
const SECOND = 2;

// Executes a form with registers, with one register twice, and with memory.
function check(m: ProtectedMachine, name: string, mmx: boolean, a: bigint, b: bigint, model: Model): void {
  const shape = mmx ? 'P,Q' : 'V,W';
  const width = mmx ? 64 : 128;
  const result = (x: bigint, y: bigint): bigint => BigInt.asUintN(width, model(x, y, width));
  const before = someVectors();
  const registers = mmx ? before.mm : before.xmm;
  registers[FIRST] = a;
  registers[SECOND] = b;
  const after = execute(m, before, withRegisters(name, shape, FIRST, SECOND));
  const expected = registers.with(FIRST, result(a, b));
  expect(mmx ? after.mm : after.xmm).toEqual(expected);
  expect(mmx ? after.xmm : after.mm).toEqual(mmx ? before.xmm : before.mm);
  const same = execute(m, before, withRegisters(name, shape, FIRST, FIRST));
  expect((mmx ? same.mm : same.xmm)[FIRST]).toBe(result(a, a));
  poke(m, OPERAND, b, width / 8);
  const memory = execute(m, before, withMemory(name, shape, FIRST, OPERAND));
  expect(mmx ? memory.mm : memory.xmm).toEqual(expected);
}

// 4096 or 8192 vectors that have all pairs of bytes at the same place in them.
function* bytePairs(width: number): Generator<[bigint, bigint]> {
  const count = width / 8;
  for (let a = 0; a < 256; a++) {
    for (let b = 0; b < 256; b += count) {
      const bytes = Array.from({ length: count }, (_, i) => BigInt(b + i));
      yield [
        join(
          bytes.map(() => BigInt(a)),
          8,
        ),
        join(bytes, 8),
      ];
    }
  }
}

function checkPairs(name: string, mmx: boolean, model: Model): void {
  const m = vectorMachine();
  const random = new RandomVectors();
  const width = mmx ? 64 : 128;
  for (let n = 0; n < 100; n++) check(m, name, mmx, random.next(width), random.next(width), model);
  if (mmx || !BY_BYTES.test(name)) return;
  // The same function does the work of both forms: once is enough.
  const before = someVectors();
  const code = withRegisters(name, 'V,W', FIRST, SECOND);
  for (const [a, b] of bytePairs(width)) {
    before.xmm[FIRST] = a;
    before.xmm[SECOND] = b;
    if (execute(m, before, code).xmm[FIRST] === BigInt.asUintN(128, model(a, b, 128))) continue;
    throw new Error(`${name} of ${a.toString(16)} and ${b.toString(16)}`);
  }
}

describe('an operation on MMX registers', () => {
  test.each(Object.entries(MODELS))('%s', (name, model) => checkPairs(name, true, model));
});

describe('an operation on XMM registers', () => {
  test.each(Object.entries({ ...MODELS, ...SSE_MODELS }))('%s', (name, model) => checkPairs(name, false, model));
});

test('PMADDWD of four times 8000h wraps', () => {
  const m = vectorMachine();
  const before = someVectors();
  before.mm[0] = before.mm[1] = 0x8000_8000_8000_7fffn;
  expect(execute(m, before, withRegisters('PMADDWD', 'P,Q', 0, 1)).mm[0]).toBe(0x80000000_7fff0001n);
});
