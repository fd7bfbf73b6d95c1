import { describe, expect, test } from 'vitest';
import {
  ACCESS,
  CODE,
  descriptor,
  gate,
  INNER_STACK,
  protectedMachine,
  SEL,
  STACK,
  TSS,
} from './protected.test-util.ts';

const TARGET = 0x5000;
const CALL_GATE = 0x8c;
const CALL_GATE_16 = 0x84;
const USER = 0x60;

/** A far pointer as the operand of JMP (EA) and CALL (9A). */
function far(selector: number, offset = TARGET): number[] {
  return [offset & 0xff, (offset >> 8) & 0xff, (offset >> 16) & 0xff, offset >>> 24, selector & 0xff, selector >> 8];
}

describe.each([
  ['JMP', 0xea],
  ['CALL', 0x9a],
])('far %s', (_, opcode) => {
  test.each([
    ['code of the same level', 3, SEL.code[3] | 3, SEL.code[3] | 3],
    ['code of the same level by a weak RPL', 0, SEL.code[0] | 1, [13, SEL.code[0]]],
    ['code of an inner level', 3, SEL.code[0], [13, SEL.code[0]]],
    ['code of an outer level', 0, SEL.code[3] | 3, [13, SEL.code[3]]],
    ['conforming code of an inner level', 3, SEL.conforming, SEL.conforming | 3],
    ['data', 0, SEL.data[0], [13, SEL.data[0]]],
    ['null', 0, 2, [13, 0]],
    ['what is not present', 3, SEL.absentCode | 3, [11, SEL.absentCode]],
    ['an LDT', 0, SEL.ldt, [13, SEL.ldt]],
    ['a busy TSS', 0, SEL.tss, [13, SEL.tss]],
  ] as const)('to %s', (_what, cpl, selector, result) => {
    const m = protectedMachine(cpl);
    const fault = m.faultOf([opcode, ...far(selector)]);
    if (typeof result !== 'number') {
      expect(fault).toEqual(result);
      expect(m.stack(2)[1]).toBe(CODE);
      return;
    }
    expect([fault, m.get('rip'), m.selector('cs')]).toEqual([undefined, TARGET, result]);
    if (opcode === 0x9a) expect(m.stack(2)).toEqual([CODE + 7, SEL.code[3] | 3]);
  });

  test('beyond the limit is #GP(0)', () => {
    const m = protectedMachine(0);
    expect(m.faultOf([opcode, ...far(SEL.code16, 0x10000)])).toEqual([13, 0]);
  });

  test('to code of 16 bits decodes it as such, and back', () => {
    const m = protectedMachine(0);
    m.memory.write(TARGET, Uint8Array.from([0xb8, 0x34, 0x12, 0x66, 0xea, ...far(SEL.code[0], 0x5100)]));
    m.memory.write(0x5100, Uint8Array.from([0xb9, 0x78, 0x56, 0x34, 0x12]));
    m.load([opcode, ...far(SEL.code16)]);
    m.set({ rax: -1 });
    m.run(4);
    expect([m.get('rax'), m.get('rcx'), m.get('rip')]).toEqual([0xffff1234, 0x12345678, 0x5105]);
  });

  test('through a call gate heeds both levels', () => {
    for (const [cpl, selector, access, result] of [
      [3, SEL.free | 3, CALL_GATE, [13, SEL.free]],
      [3, SEL.free | 3, CALL_GATE | USER, undefined],
      [0, SEL.free | 3, CALL_GATE, [13, SEL.free]],
      [3, SEL.free | 3, (CALL_GATE & ~0x80) | USER, [11, SEL.free]],
    ] as const) {
      const m = protectedMachine(cpl);
      m.describe(SEL.free, gate(SEL.conforming, TARGET, access));
      expect(m.faultOf([opcode, ...far(selector, 0x999999)])).toEqual(result);
      if (result === undefined) expect([m.get('rip'), m.selector('cs')]).toEqual([TARGET, SEL.conforming | 3]);
    }
  });

  test('through a call gate with a bad target names the target', () => {
    for (const [target, fault] of [
      [0, [13, 0]],
      [SEL.data[0], [13, SEL.data[0]]],
      [SEL.absentCode | 3, [11, SEL.absentCode]],
      [0x200, [13, 0x200]],
    ] as const) {
      const m = protectedMachine(3);
      m.describe(SEL.free, gate(target, TARGET, CALL_GATE | USER));
      expect(m.faultOf([opcode, ...far(SEL.free | 3)])).toEqual(fault);
    }
  });
});

