import { describe, expect, test } from 'vitest';
import { type Caught, DATA, P, type PagedMachine, paged, RW, US } from '../../paging.test-util.ts';
import { bytes32, withMemory, withRegisters } from './vector.test-util.ts';

const HLT = 0xf4;
const [SS, GP, PF, AC] = [12, 13, 14, 17];
const OSFXSR = 0x200;
const AM = 0x40000n;
const AC_FLAG = 0x40000;
const STACK_SEGMENT = 0x36;
/** The second page of data. */
const NEXT = DATA + 0x1000;
const ALL = P | RW | US;

function machine(options: { user?: boolean } = {}): PagedMachine {
  return paged({ model: 'pentium4', cr4: OSFXSR, ...options });
}

/** Loads of XMM0 and MM0 from memory that sets all their bits, and stores of them. */
const SET = [...withRegisters('PCMPEQB', 'V,W', 0, 0), ...withRegisters('PCMPEQB', 'P,Q', 0, 0)];

describe('a page fault of an operand across pages', () => {
  const stores = [
    ['MOVUPS', 'W,V', 16],
    ['MOVDQU', 'W,V', 16],
    ['MOVLPS', 'M,V', 8],
    ['MOVQ', 'W,V', 8],
    ['MOVQ', 'Q,P', 8],
    ['MOVNTQ', 'M,P', 8],
    ['MOVSS', 'W,V', 4],
    ['MOVD', 'E,P', 4],
  ] as const;

  test.each(stores)('leaves memory as it was: %s %s', (name, shape, size) => {
    for (let inside = 1; inside < size; inside++) {
      for (const [linear, fault] of [
        [NEXT, NEXT],
        [DATA, NEXT - inside],
      ] as const) {
        const m = machine();
        m.map(linear, 0);
        const caught = m.go([...SET, ...withMemory(name, shape, 0, NEXT - inside), HLT]);
        expect(caught).toMatchObject({ vector: PF, code: 2, cr2: fault });
        expect(m.memory.read(NEXT - 16, 32)).toEqual(new Uint8Array(32));
        m.map(linear, linear | ALL);
        expect(m.go([...withMemory(name, shape, 0, NEXT - inside), HLT])).toBeUndefined();
        expect(m.memory.read(NEXT - inside, size)).toEqual(new Uint8Array(size).fill(0xff));
      }
    }
  });

  test.each([
    ['MOVDQU', 'V,W', 16],
    ['MOVLPS', 'V,M', 8],
    ['PADDB', 'P,Q', 8],
    ['PSRLW', 'P,Q', 8],
    ['PUNPCKLBW', 'P,Q', 4],
  ] as const)('leaves registers as they were: %s %s', (name, shape, size) => {
    for (let inside = 1; inside < size; inside++) {
      const m = machine();
      m.map(NEXT, 0);
      expect(m.go([...SET, ...withMemory(name, shape, 0, NEXT - inside), HLT])).toMatchObject({ cr2: NEXT, code: 0 });
      m.map(NEXT, NEXT | ALL);
      const save = [...withMemory('MOVDQU', 'W,V', 0, DATA), ...withMemory('MOVQ', 'Q,P', 0, DATA + 16), HLT];
      expect(m.go(save)).toBeUndefined();
      expect(m.memory.read(DATA, 24)).toEqual(new Uint8Array(24).fill(0xff));
    }
  });

  test('comes before a device is read or written', () => {
    for (const [name, shape] of [
      ['MOVDQU', 'V,W'],
      ['MOVDQU', 'W,V'],
      ['MOVQ', 'Q,P'],
    ] as const) {
      const m = machine();
      m.map(DATA, 0x500000 | ALL);
      m.map(NEXT, 0);
      expect(m.go([...withMemory(name, shape, 0, NEXT - 4), HLT])).toMatchObject({ vector: PF, cr2: NEXT });
      expect(m.sink.trace).toEqual([]);
    }
  });

  test('is for 4 bytes of memory in PUNPCKL of MMX, and 8 in PUNPCKH', () => {
    const m = machine();
    m.map(NEXT, 0);
    for (const size of ['BW', 'WD', 'DQ']) {
      expect(m.go([...withMemory(`PUNPCKL${size}`, 'P,Q', 0, NEXT - 4), HLT])).toBeUndefined();
      expect(m.go([...withMemory(`PUNPCKH${size}`, 'P,Q', 0, NEXT - 4), HLT])).toMatchObject({ vector: PF });
    }
    expect(m.go([...withMemory('MOVDDUP', 'V,W', 0, NEXT - 8), HLT])).toBeUndefined();
  });

  test.each([
    ['MASKMOVQ', 'P,N,X', 8],
    ['MASKMOVDQU', 'V,U,X', 16],
  ] as const)('%s: is for bytes that are not written too', (name, shape, size) => {
    const m = machine();
    m.map(NEXT, NEXT | P | US);
    m.special({ cr0: m.vcpu.getSpecialRegisters().cr0 | 0x10000n });
    m.set({ rdi: NEXT - size + 1 });
    for (const clear of [[], withRegisters('PXOR', shape[0] === 'P' ? 'P,Q' : 'V,W', 0, 0)]) {
      expect(m.go([...SET, ...clear, ...withRegisters(name, shape, 0, 0), HLT])).toMatchObject({ code: 3, cr2: NEXT });
    }
    expect(m.memory.read(NEXT - 16, 32)).toEqual(new Uint8Array(32));
  });
});

