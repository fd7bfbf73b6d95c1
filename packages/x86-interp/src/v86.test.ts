import { describe, expect, test } from 'vitest';
import {
  gate,
  HANDLERS,
  INNER_STACK,
  type ProtectedMachine,
  protectedMachine,
  SEL,
  TSS,
} from './protected.test-util.ts';

const [IF, VM, RF, VIF] = [0x200, 0x20000, 0x10000, 0x80000];
const IOPL_3 = 0x3000;
const VME = 1n;

/** A machine in virtual-8086 mode at 0100:0000, with the stack at 0700:1000. */
function virtualMachine(iopl = 0, cr4 = 0n): ProtectedMachine {
  const m = protectedMachine(0);
  m.vcpu.setSpecialRegisters({ cr4 });
  m.push(0, 0x100, VM | iopl | 2, 0x1000, 0x700, 0x200, 0x300, 0x400, 0x500);
  expect(m.faultOf([0xcf])).toBeUndefined();
  return m;
}

/** Executes one instruction at 0100:0000. @returns the fault that it caused */
function faultOf(m: ProtectedMachine, code: readonly number[]): [number, number] | undefined {
  m.memory.write(0x1000, Uint8Array.from(code));
  m.set({ rip: 0 });
  m.run(1);
  const vector = m.get('rip') - HANDLERS;
  return vector >= 0 && vector < 48 ? [vector, m.stack(1)[0]] : undefined;
}

describe('virtual-8086 mode', () => {
  test('is entered by IRET, with the segments of an 8086', () => {
    const m = virtualMachine();
    const special = m.vcpu.getSpecialRegisters();
    expect(['es', 'ds', 'fs', 'gs', 'cs', 'ss'].map((name) => special[name as 'es'].base)).toEqual([
      ...[0x2000n, 0x3000n, 0x4000n, 0x5000n, 0x1000n, 0x7000n],
    ]);
    expect([m.get('rsp'), m.get('rip'), m.get('rflags')]).toEqual([0x1000, 0, VM | 2]);
    m.memory.writeU8(0x3004, 0x5a);
    expect(faultOf(m, [0xa0, 4, 0])).toBeUndefined();
    expect(m.get('rax')).toBe(0x5a);
    m.set({ rax: 0x900 });
    expect(faultOf(m, [0x8e, 0xd8])).toBeUndefined();
    expect(m.vcpu.getSpecialRegisters().ds).toMatchObject({ base: 0x9000n, limit: 0xffff, dpl: 3 });
  });

  test('is left by an interrupt, with nine words on the stack of level 0, and null data segments', () => {
    const m = virtualMachine(IOPL_3);
    m.vector(0x20, gate(SEL.code[0], HANDLERS + 0x20, 0xee));
    faultOf(m, [0xcd, 0x20]);
    expect(m.get('rip')).toBe(HANDLERS + 0x20);
    expect(m.get('rsp')).toBe(INNER_STACK - 36);
    expect(m.stack(9)).toEqual([2, 0x100, VM | IOPL_3 | 2, 0x1000, 0x700, 0x200, 0x300, 0x400, 0x500]);
    expect([m.selector('cs'), m.selector('ds'), m.selector('gs'), m.get('rflags') & VM]).toEqual([
      SEL.code[0],
      0,
      0,
      0,
    ]);
    m.load([0xcf]);
    m.run(1);
    expect([m.get('rip'), m.get('rflags'), m.selector('gs')]).toEqual([2, VM | IOPL_3 | 2, 0x500]);
  });

  test('and its faults have error codes', () => {
    expect(faultOf(virtualMachine(), [0xf4])).toEqual([13, 0]);
    expect(faultOf(virtualMachine(), [0x0f, 0x20, 0xc0])).toEqual([13, 0]);
    const m = virtualMachine();
    faultOf(m, [0x0f, 0x0b]);
    expect(m.stack(3)).toEqual([0, 0x100, VM | RF | 2]);
    m.vcpu.injectInterrupt(0x21);
  });

  test('leads to level 0 alone', () => {
    const m = virtualMachine(IOPL_3);
    m.vector(0x20, gate(SEL.code[1], 0x5000, 0xee));
    expect(faultOf(m, [0xcd, 0x20])).toEqual([13, SEL.code[1]]);
    const n = virtualMachine(IOPL_3);
    n.vector(0x20, gate(SEL.conforming, 0x5000, 0xee));
    expect(faultOf(n, [0xcd, 0x20])).toEqual([13, SEL.conforming]);
  });

  test.each([
    ['CLI', [0xfa]],
    ['STI', [0xfb]],
    ['PUSHF', [0x9c]],
    ['POPF', [0x9d]],
    ['INT n', [0xcd, 0x20]],
    ['IRET', [0xcf]],
    ['PUSHFD', [0x66, 0x9c]],
    ['POPFD', [0x66, 0x9d]],
    ['IRETD', [0x66, 0xcf]],
  ])('%s heeds IOPL', (name, code) => {
    expect(faultOf(virtualMachine(0x2000), code)).toEqual([13, 0]);
    const m = virtualMachine(IOPL_3);
    m.vector(0x20, gate(SEL.code[0], 0x5000, 0xee));
    expect([name, faultOf(m, code)]).toEqual([name, undefined]);
  });

  test('cannot change IOPL and VM', () => {
    const m = virtualMachine(IOPL_3);
    m.memory.writeU32(0x8000, IF | 2);
    expect(faultOf(m, [0x66, 0x9d])).toBeUndefined();
    expect(m.get('rflags')).toBe(VM | IOPL_3 | IF | 2);
    m.memory.writeU16(0x8004, 0x10);
    m.memory.writeU16(0x8006, 0x100);
    m.memory.writeU16(0x8008, 2);
    expect(faultOf(m, [0xcf])).toBeUndefined();
    expect([m.get('rflags'), m.get('rip'), m.get('rsp')]).toEqual([VM | IOPL_3 | 2, 0x10, 0x100a]);
  });

  test('heeds the I/O permission bit map whatever IOPL is', () => {
    const m = virtualMachine(IOPL_3);
    m.memory.writeU16(TSS + 0x66, 0x1ff);
    expect(faultOf(m, [0xe4, 0x60])).toEqual([13, 0]);
    const n = virtualMachine(0);
    n.memory.writeU16(TSS + 0x66, 0x88);
    expect(faultOf(n, [0xe4, 0x60])).toBeUndefined();
  });

  test.each([
    ['LAR', [0x0f, 0x02, 0xc8]],
    ['SLDT', [0x0f, 0x00, 0xc0]],
    ['LLDT', [0x0f, 0x00, 0xd0]],
    ['ARPL', [0x63, 0xc8]],
    ['VERR', [0x0f, 0x00, 0xe0]],
  ])('has no %s', (_, code) => {
    const m = virtualMachine();
    faultOf(m, code);
    expect(m.get('rip')).toBe(HANDLERS + 6);
  });
});

