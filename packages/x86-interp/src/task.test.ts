import { describe, expect, test } from 'vitest';
import {
  ACCESS,
  CODE,
  descriptor,
  gate,
  LDT,
  type ProtectedMachine,
  protectedMachine,
  SEL,
  STACK,
  TSS,
  TSS_2,
  TSS_16,
} from './protected.test-util.ts';

const TARGET = 0x5000;
const NEW_STACK = 0x7000;
const [NT, VM] = [0x4000, 0x20000];
const TASK_GATE = 0x85;
const BUSY = 2;

function far(opcode: number, selector: number): number[] {
  return [opcode, 0, 0, 0, 0, selector & 0xff, selector >> 8];
}

/** Writes a 32-bit TSS: a task at a privilege level, with the registers 1 to 8. */
function makeTask(m: ProtectedMachine, level = 0, changes: Record<number, number> = {}): void {
  const data = SEL.data[level] | level;
  const words: Record<number, number> = { 28: 0, 32: TARGET, 36: 2, 56: NEW_STACK };
  for (let n = 0; n < 8; n++) words[0x28 + 4 * n] ??= n + 1;
  for (let n = 0; n < 6; n++) words[0x48 + 4 * n] = data;
  words[0x4c] = SEL.code[level] | level;
  words[0x60] = SEL.ldt;
  words[0x64] = 0x680000;
  for (const [at, word] of Object.entries({ ...words, ...changes })) m.memory.writeU32(TSS_2 + Number(at), word);
}

