import { describe, expect, test } from 'vitest';
import { ACCESS, descriptor, GDT, LDT, protectedMachine, SEL, STACK } from './protected.test-util.ts';

const NULL_CODE = 0;
/** MOV segment, AX. */
const MOV = { es: [0x8e, 0xc0], ss: [0x8e, 0xd0], ds: [0x8e, 0xd8], fs: [0x8e, 0xe0], gs: [0x8e, 0xe8] } as const;

describe('a data segment register', () => {
  test.each([
    ['data of the same level', 3, SEL.data[3] | 3, undefined],
    ['data of an inner level', 3, SEL.data[2] | 2, [13, SEL.data[2]]],
    ['data by a weak RPL', 0, SEL.data[2] | 3, [13, SEL.data[2]]],
    ['data of an outer level', 0, SEL.data[3], undefined],
    ['read-only data', 3, SEL.readOnly | 3, undefined],
    ['code that cannot be read', 3, SEL.executeOnly | 3, [13, SEL.executeOnly]],
    ['readable code of the same level', 3, SEL.code[3] | 3, undefined],
    ['readable code of an inner level', 3, SEL.code[0], [13, SEL.code[0]]],
    ['conforming code of an inner level', 3, SEL.conforming | 3, undefined],
    ['a TSS', 0, SEL.tss, [13, SEL.tss]],
    ['what is not present', 3, SEL.absentData | 3, [11, SEL.absentData]],
    ['what is beyond the GDT', 0, 0x100, [13, 0x100]],
    ['what is beyond the LDT', 0, 0x104, [13, 0x104]],
    ['null', 3, 3, undefined],
  ] as const)('with %s', (_, cpl, selector, fault) => {
    for (const name of ['es', 'ds', 'fs', 'gs'] as const) {
      const m = protectedMachine(cpl);
      const before = m.selector(name);
      m.set({ rax: selector });
      expect(m.faultOf(MOV[name])).toEqual(fault);
      expect(m.selector(name)).toBe(fault === undefined ? selector : before);
    }
  });

  test('marks the descriptor as accessed, also in the LDT', () => {
    const m = protectedMachine(0);
    m.memory.write(LDT + 8, m.memory.read(GDT + SEL.data[0], 8));
    m.set({ rax: 0x0c });
    expect(m.accessOf(SEL.data[0])).toBe(ACCESS.data);
    expect(m.faultOf(MOV.es)).toBeUndefined();
    expect([m.memory.readU8(LDT + 13), m.accessOf(SEL.data[0])]).toEqual([ACCESS.data | 1, ACCESS.data]);
  });

  test('that is null faults when it is used', () => {
    const m = protectedMachine(0);
    m.set({ rax: 0 });
    expect(m.faultOf(MOV.ds)).toBeUndefined();
    expect(m.faultOf([0xa0, 0, 0x10, 0, 0])).toEqual([13, NULL_CODE]);
    expect(m.faultOf([0xa2, 0, 0x10, 0, 0])).toEqual([13, NULL_CODE]);
  });

  test.each([
    ['read-only data', SEL.readOnly | 3, 0x1000, [undefined, [13, 0]]],
    ['readable code', SEL.code[3] | 3, 0x1000, [undefined, [13, 0]]],
    [
      'data that expands down, below',
      SEL.expandDown | 3,
      0x8fff,
      [
        [13, 0],
        [13, 0],
      ],
    ],
    ['data that expands down, above', SEL.expandDown | 3, 0x9000, [undefined, undefined]],
    [
      'data that expands down, at its end',
      SEL.expandDown | 3,
      0x10000,
      [
        [13, 0],
        [13, 0],
      ],
    ],
  ] as const)('of %s lets through what its type allows', (_, selector, offset, [read, write]) => {
    const at = [offset & 0xff, (offset >> 8) & 0xff, (offset >> 16) & 0xff, 0];
    for (const [opcode, fault] of [
      [0xa0, read],
      [0xa2, write],
    ] as const) {
      const m = protectedMachine(3);
      m.set({ rax: selector });
      m.faultOf(MOV.ds);
      expect(m.faultOf([opcode, ...at])).toEqual(fault);
    }
  });

  test('has a limit in bytes, or in pages', () => {
    const m = protectedMachine(0);
    m.describe(SEL.free, descriptor(0x1000, 0xff, ACCESS.data, 0x4));
    m.describe(SEL.free + 8, descriptor(0x1000, 1, ACCESS.data, 0xc));
    for (const [selector, last] of [
      [SEL.free, 0xfc],
      [SEL.free + 8, 0x1ffc],
    ] as const) {
      m.set({ rax: selector });
      expect(m.faultOf(MOV.ds)).toBeUndefined();
      expect(m.faultOf([0xa1, last & 0xff, last >> 8, 0, 0])).toBeUndefined();
      const esp = m.get('rsp');
      expect(m.faultOf([0xa1, (last + 1) & 0xff, last >> 8, 0, 0])).toEqual([13, 0]);
      m.set({ rsp: esp });
    }
  });
});

