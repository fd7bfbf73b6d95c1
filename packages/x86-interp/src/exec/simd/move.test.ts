import { describe, expect, test } from 'vitest';
import {
  execute,
  OPERAND,
  PAGE_END,
  peek,
  poke,
  someVectors,
  vectorMachine,
  withMemory,
  withRegisters,
} from './vector.test-util.ts';

const REGISTER = 3;
const OTHER = 5;
const MAX_64 = (1n << 64n) - 1n;
const MAX_32 = 0xffffffffn;
const VALUE = 0xfedcba98_76543210_89abcdef_01234567n;

const low = (value: bigint): bigint => value & MAX_64;
const high = (value: bigint): bigint => value & ~MAX_64;

/** What a load of `size` bytes makes of a register. */
type Load = (register: bigint, value: bigint) => bigint;
const whole: Load = (_, value) => value;
const zeroExtended: Load = (_, value) => value;
const intoLow: Load = (register, value) => high(register) | low(value);
const intoHigh: Load = (register, value) => low(register) | (low(value) << 64n);

test.each([
  ['MOVAPS', 'V,W', 16, whole, true],
  ['MOVAPD', 'V,W', 16, whole, true],
  ['MOVDQA', 'V,W', 16, whole, true],
  ['MOVUPS', 'V,W', 16, whole, false],
  ['MOVUPD', 'V,W', 16, whole, false],
  ['MOVDQU', 'V,W', 16, whole, false],
  ['LDDQU', 'V,M', 16, whole, false],
  ['MOVSS', 'V,W', 4, zeroExtended, false],
  ['MOVSD', 'V,W', 8, zeroExtended, false],
  ['MOVQ', 'V,W', 8, zeroExtended, false],
  ['MOVD', 'V,E', 4, zeroExtended, false],
  ['MOVLPS', 'V,M', 8, intoLow, false],
  ['MOVLPD', 'V,M', 8, intoLow, false],
  ['MOVHPS', 'V,M', 8, intoHigh, false],
  ['MOVHPD', 'V,M', 8, intoHigh, false],
] as const)('%s %s loads %i bytes', (name, shape, size, load, aligned) => {
  const m = vectorMachine();
  const before = someVectors();
  const value = VALUE & ((1n << BigInt(8 * size)) - 1n);
  const expected = before.xmm.with(REGISTER, load(before.xmm[REGISTER], value));
  // At the end of memory too: nothing behind it is touched.
  for (const at of aligned ? [OPERAND, PAGE_END - 16] : [OPERAND + 1, PAGE_END - 3, 0x100000 - size]) {
    poke(m, at, value, size);
    expect(execute(m, before, withMemory(name, shape, REGISTER, at))).toMatchObject({ xmm: expected, mm: before.mm });
  }
  expect(m.sink.trace).toEqual([]);
});

test.each([
  ['MOVAPS', 'W,V', 16, 0, true],
  ['MOVAPD', 'W,V', 16, 0, true],
  ['MOVDQA', 'W,V', 16, 0, true],
  ['MOVNTPS', 'M,V', 16, 0, true],
  ['MOVNTPD', 'M,V', 16, 0, true],
  ['MOVNTDQ', 'M,V', 16, 0, true],
  ['MOVUPS', 'W,V', 16, 0, false],
  ['MOVUPD', 'W,V', 16, 0, false],
  ['MOVDQU', 'W,V', 16, 0, false],
  ['MOVSS', 'W,V', 4, 0, false],
  ['MOVSD', 'W,V', 8, 0, false],
  ['MOVQ', 'W,V', 8, 0, false],
  ['MOVD', 'E,V', 4, 0, false],
  ['MOVLPS', 'M,V', 8, 0, false],
  ['MOVLPD', 'M,V', 8, 0, false],
  ['MOVHPS', 'M,V', 8, 64, false],
  ['MOVHPD', 'M,V', 8, 64, false],
] as const)('%s %s stores %i bytes', (name, shape, size, shift, aligned) => {
  const m = vectorMachine();
  const before = someVectors();
  const bits = BigInt(8 * size);
  const value = (before.xmm[REGISTER] >> BigInt(shift)) & ((1n << bits) - 1n);
  for (const at of aligned ? [OPERAND, PAGE_END - 16] : [OPERAND + 1, PAGE_END - 3, 0x100000 - size]) {
    const end = Math.min(at + size + 2, 0x100000);
    poke(m, at - 2, -1n, end - at + 2);
    expect(execute(m, before, withMemory(name, shape, REGISTER, at))).toMatchObject({ xmm: before.xmm, mm: before.mm });
    expect(peek(m, at, size)).toBe(value);
    expect(peek(m, at - 2, 2)).toBe(0xffffn);
    if (end > at + size) expect(peek(m, at + size, 2)).toBe(0xffffn);
  }
  expect(m.sink.trace).toEqual([]);
});

