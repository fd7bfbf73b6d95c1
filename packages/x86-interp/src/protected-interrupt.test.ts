import { describe, expect, test } from 'vitest';
import {
  CODE,
  descriptor,
  gate,
  HANDLERS,
  INNER_STACK,
  protectedMachine,
  SEL,
  STACK,
  TSS,
} from './protected.test-util.ts';

const INT_20 = [0xcd, 0x20];
const TARGET = 0x5000;
const INTERRUPT = 0x8e;
const TRAP = 0x8f;
const USER = 0x60;
const [TF, IF, NT, RF, VM] = [0x100, 0x200, 0x4000, 0x10000, 0x20000];

describe('an interrupt gate', () => {
  test('at the same level pushes EFLAGS, CS and EIP, and clears IF; a trap gate leaves it', () => {
    for (const [access, flag] of [
      [INTERRUPT, 0],
      [TRAP, IF],
    ] as const) {
      const m = protectedMachine(0);
      m.vector(0x20, gate(SEL.code[0], TARGET, access));
      m.set({ rflags: IF | NT | TF | 0x46 });
      expect(m.faultOf(INT_20)).toBeUndefined();
      expect([m.get('rip'), m.get('rsp')]).toEqual([TARGET, STACK - 12]);
      expect(m.stack(3)).toEqual([CODE + 2, SEL.code[0], IF | NT | TF | 0x46]);
      expect(m.get('rflags') & (IF | NT | TF)).toBe(flag);
    }
  });

  test('to an inner level switches the stack; IRET goes back', () => {
    const m = protectedMachine(3);
    m.vector(0x20, gate(SEL.code[0], TARGET, INTERRUPT | USER));
    m.set({ rflags: IF | 2 });
    expect(m.faultOf(INT_20)).toBeUndefined();
    expect([m.selector('cs'), m.selector('ss'), m.get('rsp')]).toEqual([SEL.code[0], SEL.data[0], INNER_STACK - 20]);
    expect(m.stack(5)).toEqual([CODE + 2, SEL.code[3] | 3, IF | 2, STACK, SEL.data[3] | 3]);
    expect(m.faultOf([0xcf])).toBeUndefined();
    expect([m.selector('cs'), m.selector('ss'), m.get('rsp')]).toEqual([SEL.code[3] | 3, SEL.data[3] | 3, STACK]);
    expect([m.get('rip'), m.get('rflags')]).toEqual([CODE + 2, IF | 2]);
  });

  test('of 16 bits pushes words, and ignores the upper half of its offset', () => {
    const m = protectedMachine(3);
    m.vector(0x20, gate(SEL.code[0], 0x99990000 | TARGET, 0x86 | USER));
    expect(m.faultOf(INT_20)).toBeUndefined();
    expect([m.get('rip'), m.get('rsp')]).toEqual([TARGET, INNER_STACK - 10]);
    expect(m.memory.readU16(m.get('rsp'))).toBe(CODE + 2);
    expect(m.faultOf([0x66, 0xcf])).toBeUndefined();
    expect([m.get('rip'), m.get('rsp'), m.selector('ss')]).toEqual([CODE + 2, STACK, SEL.data[3] | 3]);
  });

  test.each([
    ['is not for programs', gate(SEL.code[0], TARGET, INTERRUPT), [13, 0x102]],
    ['is not present', gate(SEL.code[0], TARGET, 0x0e | USER), [11, 0x102]],
    ['is neither for programs nor present', gate(SEL.code[0], TARGET, 0x0e), [13, 0x102]],
    ['is no gate', descriptor(0, 0, 0x92 | USER), [13, 0x102]],
    ['is a call gate', gate(SEL.code[0], TARGET, 0x8c | USER), [13, 0x102]],
    ['has a null selector', gate(0, TARGET, INTERRUPT | USER), [13, 0]],
    ['leads to data', gate(SEL.data[0], TARGET, INTERRUPT | USER), [13, SEL.data[0]]],
    ['leads to code that is not present', gate(SEL.absentCode, TARGET, INTERRUPT | USER), [11, SEL.absentCode]],
    ['leads beyond the GDT', gate(0x200, TARGET, INTERRUPT | USER), [13, 0x200]],
    ['leads beyond the limit', gate(SEL.code16, 0x10000, INTERRUPT | USER), [13, 0]],
  ] as const)('that %s', (_, value, fault) => {
    const m = protectedMachine(3);
    m.vector(0x20, value);
    expect(m.faultOf(INT_20)).toEqual(fault);
    expect(m.stack(2)[1]).toBe(CODE);
  });

  test.each([
    ['at the end of 64 KiB', 0, undefined],
    ['across it', 2, [12, SEL.free]],
  ] as const)('to an inner stack of 16 bits that expands down, with a word %s', (_, pointer, fault) => {
    const m = protectedMachine(3);
    m.describe(SEL.free, descriptor(0, 0x2fff, 0xb6));
    m.vector(0x20, gate(SEL.code[1], TARGET, INTERRUPT | USER));
    m.memory.writeU32(TSS + 12, pointer);
    m.memory.writeU32(TSS + 16, SEL.free | 1);
    expect(m.faultOf(INT_20)).toEqual(fault);
    if (fault === undefined) expect([m.get('rip'), m.memory.readU32(0xfffc)]).toEqual([TARGET, SEL.data[3] | 3]);
  });

  test('beyond the limit of the IDT, by INT and from outside', () => {
    const m = protectedMachine(0);
    expect(m.faultOf([0xcd, 0x40])).toEqual([13, 0x202]);
    const n = protectedMachine(0);
    n.load([0x90]);
    n.vcpu.injectInterrupt(0x40);
    expect([n.get('rip'), n.stack(2)]).toEqual([HANDLERS + 13, [0x203, CODE]]);
  });

  test('lets exceptions and external interrupts through whatever its level', () => {
    const m = protectedMachine(3);
    m.load([0x90]);
    m.vcpu.injectInterrupt(0x20);
    expect([m.get('rip'), m.stack(1)]).toEqual([HANDLERS + 0x20, [CODE]]);
    expect(protectedMachine(3).faultOf([0x0f, 0x0b])).toEqual([6, -1]);
    expect(protectedMachine(3).faultOf([0xcc])).toEqual([13, 0x1a]);
    expect(protectedMachine(3).faultOf([0xf1])).toEqual([1, -1]);
  });
});