describe('the stack segment register', () => {
  test.each([
    ['data of the same level', SEL.data[3] | 3, undefined],
    ['data of an inner level', SEL.data[2] | 3, [13, SEL.data[2]]],
    ['a weak RPL', SEL.data[3] | 2, [13, SEL.data[3]]],
    ['read-only data', SEL.readOnly | 3, [13, SEL.readOnly]],
    ['code', SEL.code[3] | 3, [13, SEL.code[3]]],
    ['null', 3, [13, 0]],
    ['what is not present', SEL.absentData | 3, [12, SEL.absentData]],
  ] as const)('with %s', (_, selector, fault) => {
    const m = protectedMachine(3);
    m.set({ rax: selector });
    expect(m.faultOf(MOV.ss)).toEqual(fault);
    const p = protectedMachine(3);
    p.push(selector);
    expect(p.faultOf([0x17])).toEqual(fault);
    if (fault === undefined) expect(p.get('rsp')).toBe(STACK);
    else expect(p.stack(5)[4]).toBe(STACK - 4);
  });

  test('of 16 bits uses SP alone, and POP SS moves the pointer of the old one', () => {
    const m = protectedMachine(0);
    m.set({ rsp: 0x12348000, rax: SEL.data16 });
    m.faultOf(MOV.ss);
    expect(m.faultOf([0x50])).toBeUndefined();
    expect(m.get('rsp')).toBe(0x12347ffc);
    expect(m.memory.readU32(0x7ffc)).toBe(SEL.data16);
    const p = protectedMachine(0);
    p.set({ rsp: 0xfffc });
    p.memory.writeU32(0xfffc, SEL.data16);
    expect(p.faultOf([0x17])).toBeUndefined();
    expect(p.get('rsp')).toBe(0x10000);
  });

  test('beyond its limit is #SS', () => {
    const m = protectedMachine(3);
    m.describe(SEL.free, descriptor(0, 0x7fff, ACCESS.data | 0x60, 0x4));
    m.set({ rax: SEL.free | 3, rsp: 0x8001 });
    m.faultOf(MOV.ss);
    expect(m.faultOf([0x58])).toEqual([12, 0]);
  });
});

describe('LES, LDS, LSS, LFS, LGS', () => {
  test('load both, or fault before both', () => {
    const m = protectedMachine(3);
    m.memory.writeU32(0x4000, 0x12345678);
    m.memory.writeU32(0x4004, SEL.data[3] | 3);
    expect(m.faultOf([0x0f, 0xb4, 0x0d, 0, 0x40, 0, 0])).toBeUndefined();
    expect([m.get('rcx'), m.selector('fs')]).toEqual([0x12345678, SEL.data[3] | 3]);
    m.memory.writeU32(0x4004, SEL.data[0]);
    m.set({ rcx: 5 });
    expect(m.faultOf([0x0f, 0xb4, 0x0d, 0, 0x40, 0, 0])).toEqual([13, SEL.data[0]]);
    expect([m.get('rcx'), m.selector('fs')]).toEqual([5, SEL.data[3] | 3]);
  });
});
