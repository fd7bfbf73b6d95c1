import { describe, expect, test } from 'vitest';
import { CPU_MODELS, type CpuModel, type InterpOptions } from './index.ts';
import { CODE, HANDLERS, machine, type TestMachine } from './machine.test-util.ts';
import { DATA as PAGED_DATA, paged } from './paging.test-util.ts';
import { protectedMachine } from './protected.test-util.ts';

const DATA = 0x2000;
const UD = 6;
const GP = 13;
const FLAGS = 0x8d5;
const [CF, PF, ZF, SF, OF] = [1, 4, 0x40, 0x80, 0x800];

/** The vector that an instruction in real mode ends with; undefined if it ends well, `length` bytes further on. */
function vectorOf(m: TestMachine, code: readonly number[], length = code.length): number | undefined {
  m.load(code);
  m.run(1);
  if (m.get('rip') === CODE + length) return undefined;
  expect([...m.memory.read(m.get('rip'), 1)]).toEqual([0xf4]);
  return m.get('rip') - HANDLERS;
}

/** The models that have an instruction. */
function modelsWith(code: readonly number[]): CpuModel[] {
  return CPU_MODELS.slice(2).filter((model) => vectorOf(machine({ model }), code) !== UD);
}

const since = (model: CpuModel): readonly CpuModel[] => CPU_MODELS.slice(CPU_MODELS.indexOf(model));

describe('CMOVcc', () => {
  test('exists from the Pentium Pro on', () => {
    expect(modelsWith([0x0f, 0x40, 0xc1])).toEqual(since('pentiumpro'));
  });

  test.each([
    [0, OF],
    [2, CF],
    [4, ZF],
    [6, CF | ZF],
    [8, SF],
    [10, PF],
  ])('condition %d moves if one of the flags %d is set, and its opposite if none is', (condition, mask) => {
    const m = machine();
    for (let bits = 0; bits < 64; bits++) {
      const flags = [CF, PF, 0x10, ZF, SF, OF].reduce((sum, flag, n) => sum | (bits & (1 << n) ? flag : 0), 2);
      m.set({ rax: 0x11112222, rbx: 0x33334444, rcx: 0x55556666, rflags: flags });
      // cmovcc ax, cx; cmovncc ebx, ecx
      m.load([0x0f, 0x40 | condition, 0xc1, 0x66, 0x0f, 0x41 | condition, 0xd9]);
      m.run(2);
      const holds = (flags & mask) !== 0;
      expect([m.get('rax'), m.get('rbx')]).toEqual([holds ? 0x11116666 : 0x11112222, holds ? 0x33334444 : 0x55556666]);
      expect(m.get('rflags')).toBe(flags);
    }
  });

  test('compares signed numbers too', () => {
    const m = machine();
    for (const [flags, less] of [
      [SF, true],
      [OF, true],
      [SF | OF, false],
      [0, false],
    ] as const) {
      m.set({ rax: 1, rcx: 2, rbx: 1, rflags: flags });
      m.load([0x0f, 0x4c, 0xc1, 0x0f, 0x4e, 0xd9]);
      m.run(2);
      expect([m.get('rax'), m.get('rbx')]).toEqual(less ? [2, 2] : [1, 1]);
    }
  });

  test('reads memory, and faults, whether it moves or not', () => {
    const m = machine();
    m.memory.writeU16(DATA, 0x1234);
    m.set({ rax: 0, rflags: ZF });
    expect(vectorOf(m, [0x0f, 0x44, 0x06, 0, 0x20])).toBeUndefined();
    expect(m.get('rax')).toBe(0x1234);
    for (const opcode of [0x44, 0x45]) expect(vectorOf(m, [0x0f, opcode, 0x06, 0xff, 0xff])).toBe(GP);
    for (const opcode of [0x44, 0x45]) {
      const { vcpu, go } = paged({ model: 'pentiumpro' });
      vcpu.setRegisters({ rflags: 0x42n });
      expect(go([0x0f, opcode, 0x05, 0, 0, 0, 0x80])).toMatchObject({ vector: 14, code: 0 });
    }
  });
});