/** ADD BYTE [DATA + 800h], 0: after it, the page may be accessed in place. */
const TOUCH = [0x80, 0x05, ...bytes32(DATA + 0x800), 0];

/** What an access at DATA + offset ends in; of the stack segment, with its limit. */
function access(code: readonly number[], options: { user?: boolean; limit?: number } = {}): Caught | undefined {
  const { user = false, limit } = options;
  const m = machine({ user });
  const { cr0, ss } = m.vcpu.getSpecialRegisters();
  if (limit !== undefined) m.special({ ss: { ...ss, limit } });
  if (user) m.special({ cr0: cr0 | AM });
  m.set({ rflags: user ? AC_FLAG | 2 : 2, rdi: DATA });
  m.map(NEXT, 0);
  return m.go([...TOUCH, ...code, HLT]);
}

const ALIGNED_LOADS = [
  ['MOVAPS', 'V,W'],
  ['MOVAPD', 'V,W'],
  ['MOVDQA', 'V,W'],
  ['PADDB', 'V,W'],
  ['PSLLQ', 'V,W'],
  ['PUNPCKLBW', 'V,W'],
  ['UNPCKLPS', 'V,W'],
  ['XORPD', 'V,W'],
  ['MOVSLDUP', 'V,W'],
] as const;
const ALIGNED_STORES = [
  ['MOVAPS', 'W,V'],
  ['MOVAPD', 'W,V'],
  ['MOVDQA', 'W,V'],
  ['MOVNTPS', 'M,V'],
  ['MOVNTPD', 'M,V'],
  ['MOVNTDQ', 'M,V'],
] as const;

