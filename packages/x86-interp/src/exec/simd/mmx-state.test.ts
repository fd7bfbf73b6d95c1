import { describe, expect, test } from 'vitest';
import { HANDLERS, type ProtectedMachine } from '../../protected.test-util.ts';
import {
  execute,
  getVectors,
  OPERAND,
  poke,
  setVectors,
  someVectors,
  vectorMachine,
  withMemory,
  withRegisters,
} from './vector.test-util.ts';

const [EM, TS, NE] = [4n, 8n, 0x20n];
const OSFXSR = 0x200n;
const [UD, NM, MF] = [6, 7, 16];

const READS_MMX = withRegisters('PMOVMSKB', 'G,N', 0, 3);
const STORES_MMX = withMemory('MOVQ', 'Q,P', 3, OPERAND);
const WRITES_MMX = withRegisters('PADDB', 'P,Q', 3, 4);
const LOADS_MMX = withMemory('MOVD', 'P,E', 3, OPERAND);
const SHIFTS_MMX = withRegisters('PSRLW', 'P,Q', 3, 4);
const INSERTS = withRegisters('PINSRW', 'P,E,I', 3, 0, 1);
const FROM_XMM = withRegisters('MOVDQ2Q', 'P,U', 3, 4);
const TO_XMM = withRegisters('MOVQ2DQ', 'V,N', 4, 3);
const EMMS = [0x0f, 0x77];
const WRITES_XMM = withRegisters('PADDB', 'V,W', 3, 4);
const STORES_XMM = withMemory('MOVAPS', 'W,V', 3, OPERAND);

function control(m: ProtectedMachine, cr0: bigint, cr4 = OSFXSR): void {
  m.vcpu.setSpecialRegisters({ cr0: 0x11n | cr0, cr4 });
}

describe('the x87 sees an MMX instruction', () => {
  test.each([
    ['that reads', READS_MMX],
    ['that stores', STORES_MMX],
    ['that moves to XMM', TO_XMM],
    ['that stores none of its bytes', withRegisters('MASKMOVQ', 'P,N,X', 3, 3)],
  ])('%s: TOP is 0, and no register is empty', (_, code) => {
    const m = vectorMachine();
    const before = someVectors();
    before.mm[3] = 0n;
    m.set({ rdi: OPERAND });
    const { top, tags, exponents } = execute(m, before, code);
    expect({ top, tags, exponents }).toEqual({ top: 0, tags: 0xff, exponents: before.exponents });
  });

  test.each([
    ['an operation', WRITES_MMX],
    ['a load', LOADS_MMX],
    ['a shift', SHIFTS_MMX],
    ['an insertion', INSERTS],
    ['a move from XMM', FROM_XMM],
    ['a move between registers', withRegisters('MOVQ', 'Q,P', 4, 3)],
    ['a shuffle', withRegisters('PSHUFW', 'P,Q,I', 3, 4, 0)],
  ])('that writes, %s: the exponent is FFFF too', (_, code) => {
    const m = vectorMachine();
    const before = someVectors();
    const { top, tags, exponents } = execute(m, before, code);
    expect({ top, tags, exponents }).toEqual({ top: 0, tags: 0xff, exponents: before.exponents.with(3, 0xffff) });
  });

  test('EMMS: all are empty, and hold what they held', () => {
    const m = vectorMachine();
    const before = someVectors();
    expect(execute(m, before, EMMS)).toMatchObject({ ...before, top: 0, tags: 0 });
  });

  test('on XMM registers: nothing', () => {
    const m = vectorMachine();
    const { top, tags, exponents } = someVectors();
    expect(execute(m, someVectors(), WRITES_XMM)).toMatchObject({ top, tags, exponents });
  });

  test('that faults: nothing', () => {
    const m = vectorMachine();
    const before = someVectors();
    const { ds } = m.vcpu.getSpecialRegisters();
    m.set({ rdi: OPERAND });
    for (const code of [LOADS_MMX, STORES_MMX, withRegisters('MASKMOVQ', 'P,N,X', 3, 4)]) {
      m.vcpu.setSpecialRegisters({ ds: { ...ds, limit: OPERAND } });
      setVectors(m, before);
      m.vcpu.setSpecialRegisters({ ds: { ...ds, limit: OPERAND } });
      m.set({ rsp: 0x8000 });
      expect(m.faultOf(code)).toEqual([13, 0]);
      const cs = m.vcpu.getSpecialRegisters().cs;
      m.vcpu.setSpecialRegisters({ ds, cs });
      expect(getVectors(m)).toEqual(before);
    }
  });

  test('FLD after it is an overflow of the stack, and the value that was there is a NaN', () => {
    const m = vectorMachine();
    execute(m, someVectors(), WRITES_MMX);
    // fnstsw ax; fld1; fnstsw ax
    m.load([0xd9, 0xe8, 0xdf, 0xe0]);
    m.run(2);
    expect(m.get('rax') & 0x3a41).toBe(0x3a41);
    // fxam of a register that MMX wrote
    setVectors(m, { ...someVectors(), top: 0, tags: 0 });
    m.load([...withRegisters('PXOR', 'P,Q', 0, 0), 0xd9, 0xe5, 0xdf, 0xe0]);
    m.run(3);
    // Infinity has its integer bit: this is no number that there is.
    expect(m.get('rax') & 0x4700).toBe(0x0200);
  });

  test('MMX registers are the physical ones, wherever TOP is', () => {
    const m = vectorMachine();
    // fninit; fld1; fldz: 1 is in register 7, 0 in register 6
    m.load([0xdb, 0xe3, 0xd9, 0xe8, 0xd9, 0xee, ...withRegisters('MOVQ', 'P,Q', 0, 7)]);
    m.run(4);
    const { top, mm, exponents } = getVectors(m);
    expect([top, mm[0], mm[6], mm[7]]).toEqual([0, 1n << 63n, 0n, 1n << 63n]);
    expect([exponents[0], exponents[6], exponents[7]]).toEqual([0xffff, 0, 0x3fff]);
  });
});