describe('a call gate to an inner level', () => {
  test('switches the stack and copies parameters; RETF goes back', () => {
    const m = protectedMachine(3);
    m.describe(SEL.free, gate(SEL.code[1], TARGET, CALL_GATE | USER, 3));
    m.push(11, 22, 33, 44);
    expect(m.faultOf([0x9a, ...far(SEL.free | 3)])).toBeUndefined();
    expect([m.selector('cs'), m.selector('ss')]).toEqual([SEL.code[1] | 1, SEL.data[1] | 1]);
    expect(m.get('rsp')).toBe(INNER_STACK + 0x400 - 28);
    expect(m.stack(7)).toEqual([CODE + 7, SEL.code[3] | 3, 11, 22, 33, STACK - 16, SEL.data[3] | 3]);
    m.set({ rax: SEL.data[1] | 1 });
    m.faultOf([0x8e, 0xd8]);
    expect(m.faultOf([0xca, 12, 0])).toBeUndefined();
    expect([m.selector('cs'), m.selector('ss')]).toEqual([SEL.code[3] | 3, SEL.data[3] | 3]);
    expect([m.get('rip'), m.get('rsp')]).toEqual([CODE + 7, STACK - 4]);
    // DS was of level 1, ES of level 3.
    expect([m.selector('ds'), m.selector('es')]).toEqual([0, SEL.data[3] | 3]);
  });

  test('of 16 bits copies words', () => {
    const m = protectedMachine(3);
    m.describe(SEL.free, gate(SEL.code[0], 0x99990000 | TARGET, CALL_GATE_16 | USER, 2));
    m.push(0x00220011);
    expect(m.faultOf([0x9a, ...far(SEL.free | 3)])).toBeUndefined();
    expect([m.get('rip'), m.get('rsp')]).toEqual([TARGET, INNER_STACK - 12]);
    expect(m.stack(3)).toEqual([
      ((SEL.code[3] | 3) << 16) | (CODE + 7),
      0x00220011,
      ((SEL.data[3] | 3) << 16) | (STACK - 4),
    ]);
  });

  test('by JMP is none', () => {
    const m = protectedMachine(3);
    m.describe(SEL.free, gate(SEL.code[0], TARGET, CALL_GATE | USER));
    expect(m.faultOf([0xea, ...far(SEL.free | 3)])).toEqual([13, SEL.code[0]]);
  });

  test.each([
    ['null', 0, [10, 0]],
    ['of another level', SEL.data[2] | 2, [10, SEL.data[2]]],
    ['with a wrong RPL', SEL.data[1] | 2, [10, SEL.data[1]]],
    ['code', SEL.code[1] | 1, [10, SEL.code[1]]],
    ['beyond the GDT', 0x201, [10, 0x200]],
    ['not present', SEL.free + 9, [12, SEL.free + 8]],
    ['with no room', SEL.free + 17, [12, SEL.free + 16]],
  ] as const)('with a stack that is %s', (_, selector, fault) => {
    const m = protectedMachine(3);
    m.describe(SEL.free, gate(SEL.code[1], TARGET, CALL_GATE | USER));
    m.describe(SEL.free + 8, descriptor(0, 0xfffff, (ACCESS.data & ~0x80) | 0x20, 0xc));
    m.describe(SEL.free + 16, descriptor(0, 0x10, ACCESS.data | 0x20, 0x4));
    m.memory.writeU32(TSS + 16, selector);
    expect(m.faultOf([0x9a, ...far(SEL.free | 3)])).toEqual(fault);
    expect(m.stack(2)[1]).toBe(CODE);
  });
});

describe('RETF', () => {
  test.each([
    ['null', 3, [13, 0]],
    ['an inner level', SEL.code[0], [13, SEL.code[0]]],
    ['data', SEL.data[3] | 3, [13, SEL.data[3]]],
    ['what is not present', SEL.absentCode | 3, [11, SEL.absentCode]],
    ['conforming code', SEL.conforming | 3, undefined],
  ] as const)('to %s', (_, selector, fault) => {
    const m = protectedMachine(3);
    m.push(TARGET, selector);
    expect(m.faultOf([0xcb])).toEqual(fault);
    if (fault === undefined) expect([m.get('rip'), m.selector('cs')]).toEqual([TARGET, selector]);
    else expect(m.stack(5)[4]).toBe(STACK - 8);
  });

  test('to conforming code of an outer level than that of the selector', () => {
    const m = protectedMachine(0);
    m.describe(SEL.free, descriptor(0, 0xfffff, 0xfe, 0xc));
    m.push(TARGET, SEL.free | 1, 0x7000, SEL.data[1] | 1);
    expect(m.faultOf([0xcb])).toEqual([13, SEL.free]);
  });

  test.each([
    ['null', 3, [13, 0]],
    ['of the old level', SEL.data[0], [13, SEL.data[0]]],
    ['read-only', SEL.readOnly | 3, [13, SEL.readOnly]],
    ['not present', SEL.absentData | 3, [12, SEL.absentData]],
  ] as const)('to an outer level with a stack that is %s', (_, selector, fault) => {
    const m = protectedMachine(0);
    m.push(TARGET, SEL.code[3] | 3, 0x7000, selector);
    expect(m.faultOf([0xcb])).toEqual(fault);
    expect(m.get('rsp')).toBe(STACK - 16 - 16);
  });
});