describe('between registers', () => {
  const { xmm, mm } = someVectors();
  const [to, from] = [xmm[REGISTER], xmm[OTHER]];
  const fromMm = mm[OTHER];

  test.each([
    ['MOVAPS', 'V,W', from],
    ['MOVAPD', 'V,W', from],
    ['MOVUPS', 'V,W', from],
    ['MOVUPD', 'V,W', from],
    ['MOVDQA', 'V,W', from],
    ['MOVDQU', 'V,W', from],
    ['MOVSS', 'V,W', (to & ~MAX_32) | (from & MAX_32)],
    ['MOVSD', 'V,W', high(to) | low(from)],
    ['MOVHLPS', 'V,U', high(to) | (from >> 64n)],
    ['MOVLHPS', 'V,U', low(to) | (low(from) << 64n)],
    ['MOVQ', 'V,W', low(from)],
    ['MOVQ2DQ', 'V,N', fromMm],
  ] as const)('%s %s', (name, shape, expected) => {
    const m = vectorMachine();
    const after = execute(m, someVectors(), withRegisters(name, shape, REGISTER, OTHER));
    expect(after.xmm).toEqual(xmm.with(REGISTER, expected));
    expect(after.mm).toEqual(mm);
  });

  test.each([
    ['MOVAPS', from],
    ['MOVAPD', from],
    ['MOVUPS', from],
    ['MOVUPD', from],
    ['MOVDQA', from],
    ['MOVDQU', from],
    ['MOVSS', (to & ~MAX_32) | (from & MAX_32)],
    ['MOVSD', high(to) | low(from)],
    ['MOVQ', low(from)],
  ] as const)('%s in the form for stores', (name, expected) => {
    const m = vectorMachine();
    const after = execute(m, someVectors(), withRegisters(name, 'W,V', OTHER, REGISTER));
    expect(after).toMatchObject({ xmm: xmm.with(REGISTER, expected), mm });
  });

  test('MOVQ and MOVDQ2Q to MMX registers', () => {
    const m = vectorMachine();
    for (const [code, value] of [
      [withRegisters('MOVQ', 'P,Q', REGISTER, OTHER), mm[OTHER]],
      [withRegisters('MOVQ', 'Q,P', OTHER, REGISTER), mm[OTHER]],
      [withRegisters('MOVDQ2Q', 'P,U', REGISTER, OTHER), low(from)],
    ] as const) {
      expect(execute(m, someVectors(), code)).toMatchObject({ xmm, mm: mm.with(REGISTER, value) });
    }
  });

  test('MOVD to and from general registers', () => {
    const m = vectorMachine();
    m.set({ rdx: 0x89abcdef });
    const value = 0x89abcdefn;
    expect(execute(m, someVectors(), withRegisters('MOVD', 'V,E', REGISTER, 2)).xmm[REGISTER]).toBe(value);
    expect(execute(m, someVectors(), withRegisters('MOVD', 'P,E', REGISTER, 2)).mm[REGISTER]).toBe(value);
    execute(m, someVectors(), withRegisters('MOVD', 'E,V', REGISTER, 1));
    execute(m, someVectors(), withRegisters('MOVD', 'E,P', REGISTER, 3));
    expect([m.get('rcx'), m.get('rbx')]).toEqual([Number(to & MAX_32), Number(mm[REGISTER] & MAX_32)]);
    expect(m.get('rdx')).toBe(0x89abcdef);
  });
});

test('MMX registers and memory, at any address', () => {
  const m = vectorMachine();
  const before = someVectors();
  for (const at of [OPERAND + 1, PAGE_END - 3, 0x100000 - 8]) {
    poke(m, at, VALUE, 8);
    const loaded = execute(m, before, withMemory('MOVQ', 'P,Q', REGISTER, at));
    expect(loaded.mm).toEqual(before.mm.with(REGISTER, low(VALUE)));
    for (const [name, shape] of [
      ['MOVQ', 'Q,P'],
      ['MOVNTQ', 'M,P'],
    ] as const) {
      poke(m, at, 0n, 8);
      execute(m, before, withMemory(name, shape, REGISTER, at));
      expect(peek(m, at, 8)).toBe(before.mm[REGISTER]);
    }
  }
  for (const at of [OPERAND + 1, PAGE_END - 3, 0x100000 - 4]) {
    poke(m, at, VALUE, 4);
    const loaded = execute(m, before, withMemory('MOVD', 'P,E', REGISTER, at));
    expect(loaded.mm).toEqual(before.mm.with(REGISTER, VALUE & MAX_32));
    execute(m, before, withMemory('MOVD', 'E,P', REGISTER, at));
    expect(peek(m, at, 4)).toBe(before.mm[REGISTER] & MAX_32);
    // The low halves of PUNPCKL are 4 bytes of memory.
    const unpacked = execute(m, before, withMemory('PUNPCKLDQ', 'P,Q', REGISTER, at));
    expect(unpacked.mm[REGISTER]).toBe((before.mm[REGISTER] & MAX_32) * 0x1_0000_0001n);
  }
  expect(m.sink.trace).toEqual([]);
});

test('MOVNTI needs nothing of SSE', () => {
  const m = vectorMachine();
  m.vcpu.setSpecialRegisters({ cr0: 0xdn | m.vcpu.getSpecialRegisters().cr0, cr4: 0n });
  m.set({ rdx: 0x12345678 });
  expect(m.faultOf(withMemory('MOVNTI', 'M,G', 2, OPERAND + 1))).toBeUndefined();
  expect(peek(m, OPERAND + 1, 4)).toBe(0x12345678n);
});

test('a device sees an operand in parts of 4 bytes', () => {
  const m = vectorMachine();
  const before = someVectors();
  const device = 0x200000;
  execute(m, before, withMemory('MOVDQA', 'W,V', REGISTER, device));
  const words = [0, 32, 64, 96].map((shift) => Number((before.xmm[REGISTER] >> BigInt(shift)) & MAX_32));
  expect(m.sink.trace).toEqual(words.map((word, i) => `write ${(device + 4 * i).toString(16)}/4=${word.toString(16)}`));
  m.sink.trace.length = 0;
  expect(execute(m, before, withMemory('MOVQ', 'P,Q', REGISTER, device)).mm[REGISTER]).toBe(MAX_64);
  expect(m.sink.trace).toEqual(['read 200000/4', 'read 200004/4']);
});