describe('alignment', () => {
  test.each([...ALIGNED_LOADS, ...ALIGNED_STORES])('%s %s: to 16 bytes, or #GP before all else', (name, shape) => {
    for (const offset of [1, 4, 8, 15]) {
      expect(access(withMemory(name, shape, 0, DATA + offset))).toMatchObject({ vector: GP, code: 0 });
    }
    expect(access(withMemory(name, shape, 0, DATA + 16))).toBeUndefined();
    // The page is not there.
    expect(access(withMemory(name, shape, 0, NEXT + 8))).toMatchObject({ vector: GP });
    expect(access(withMemory(name, shape, 0, NEXT))).toMatchObject({ vector: PF, cr2: NEXT });
    // Beyond the limit of the stack segment, at another alignment, with alignment checks.
    const stack = [STACK_SEGMENT, ...withMemory(name, shape, 0, DATA + 8)];
    expect(access(stack, { limit: DATA })).toMatchObject({ vector: GP });
    expect(access([STACK_SEGMENT, ...withMemory(name, shape, 0, DATA)], { limit: DATA + 14 })?.vector).toBe(SS);
    expect(access([...withMemory(name, shape, 0, DATA + 8)], { user: true })).toMatchObject({ vector: GP });
  });

  test('is that of the linear address', () => {
    for (const [base, offset, vector] of [
      [8n, 8, undefined],
      [8n, 16, GP],
    ] as const) {
      const m = machine();
      m.special({ ds: { ...m.vcpu.getSpecialRegisters().ds, base } });
      expect(m.go([...withMemory('MOVDQA', 'V,W', 0, DATA + offset), HLT])?.vector).toBe(vector);
    }
  });

  test.each([
    ['MOVUPS', 'V,W', 16],
    ['MOVDQU', 'W,V', 16],
    ['LDDQU', 'V,M', 16],
    ['MOVQ', 'P,Q', 8],
    ['MOVQ', 'W,V', 8],
    ['MOVHPS', 'V,M', 8],
    ['MOVNTQ', 'M,P', 8],
    ['PADDB', 'P,Q', 8],
    ['MOVDDUP', 'V,W', 8],
    ['MOVSS', 'V,W', 4],
    ['MOVSS', 'W,V', 4],
    ['MOVD', 'P,E', 4],
    ['PUNPCKLBW', 'P,Q', 4],
    ['MOVNTI', 'M,G', 4],
  ] as const)('%s %s: of %i bytes, if the user asked for checks', (name, shape, size) => {
    for (let offset = 0; offset < 16; offset++) {
      const code = withMemory(name, shape, 0, DATA + offset);
      expect(access(code)).toBeUndefined();
      // Code of the user ends in the #GP of HLT.
      expect(access(code, { user: true })).toMatchObject({ vector: offset % size === 0 ? GP : AC, code: 0 });
    }
    // It is looked at before the page, and after the limit.
    expect(access(withMemory(name, shape, 0, NEXT + 1), { user: true })?.vector).toBe(AC);
    const beyond = [STACK_SEGMENT, ...withMemory(name, shape, 0, DATA + 0x81)];
    expect(access(beyond, { user: true, limit: DATA + 0x80 })?.vector).toBe(SS);
  });

  test('MASKMOVDQU: of 8 bytes', () => {
    for (let offset = 0; offset < 16; offset++) {
      const place = [0xbf, ...bytes32(DATA + offset)];
      const code = [...place, ...withRegisters('MASKMOVDQU', 'V,U,X', 0, 0)];
      expect(access(code)).toBeUndefined();
      expect(access(code, { user: true })?.vector).toBe(offset % 8 === 0 ? GP : AC);
    }
  });

  test('PINSRW: of 2 bytes', () => {
    for (const offset of [0, 1, 2]) {
      const code = withMemory('PINSRW', 'V,E,I', 0, DATA + offset, 0);
      expect(access(code, { user: true })?.vector).toBe(offset === 1 ? AC : GP);
    }
  });
});

describe('the limit of a segment', () => {
  test.each([
    ['MOVDQU', 'V,W', 16],
    ['MOVDQU', 'W,V', 16],
    ['MOVDQA', 'V,W', 16],
    ['MOVNTDQ', 'M,V', 16],
    ['MOVQ', 'P,Q', 8],
    ['MOVQ', 'Q,P', 8],
    ['MOVSD', 'V,W', 8],
    ['MOVSS', 'W,V', 4],
  ] as const)('%s %s: is for all %i bytes', (name, shape, size) => {
    const code = [STACK_SEGMENT, ...withMemory(name, shape, 0, DATA)];
    expect(access(code, { limit: DATA + size - 2 })).toMatchObject({ vector: SS, code: 0 });
    expect(access(code, { limit: DATA + size - 1 })).toBeUndefined();
  });

  test('MASKMOVQ with DI does not wrap around', () => {
    const m = machine();
    const { ds } = m.vcpu.getSpecialRegisters();
    m.special({ ds: { ...ds, base: BigInt(DATA - 0xf000), limit: 0xffff, g: 0 } });
    m.set({ rdi: 0x1234fff9 });
    const code = [0x67, ...withRegisters('MASKMOVQ', 'P,N,X', 0, 0), HLT];
    expect(m.go([...SET, ...code])).toMatchObject({ vector: GP });
    m.set({ rdi: 0x1234fff8 });
    expect(m.go(code)).toBeUndefined();
    expect(m.memory.read(NEXT - 9, 9)).toEqual(Uint8Array.from([0, ...new Array(8).fill(0xff)]));
  });
});

test('a store to code takes effect at the next instruction', () => {
  const m = machine();
  // movq [where], mm0, which is 40 (inc eax) eight times; where: nop eight times
  const where = 0x5000 + 7 + 7;
  m.memory.write(DATA, new Uint8Array(8).fill(0x40));
  const load = withMemory('MOVQ', 'P,Q', 0, DATA);
  const store = withMemory('MOVQ', 'Q,P', 0, where);
  m.set({ rax: 0 });
  m.go([...load, ...store, ...new Array<number>(8).fill(0x90), HLT]);
  expect(m.get('rax')).toBe(8);
});