describe('POPCNT and MOVBE', () => {
  const model: InterpOptions['cpuModel'] = { base: 'pentium3', add: ['popcnt', 'movbe'] };

  test('are features that no model has', () => {
    expect(modelsWith([0xf3, 0x0f, 0xb8, 0xc1])).toEqual([]);
    expect(modelsWith([0x0f, 0x38, 0xf0, 0x06, 0, 0x20])).toEqual([]);
    const m = machine({ model });
    expect([vectorOf(m, [0x0f, 0xb8, 0xc1]), vectorOf(m, [0xf2, 0x0f, 0xb8, 0xc1])]).toEqual([UD, UD]);
    expect(vectorOf(m, [0x0f, 0x38, 0xf0, 0xc1])).toBe(UD);
  });

  test('POPCNT counts bits, and sets the flags', () => {
    const m = machine({ model });
    for (const [value, count] of [
      [0, 0],
      [0xffffffff, 32],
      [0x80000001, 2],
      [0x12345678, 13],
      [0x00010000, 1],
    ]) {
      m.set({ rax: 0x77777777, rbx: 0x77777777, rcx: value, rflags: FLAGS });
      m.load([0x66, 0xf3, 0x0f, 0xb8, 0xc1, 0xf3, 0x0f, 0xb8, 0xd9]);
      m.run(1);
      expect([m.get('rax'), m.get('rflags')]).toEqual([count, value === 0 ? ZF | 2 : 2]);
      m.run(1);
      const low = (value & 0xffff).toString(2).replaceAll('0', '').length;
      expect([m.get('rbx'), m.get('rflags')]).toEqual([0x77770000 | low, (value & 0xffff) === 0 ? ZF | 2 : 2]);
    }
    m.memory.writeU16(DATA, 0x0f0f);
    m.load([0xf3, 0x0f, 0xb8, 0x06, 0, 0x20]);
    m.run(1);
    expect(m.get('rax') & 0xffff).toBe(8);
  });

  test('MOVBE swaps on the way', () => {
    const m = machine({ model });
    m.memory.writeU32(DATA, 0x11223344);
    m.set({ rax: 0xaaaaaaaa, rbx: 0xbbbbbbbb, rcx: 0x55667788, rflags: FLAGS });
    // movbe ax, [DATA]; movbe ebx, [DATA]; movbe [DATA + 4], cx; movbe [DATA + 8], ecx
    const code = [0x0f, 0x38, 0xf0, 0x06, 0, 0x20, 0x66, 0x0f, 0x38, 0xf0, 0x1e, 0, 0x20];
    m.load([...code, 0x0f, 0x38, 0xf1, 0x0e, 4, 0x20, 0x66, 0x0f, 0x38, 0xf1, 0x0e, 8, 0x20]);
    m.run(4);
    expect([m.get('rax'), m.get('rbx'), m.get('rflags')]).toEqual([0xaaaa4433, 0x44332211, FLAGS | 2]);
    expect([m.memory.readU32(DATA + 4), m.memory.readU32(DATA + 8)]).toEqual([0x8877, 0x88776655]);
  });
});