describe('a task switch', () => {
  test('by JMP saves one task and begins the other', () => {
    const m = protectedMachine(0);
    makeTask(m, 3);
    m.set({ rax: 0x11111111, rdi: 0x77777777, rflags: 0x8d7 });
    expect(m.faultOf(far(0xea, SEL.tss2))).toBeUndefined();
    expect([m.get('rip'), m.get('rax'), m.get('rsp'), m.get('rdi'), m.get('rflags')]).toEqual([
      TARGET,
      1,
      NEW_STACK,
      8,
      2,
    ]);
    expect([m.selector('cs'), m.selector('ss'), m.selector('gs')]).toEqual([
      SEL.code[3] | 3,
      SEL.data[3] | 3,
      SEL.data[3] | 3,
    ]);
    expect([m.selector('tr'), m.selector('ldt')]).toEqual([SEL.tss2, SEL.ldt]);
    expect([m.accessOf(SEL.tss), m.accessOf(SEL.tss2)]).toEqual([ACCESS.tss32, ACCESS.tss32Busy]);
    const saved = (at: number): number => m.memory.readU32(TSS + at);
    expect([saved(0x20), saved(0x24), saved(0x28), saved(0x44)]).toEqual([CODE + 7, 0x8d7, 0x11111111, 0x77777777]);
    expect([saved(0x38), saved(0x4c), saved(0x50)]).toEqual([STACK, SEL.code[0], SEL.data[0]]);
    expect(m.vcpu.getSpecialRegisters().cr0 & 8n).toBe(8n);
  });

  test('ends the local breakpoints, not the global ones', () => {
    const [DE, OUT, STORE] = [8n, [0xe6, 0x80], [0xa2, 0x80, 0, 0, 0]];
    for (const [code, kind] of [
      [OUT, 2],
      [STORE, 1],
    ] as const) {
      for (const enabled of [1, 2]) {
        const m = protectedMachine(0, 'pentium');
        makeTask(m);
        m.vcpu.setSpecialRegisters({ cr4: DE });
        const state = m.vcpu.snapshot();
        const dr7 = BigInt(0x400 | enabled | (kind << 16));
        m.vcpu.restore({ ...state, debug: { ...state.debug, dr0: 0x80n, dr7 } });
        expect(m.faultOf(far(0xea, SEL.tss2))).toBeUndefined();
        expect(m.vcpu.snapshot().debug.dr7).toBe(enabled === 1 ? dr7 & ~1n : dr7);
        expect(m.faultOf([...code])?.[0]).toBe(enabled === 1 ? undefined : 1);
      }
    }
  });

  test('by CALL nests, and IRET with NT goes back', () => {
    const m = protectedMachine(0);
    makeTask(m);
    expect(m.faultOf(far(0x9a, SEL.tss2))).toBeUndefined();
    expect([m.get('rflags'), m.memory.readU16(TSS_2)]).toEqual([NT | 2, SEL.tss]);
    expect([m.accessOf(SEL.tss), m.accessOf(SEL.tss2)]).toEqual([ACCESS.tss32Busy, ACCESS.tss32Busy]);
    m.load([0xcf]);
    m.run(1);
    expect([m.get('rip'), m.get('rsp'), m.selector('tr'), m.get('rflags')]).toEqual([CODE + 7, STACK, SEL.tss, 2]);
    expect([m.accessOf(SEL.tss), m.accessOf(SEL.tss2)]).toEqual([ACCESS.tss32Busy, ACCESS.tss32]);
    // NT is not saved.
    expect(m.memory.readU32(TSS_2 + 0x24)).toBe(2);
  });

  test('by a task gate', () => {
    const m = protectedMachine(3);
    makeTask(m);
    m.describe(SEL.free, gate(SEL.tss2, 0, TASK_GATE | 0x60));
    expect(m.faultOf(far(0x9a, SEL.free))).toBeUndefined();
    expect([m.get('rip'), m.selector('cs')]).toEqual([TARGET, SEL.code[0]]);
  });

  test('by an exception pushes its error code there', () => {
    const m = protectedMachine(3);
    makeTask(m);
    m.vector(13, gate(SEL.tss2, 0, TASK_GATE));
    m.set({ rax: SEL.tss });
    m.load([0x8e, 0xd8]);
    m.run(1);
    expect([m.get('rip'), m.get('rsp'), m.stack(1)]).toEqual([TARGET, NEW_STACK - 4, [SEL.tss]]);
    expect([m.memory.readU32(TSS + 0x20), m.memory.readU32(TSS + 0x24)]).toEqual([CODE, 0x10002]);
  });

  test('to a 16-bit TSS has ones in the upper halves, and null FS and GS', () => {
    const m = protectedMachine(0);
    const words = [
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      TARGET,
      2,
      1,
      2,
      3,
      4,
      NEW_STACK,
      6,
      7,
      8,
      SEL.data[0],
      SEL.code[0],
      SEL.data[0],
      SEL.data[0],
      0,
    ];
    for (const [n, word] of words.entries()) m.memory.writeU16(TSS_16 + 2 * n, word);
    expect(m.faultOf(far(0x9a, SEL.tss16))).toBeUndefined();
    expect([m.get('rip'), m.get('rax'), m.get('rsp'), m.selector('fs')]).toEqual([
      TARGET,
      0xffff0001,
      0xffff0000 + NEW_STACK,
      0,
    ]);
    expect(m.selector('ldt')).toBe(0);
    m.load([0xcf]);
    m.run(1);
    expect([m.get('rip'), m.get('rsp'), m.memory.readU16(TSS_16 + 14)]).toEqual([CODE + 7, STACK, CODE + 1]);
  });

  test('to virtual-8086 mode', () => {
    const m = protectedMachine(0);
    makeTask(m, 0, { 36: VM | 2, 76: 0x500, 80: 0x700, 32: 0x10 });
    expect(m.faultOf(far(0xea, SEL.tss2))).toBeUndefined();
    const { cs, ss } = m.vcpu.getSpecialRegisters();
    expect([cs.base, cs.dpl, cs.limit, ss.base]).toEqual([0x5000n, 3, 0xffff, 0x7000n]);
  });

  test('with T set traps before the first instruction', () => {
    const m = protectedMachine(0);
    makeTask(m, 0, { 100: 0x680001 });
    expect(m.faultOf(far(0xea, SEL.tss2))).toEqual([1, -1]);
    expect([m.stack(1), m.vcpu.snapshot().debug.dr6 & 0xe000n]).toEqual([[TARGET], 0x8000n]);
  });

  test.each([
    ['its limit is too small', SEL.free, [10, SEL.free]],
    ['it is busy', SEL.tss, [13, SEL.tss]],
    ['it is not present', SEL.free + 8, [11, SEL.free + 8]],
  ] as const)('is a fault of the old task if %s', (_, selector, fault) => {
    const m = protectedMachine(0);
    m.describe(SEL.free, descriptor(TSS_2, 0x66, ACCESS.tss32));
    m.describe(SEL.free + 8, descriptor(TSS_2, 0x67, 0x09));
    expect(m.faultOf(far(0xea, selector))).toEqual(fault);
    expect([m.stack(2)[1], m.selector('tr')]).toEqual([CODE, SEL.tss]);
  });

  test.each([
    ['CS is null', { 76: 0 }, [10, 0]],
    ['CS is data', { 76: SEL.data[0] }, [10, SEL.data[0]]],
    ['CS is not present', { 76: SEL.absentCode | 3, 80: SEL.data[3] | 3 }, [11, SEL.absentCode]],
    ['SS is of another level', { 80: SEL.data[1] }, [10, SEL.data[1]]],
    ['DS is a TSS', { 84: SEL.tss }, [10, SEL.tss]],
    ['ES is not present', { 72: SEL.absentData }, [11, SEL.absentData]],
    ['the LDT is none', { 96: SEL.data[0] }, [10, SEL.data[0]]],
    ['the LDT is in the LDT', { 96: 0x0c }, [10, 0x0c]],
    ['EIP is beyond the limit', { 32: 0x10000, 76: SEL.code16 }, [13, 0]],
  ] as const)('is a fault of the new task if %s', (_, changes, fault) => {
    const m = protectedMachine(0);
    makeTask(m, 0, changes);
    m.describe(SEL.tss, descriptor(TSS, 0x1ff, ACCESS.tss32Busy));
    // The faults go to a task of their own, because the new one may have no stack.
    const [vector, code] = fault;
    const handler = 0x3800;
    m.memory.write(handler, m.memory.read(TSS_2, 0x68));
    const words = { 32: 0x5800, 72: SEL.data[0], 76: SEL.code[0], 80: SEL.data[0], 84: SEL.data[0], 96: 0 };
    for (const [at, word] of Object.entries(words)) m.memory.writeU32(handler + Number(at), word);
    m.describe(SEL.free, descriptor(handler, 0x67, ACCESS.tss32));
    m.vector(vector, gate(SEL.free, 0, TASK_GATE));
    m.load(far(0xea, SEL.tss2));
    m.run(1);
    expect([m.get('rip'), m.selector('tr'), m.stack(1)]).toEqual([0x5800, SEL.free, [code]]);
    expect([m.memory.readU16(handler), m.memory.readU32(TSS_2 + 0x20)]).toEqual([
      SEL.tss2,
      changes[0x20 as never] ?? TARGET,
    ]);
  });

  test('back by IRET needs a busy TSS', () => {
    const m = protectedMachine(0);
    m.memory.writeU16(TSS, SEL.tss2);
    m.set({ rflags: NT | 2 });
    expect(m.faultOf([0xcf])).toEqual([10, SEL.tss2]);
  });
});

