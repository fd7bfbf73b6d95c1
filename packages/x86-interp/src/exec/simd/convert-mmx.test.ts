import { describe, expect, test } from 'vitest';
import {
  double,
  doubles,
  execute,
  floatMachine,
  GP,
  IE,
  MF,
  mask,
  OPERAND,
  RESET,
  single,
  singles,
  withMemory,
  withRegisters,
  XM,
} from './float.test-util.ts';

const TOP_5 = 5 << 11;
/** A pending error: ZE is set, and not masked. */
const PENDING = { fcw: 0x37b, fsw: TOP_5 | 4 };

const FROM_REGISTER = ['CVTPI2PS', 'CVTPI2PD'];
const TO_MMX = ['CVTPS2PI', 'CVTTPS2PI', 'CVTPD2PI', 'CVTTPD2PI'];
const REGISTER_FORMS = [
  ...FROM_REGISTER.map((name) => [name, withRegisters(name, 'V,Q', 0, 1)] as const),
  ...TO_MMX.map((name) => [name, withRegisters(name, 'P,W', 1, 0)] as const),
];
const MEMORY_FORMS = FROM_REGISTER.map((name) => [name, withMemory(name, 'V,Q', 0, OPERAND)] as const);

// MM1 is the physical register 1, which is ST(4) if TOP is 5.
function x87(integers: readonly [number, number]): Uint8Array {
  const st = new Uint8Array(128).fill(0x11);
  const view = new DataView(st.buffer);
  view.setInt32(4 * 16, integers[0], true);
  view.setInt32(4 * 16 + 4, integers[1], true);
  return st;
}

describe('a conversion with an MMX register', () => {
  test.each(REGISTER_FORMS)('%s makes the registers of the x87 those of MMX', (_, code) => {
    const m = floatMachine();
    const after = execute(m, code, { fpu: { fcw: 0x37f, fsw: TOP_5 | 0x4100, ftw: 0x12, st: x87([7, -9]) } });
    expect(after).toMatchObject({ fault: undefined, fpu: { fsw: 0x4100, ftw: 0xff } });
  });

  test.each(REGISTER_FORMS)('%s reports a pending error first', (_, code) => {
    const m = floatMachine();
    m.vcpu.setSpecialRegisters({ cr0: 0x31n });
    const xmm = [singles(0x7f800001), singles()];
    const after = execute(m, code, { mxcsr: RESET & ~mask(IE), xmm, fpu: { ...PENDING, ftw: 0x12 } });
    expect(after).toMatchObject({ fault: [MF, -1], mxcsr: RESET & ~mask(IE), fpu: { ftw: 0x12 } });
    expect(after.fpu.fsw & 0x3800).toBe(TOP_5);
  });

  test('reads integers from it', () => {
    const m = floatMachine();
    const before = { xmm: [singles(1, 2, 3, 4)], fpu: { fcw: 0x37f, fsw: TOP_5, ftw: 0xff, st: x87([7, -9]) } };
    const ps = execute(m, withRegisters('CVTPI2PS', 'V,Q', 0, 1), before);
    expect(ps.fpu.xmm.slice(0, 16)).toEqual(singles(single(7), single(-9), 3, 4));
    const pd = execute(m, withRegisters('CVTPI2PD', 'V,Q', 0, 1), before);
    expect(pd.fpu.xmm.slice(0, 16)).toEqual(doubles(double(7), double(-9)));
  });

  test('writes integers to it, with an exponent of all ones', () => {
    const m = floatMachine();
    const fpu = { fcw: 0x37f, fsw: TOP_5, ftw: 0, st: x87([0, 0]) };
    const results = TO_MMX.map((name) => {
      const isDouble = name.endsWith('PD2PI');
      const values = [2.75, -2.75] as const;
      const xmm = [isDouble ? doubles(...values.map(double)) : singles(...values.map(single), 0x7f800001)];
      const after = execute(m, withRegisters(name, 'P,W', 1, 0), { xmm, fpu });
      const view = new DataView(after.fpu.st.buffer, 16, 10);
      return [view.getInt32(0, true), view.getInt32(4, true), view.getUint16(8, true)];
    });
    expect(results).toEqual([
      [3, -3, 0xffff],
      [2, -2, 0xffff],
      [3, -3, 0xffff],
      [2, -2, 0xffff],
    ]);
  });

  test.each(TO_MMX)('%s: with #XM the register stays, but it is one of MMX; with #GP nothing changes', (name) => {
    const m = floatMachine();
    const fpu = { fcw: 0x37f, fsw: TOP_5, ftw: 0x12, st: x87([7, -9]) };
    const mxcsr = RESET & ~mask(IE);
    const nans = [singles(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff)];
    const xm = execute(m, withRegisters(name, 'P,W', 1, 0), { mxcsr, xmm: nans, fpu });
    expect(xm).toMatchObject({ fault: [XM, -1], mxcsr: mxcsr | IE, fpu: { fsw: 0, ftw: 0xff } });
    expect(xm.fpu.st.slice(16, 26)).toEqual(fpu.st.slice(64, 74));
    const { ds } = m.vcpu.getSpecialRegisters();
    m.vcpu.setSpecialRegisters({ ds: { ...ds, limit: OPERAND } });
    const gp = execute(m, withMemory(name, 'P,W', 1, OPERAND), { mxcsr, fpu });
    expect(gp).toMatchObject({ fault: [GP, 0], mxcsr, fpu: { fsw: TOP_5, ftw: 0x12 } });
  });
});

describe('a conversion of integers in memory', () => {
  test.each(MEMORY_FORMS)('%s has nothing to do with the x87', (name, code) => {
    const m = floatMachine();
    m.vcpu.setSpecialRegisters({ cr0: 0x31n });
    m.memory.writeU32(OPERAND, 5);
    m.memory.writeU32(OPERAND + 4, 2 ** 32 - 6);
    const after = execute(m, code, { fpu: { ...PENDING, ftw: 0x12 } });
    expect(after).toMatchObject({ fault: undefined, fpu: { ftw: 0x12 } });
    expect(after.fpu.fsw & 0x3800).toBe(TOP_5);
    const expected = name === 'CVTPI2PS' ? singles(single(5), single(-6)) : doubles(double(5), double(-6));
    expect(after.fpu.xmm.slice(0, 16)).toEqual(expected);
  });
});