describe('hints', () => {
  test('exist since their models', () => {
    for (let opcode = 0x18; opcode < 0x20; opcode++) {
      for (const modrm of [0xc0, 0xfa]) expect(modelsWith([0x0f, opcode, modrm])).toEqual(since('pentiumpro'));
    }
    for (const modrm of [0xc0, 0xca, 0xff]) expect(modelsWith([0x0f, 0x0d, modrm])).toEqual(['pentium4']);
    for (const modrm of [0x07, 0x0f, 0x17, 0x1f, 0x3f])
      expect(modelsWith([0x0f, 0x18, modrm])).toEqual(since('pentiumpro'));
    expect(modelsWith([0x0f, 0xae, 0xf8])).toEqual(since('pentium3'));
    for (const modrm of [0xe8, 0xef, 0xf0, 0xf7]) expect(modelsWith([0x0f, 0xae, modrm])).toEqual(['pentium4']);
    expect(modelsWith([0x0f, 0xae, 0x3f])).toEqual(['pentium4']);
    // PAUSE is a NOP before.
    expect(modelsWith([0xf3, 0x90])).toEqual(CPU_MODELS.slice(2));
  });

  test('do nothing, and touch no memory', () => {
    const m = machine({ regions: [{ base: 0, size: 0x10000 }] });
    const before = (): unknown => [m.vcpu.getRegisters(), m.sink.trace.length];
    m.set({ rax: 1, rbx: 0xffff, rflags: FLAGS });
    const { ds } = m.vcpu.getSpecialRegisters();
    m.vcpu.setSpecialRegisters({ ds: { ...ds, base: 0x100000n, limit: 0xff } });
    for (const code of [
      [0x0f, 0x18, 0x07],
      [0x0f, 0x18, 0x0f],
      [0x0f, 0x0d, 0x0f],
      [0x0f, 0x1f, 0x07],
      [0xf3, 0x90],
      [0x0f, 0xae, 0xe8],
      [0x0f, 0xae, 0xf0],
      [0x0f, 0xae, 0xf8],
    ]) {
      m.load(code);
      const [registers, traced] = before() as [Record<string, bigint>, number];
      m.run(1);
      expect(before()).toEqual([{ ...registers, rip: BigInt(CODE + code.length) }, traced]);
      expect(vectorOf(m, [0xf0, ...code])).toBe(UD);
    }
  });

  test('CLFLUSH faults as a read of a byte does, of any segment', () => {
    const clflush = [0x0f, 0xae, 0x38];
    const m = protectedMachine(0);
    m.set({ rax: DATA });
    expect(m.faultOf(clflush)).toBeUndefined();
    const { ds } = m.vcpu.getSpecialRegisters();
    const withDs = (changes: Partial<typeof ds>): readonly number[] | undefined => {
      m.vcpu.setSpecialRegisters({ ds: { ...ds, ...changes } });
      return m.faultOf(clflush);
    };
    expect(withDs({ limit: DATA })).toBeUndefined();
    expect(withDs({ limit: DATA - 1 })).toEqual([GP, 0]);
    expect(withDs({ unusable: 1, selector: 0 })).toEqual([GP, 0]);
    // Code that can be executed only; data that grows down.
    expect(withDs({ type: 9 })).toBeUndefined();
    expect(withDs({ type: 7, limit: DATA })).toEqual([GP, 0]);
    const user = paged({ model: 'pentium4', user: true });
    user.map(PAGED_DATA, 1);
    user.set({ rax: PAGED_DATA });
    expect(user.go(clflush)).toMatchObject({ vector: 14, code: 5, cr2: PAGED_DATA });
    const kernel = paged({ model: 'pentium4' });
    kernel.map(PAGED_DATA, 1);
    kernel.set({ rax: PAGED_DATA });
    expect(kernel.go([...clflush, 0xf4])).toBeUndefined();
    expect(kernel.memory.readU32(kernel.entryAt(PAGED_DATA))).toBe(0x21);
  });
});

describe('opcodes that raise #UD', () => {
  test.each([
    [[0x0f, 0x0b]],
    [[0x0f, 0xb9, 0xc1]],
    [[0x0f, 0xb9, 0x06, 0, 0x20]],
    [[0x0f, 0xff, 0xc1]],
    [[0x0f, 0xaa]],
    [[0xf0, 0x0f, 0x0b]],
    [[0x0f, 0x04]],
    [[0x0f, 0x05]],
    [[0x0f, 0x07]],
    [[0x0f, 0x0e]],
    [[0x0f, 0x0f, 0xc1, 0x9e]],
    [[0x0f, 0x24, 0xc0]],
    [[0x0f, 0x36, 0xc0]],
    [[0x0f, 0x38, 0x00, 0xc1]],
    [[0x0f, 0x3a, 0x0f, 0xc1, 1]],
    [[0x0f, 0x78, 0xc1]],
    [[0x0f, 0xa6, 0xc1]],
    [[0x0f, 0xa7, 0xc1]],
    [[0x0f, 0xae, 0x20]],
    [[0x0f, 0xb8, 0xc1]],
    [[0x0f, 0xba, 0xc1, 1]],
    [[0x0f, 0xc7, 0x30]],
    [[0x0f, 0xc7, 0xf0]],
    [[0x0f, 0x01, 0xd0]],
    [[0xfe, 0xd0]],
    [[0xff, 0xf8]],
    [[0x8f, 0xc8]],
    [[0xc6, 0xc8, 1]],
  ])('%j', (code) => {
    expect(vectorOf(machine(), code)).toBe(UD);
    expect(vectorOf(machine(), [0xf0, ...code])).toBe(UD);
  });

  test('LOCK with what takes none', () => {
    for (const code of [
      [0x90],
      [0x8b, 0x06, 0, 0x20],
      [0x01, 0xc8],
      [0x39, 0x06, 0, 0x20],
      [0x0f, 0x44, 0x06, 0, 0x20],
    ]) {
      expect(vectorOf(machine(), [0xf0, ...code])).toBe(UD);
    }
    expect(vectorOf(machine(), [0xf0, 0x01, 0x06, 0, 0x20])).toBeUndefined();
  });

  test('INVD and WBINVD are for level 0', () => {
    for (const opcode of [0x08, 0x09]) {
      expect(protectedMachine(0).faultOf([0x0f, opcode])).toBeUndefined();
      expect(protectedMachine(3).faultOf([0x0f, opcode])).toEqual([GP, 0]);
    }
  });
});