describe('LLDT, LTR, SLDT, STR', () => {
  test('load and store the selectors', () => {
    const m = protectedMachine(0);
    m.set({ rax: SEL.tss2, rcx: 0, rbx: -1 });
    expect(m.faultOf([0x0f, 0x00, 0xd8])).toBeUndefined();
    expect(m.accessOf(SEL.tss2)).toBe(ACCESS.tss32 | BUSY);
    expect(m.faultOf([0x0f, 0x00, 0xcb])).toBeUndefined();
    expect(m.get('rbx')).toBe(SEL.tss2);
    expect(m.faultOf([0x0f, 0x00, 0xd1])).toBeUndefined();
    expect(m.faultOf([0x66, 0x0f, 0x00, 0xc3])).toBeUndefined();
    expect([m.get('rbx'), m.selector('ldt')]).toEqual([0, 0]);
    m.set({ rax: 0x0c });
    expect(m.faultOf([0x8e, 0xd8])).toEqual([13, 0x0c]);
  });

  test.each([
    ['LTR of a busy TSS', 0xd8, SEL.tss, [13, SEL.tss]],
    ['LTR of null', 0xd8, 0, [13, 0]],
    ['LTR of the LDT', 0xd8, 0x0c, [13, 0x0c]],
    ['LTR of what is not present', 0xd8, SEL.free, [11, SEL.free]],
    ['LLDT of a TSS', 0xd0, SEL.tss2, [13, SEL.tss2]],
    ['LLDT of what is not present', 0xd0, SEL.free + 8, [11, SEL.free + 8]],
  ] as const)('%s', (_, modrm, selector, fault) => {
    const m = protectedMachine(0);
    m.describe(SEL.free, descriptor(TSS_2, 0x67, 0x09));
    m.describe(SEL.free + 8, descriptor(LDT, 0xff, 0x02));
    m.set({ rax: selector });
    expect(m.faultOf([0x0f, 0x00, modrm])).toEqual(fault);
  });
});