describe('a fault', () => {
  test('pushes RF with its flags, and an interrupt does not', () => {
    const m = protectedMachine(3);
    m.faultOf([0x0f, 0x0b]);
    expect(m.stack(3)[2]).toBe(RF | 2);
    expect(m.get('rflags') & RF).toBe(0);
    const n = protectedMachine(3);
    n.vcpu.injectInterrupt(0x20);
    expect(n.stack(3)[2]).toBe(2);
  });

  test('during the delivery of a contributory one is a double fault, and then the end', () => {
    const m = protectedMachine(0);
    m.vector(13, 0n);
    m.set({ rax: SEL.tss });
    expect(m.faultOf([0x8e, 0xd8])).toEqual([8, 0]);
    expect(m.stack(2)[1]).toBe(CODE);
    const n = protectedMachine(0);
    n.vector(13, 0n);
    n.vector(8, 0n);
    n.set({ rax: SEL.tss });
    n.load([0x8e, 0xd8]);
    expect(n.run(1)).toBe('shutdown');
  });

  test('during the delivery of a benign one is delivered instead, with EXT', () => {
    const m = protectedMachine(0);
    m.vector(6, 0n);
    expect(m.faultOf([0x0f, 0x0b])).toEqual([13, 0x33]);
  });

  test('of an inner stack in an exception has EXT', () => {
    const m = protectedMachine(3);
    m.vector(10, gate(SEL.conforming, HANDLERS + 10, INTERRUPT));
    m.memory.writeU32(TSS + 8, SEL.data[1]);
    expect(m.faultOf([0x0f, 0x0b])).toEqual([10, SEL.data[1] | 1]);
  });
});

describe('IRET', () => {
  test('changes IOPL at level 0 alone, and IF up to IOPL', () => {
    for (const [cpl, iopl, after] of [
      [0, 0, IF | 0x3000],
      [1, 0, 0],
      [1, 0x1000, IF | 0x1000],
      [3, 0x2000, 0x2000],
    ] as const) {
      const m = protectedMachine(cpl);
      m.set({ rflags: iopl | 2 });
      m.push(TARGET, SEL.code[cpl] | cpl, IF | 0x3000 | 2);
      expect(m.faultOf([0xcf])).toBeUndefined();
      expect(m.get('rflags')).toBe(after | 2);
    }
  });

  test('does not enter virtual-8086 mode from other levels', () => {
    const m = protectedMachine(1);
    m.push(TARGET, SEL.code[1] | 1, VM | 2);
    m.faultOf([0xcf]);
    expect(m.get('rflags')).toBe(2);
  });

  test('loads RF for one instruction', () => {
    const m = protectedMachine(0);
    m.push(TARGET, SEL.code[0], RF | 2);
    m.faultOf([0xcf]);
    expect(m.get('rflags')).toBe(RF | 2);
    m.faultOf([0x90]);
    expect(m.get('rflags')).toBe(2);
  });
});

describe('NMI', () => {
  test('comes whatever IF is, and again only behind IRET', () => {
    const m = protectedMachine(0);
    m.load([0x90, 0x90]);
    m.memory.write(HANDLERS + 2, Uint8Array.from([0xcf]));
    m.vcpu.nmi();
    m.run(1);
    expect([m.get('rip'), m.vcpu.snapshot().events.nmiMasked]).toEqual([CODE, false]);
    const n = protectedMachine(0);
    n.memory.write(HANDLERS + 2, Uint8Array.from([0x90, 0xcf]));
    n.load([0x90]);
    const events = (): unknown => {
      const { nmiPending, nmiMasked } = n.vcpu.snapshot().events;
      return [n.get('rip'), nmiPending, nmiMasked];
    };
    n.vcpu.nmi();
    n.run(1);
    n.vcpu.nmi();
    expect(events()).toEqual([HANDLERS + 3, true, true]);
    n.run(1);
    expect(events()).toEqual([HANDLERS + 2, false, true]);
  });
});