describe('CR0 and CR4', () => {
  test.each([
    ['MMX', [WRITES_MMX, READS_MMX, STORES_MMX, EMMS], NM, UD, undefined],
    ['XMM', [WRITES_XMM, STORES_XMM], NM, UD, UD],
    ['both', [FROM_XMM, TO_XMM], NM, UD, UD],
  ] as const)('%s: TS is #NM, EM is #UD', (_, codes, task, emulated, unsaved) => {
    for (const code of codes) {
      for (const [cr0, cr4, vector] of [
        [0n, OSFXSR, undefined],
        [TS, OSFXSR, task],
        [EM, OSFXSR, emulated],
        [EM | TS, OSFXSR, emulated],
        [0n, 0n, unsaved],
        [TS, 0n, unsaved ?? task],
      ] as const) {
        const m = vectorMachine();
        control(m, cr0, cr4);
        expect(m.faultOf(code)?.[0]).toBe(vector);
      }
    }
  });

  test('the registers are looked at after that', () => {
    const m = vectorMachine();
    control(m, TS);
    expect(m.faultOf(withMemory('MOVAPS', 'V,W', 0, OPERAND + 1))?.[0]).toBe(NM);
  });
});

/** FNINIT, FLDCW of 33B, FLD1, FLDZ, FDIVP: a division by zero that is not masked. */
const DIVIDE = [0xdb, 0xe3, 0xd9, 0x2d, 0, 0, 2, 0, 0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9];

function afterError(): ProtectedMachine {
  const m = vectorMachine();
  poke(m, OPERAND, 0x33bn, 2);
  m.load(DIVIDE);
  m.run(5);
  return m;
}

describe('a pending error of the x87', () => {
  test.each([
    ['PADDB', WRITES_MMX],
    ['MOVQ to memory', STORES_MMX],
    ['PMOVMSKB', READS_MMX],
    ['a shift', SHIFTS_MMX],
    ['MOVDQ2Q', FROM_XMM],
    ['MOVQ2DQ', TO_XMM],
    ['EMMS', EMMS],
    ['a load that would fault', withMemory('MOVQ', 'P,Q', 0, -4)],
  ])('is #MF before %s', (_, code) => {
    const m = afterError();
    control(m, NE);
    expect(m.faultOf(code)?.[0]).toBe(MF);
  });

  test('is nothing to XMM registers', () => {
    const m = afterError();
    control(m, NE);
    expect(m.faultOf(WRITES_XMM)).toBeUndefined();
  });

  test('without CR0.NE makes the CPU wait at an MMX instruction', () => {
    const m = vectorMachine();
    const levels: boolean[] = [];
    m.vcpu.ferr = (active) => levels.push(active);
    poke(m, OPERAND, 0x33bn, 2);
    m.load([...DIVIDE, ...WRITES_MMX]);
    m.run(5);
    expect(levels).toEqual([true]);
    const at = m.get('rip');
    expect(m.run(1)).toBe('halt');
    expect(m.get('rip')).toBe(at);
    m.vcpu.ignne = true;
    m.run(1);
    expect(m.get('rip')).toBe(at + WRITES_MMX.length);
  });

  test('is not reported by an undefined instruction', () => {
    const m = afterError();
    control(m, NE);
    m.faultOf([0xf0, ...WRITES_MMX]);
    expect(m.get('rip')).toBe(HANDLERS + UD);
  });
});