describe('the virtual-mode extensions', () => {
  test('CLI, STI, PUSHF and POPF mean VIF', () => {
    const m = virtualMachine(0, VME);
    expect(faultOf(m, [0xfb])).toBeUndefined();
    expect(m.get('rflags')).toBe(VM | VIF | 2);
    expect(faultOf(m, [0x9c])).toBeUndefined();
    expect(m.memory.readU16(0x7ffe)).toBe(IOPL_3 | IF | 2);
    expect(faultOf(m, [0xfa])).toBeUndefined();
    expect(m.get('rflags')).toBe(VM | 2);
    expect(faultOf(m, [0x9d])).toBeUndefined();
    expect(m.get('rflags')).toBe(VM | VIF | 2);
  });

  test('INT n goes to the program, or to the system, as the map in the TSS says', () => {
    const m = virtualMachine(0, VME);
    m.memory.writeU16(TSS + 0x66, 0x88);
    m.memory.writeU32(0x21 * 4, 0x01230045);
    m.set({ rflags: VM | VIF | 2 });
    expect(faultOf(m, [0xcd, 0x21])).toBeUndefined();
    expect([m.get('rip'), m.selector('cs'), m.get('rflags')]).toEqual([0x45, 0x123, VM | 2]);
    expect(m.memory.readU16(0x7ffe)).toBe(IOPL_3 | IF | 2);
    m.vcpu.setSpecialRegisters({ cs: { ...m.vcpu.getSpecialRegisters().cs, selector: 0x100, base: 0x1000n } });
    expect(faultOf(m, [0xcf])).toBeUndefined();
    expect([m.get('rip'), m.selector('cs'), m.get('rflags')]).toEqual([2, 0x100, VM | VIF | 2]);
    m.memory.writeU8(TSS + 0x88 - 32 + 4, 2);
    expect(faultOf(m, [0xcd, 0x21])).toEqual([13, 0]);
  });
});
