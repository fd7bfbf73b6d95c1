import { describe, expect, test } from 'vitest';
import { HANDLERS, type ProtectedMachine, protectedMachine, SEL, STACK, TSS } from './protected.test-util.ts';

// VIF and VIP, and the map of software interrupts: Intel SDM volume 3B, sections 20.3 and 20.4.

const [TF, IF, NT, RF, VM, VIF, VIP] = [0x100, 0x200, 0x4000, 0x10000, 0x20000, 0x80000, 0x100000];
const IOPL_3 = 0x3000;
const VME = 1n;
const PVI = 2n;
const GP = 13;
const NO_FAULT = undefined;

/** A machine in virtual-8086 mode at 0100:0000, with the stack at 0700:1000. */
function virtualMachine(flags: number, cr4 = VME): ProtectedMachine {
  const m = protectedMachine(0);
  m.vcpu.setSpecialRegisters({ cr4 });
  m.push(0, 0x100, VM | flags | 2, 0x1000, 0x700, 0x200, 0x300, 0x400, 0x500);
  m.load([0xcf]);
  m.run(1);
  return m;
}

function faultOf(m: ProtectedMachine, code: readonly number[], at = 0x1000): [number, number] | undefined {
  m.memory.write(at, Uint8Array.from(code));
  m.run(1);
  const vector = m.get('rip') - HANDLERS;
  return vector >= 0 && vector < 48 ? [vector, m.stack(1)[0]] : undefined;
}

describe('an instruction that begins with VIF and VIP set', () => {
  test.each([
    ['in virtual-8086 mode, with VME', VIF | VIP, VME, [GP, 0]],
    ['whatever IOPL is', VIF | VIP | IOPL_3, VME, [GP, 0]],
    ['and without VME', VIF | VIP, 0n, NO_FAULT],
    ['with VIP alone', VIP, VME, NO_FAULT],
    ['with VIF alone', VIF, VME, NO_FAULT],
  ])('%s', (_, flags, cr4, fault) => {
    const m = virtualMachine(flags, cr4);
    expect(faultOf(m, [0x40])).toEqual(fault);
    expect(m.get('rax')).toBe(fault === NO_FAULT ? 1 : 0);
    if (fault !== NO_FAULT) expect(m.stack(4)).toEqual([0, 0, 0x100, VM | RF | flags | 2]);
  });

  test('is the one behind the IRET, also in a single run; it counts, so that no guest runs for ever', () => {
    const m = protectedMachine(0);
    m.vcpu.setSpecialRegisters({ cr4: VME });
    m.memory.write(0x1000, Uint8Array.of(0xcf));
    m.push(0, 0x110, VM | VIF | VIP | 2, 0x1000, 0x700, 0, 0, 0, 0);
    m.memory.write(0x1100, Uint8Array.of(0x40, 0x40));
    m.set({ rip: 0x1000 });
    expect(m.run()).toBe('halt');
    expect([m.get('rip'), m.get('rax'), m.vcpu.instructions]).toEqual([HANDLERS + GP + 1, 0, 3]);
  });

  test('at level 3 of protected mode, with PVI', () => {
    for (const [cr4, fault] of [
      [PVI, [GP, 0]],
      [VME, NO_FAULT],
    ] as const) {
      const m = protectedMachine(0);
      m.vcpu.setSpecialRegisters({ cr4 });
      m.set({ rflags: VIF | VIP | 2 });
      // At level 0 it means nothing: inc eax; retf to level 3.
      m.push(0x5000, SEL.code[3] | 3, STACK, SEL.data[3] | 3);
      expect(faultOf(m, [0x40, 0xcb])).toBeUndefined();
      m.memory.write(0x5000, Uint8Array.of(0x40, 0xeb, 0xfe));
      expect(m.run(100)).toBe(fault === NO_FAULT ? 'slice-end' : 'halt');
      expect([m.get('rax'), m.get('rip')]).toEqual(fault === NO_FAULT ? [2, 0x5001] : [1, HANDLERS + GP + 1]);
    }
  });
});

describe('INT n with VME', () => {
  const INT_21 = [0xcd, 0x21];

  /** A machine that redirects all of them to 0123:0045. @param map where the map of ports begins */
  function redirecting(flags: number, map = 0x88): ProtectedMachine {
    const m = virtualMachine(flags);
    m.memory.writeU16(TSS + 0x66, map);
    m.memory.writeU32(0x21 * 4, 0x01230045);
    return m;
  }

  test.each([
    ['with IOPL 0', VIF | NT | TF, IOPL_3 | NT | TF | IF | 2, NT],
    ['with IOPL 3', IOPL_3 | IF | NT | VIF, IOPL_3 | NT | IF | 2, IOPL_3 | NT | VIF],
  ])('to the program leaves NT, %s', (_, flags, pushed, after) => {
    const m = redirecting(flags);
    expect(faultOf(m, INT_21)).toBeUndefined();
    expect([m.get('rip'), m.selector('cs')]).toEqual([0x45, 0x123]);
    expect([m.memory.readU16(0x7ffe), m.get('rflags')]).toEqual([pushed, VM | after | 2]);
  });

  test.each([
    ['TSS that ends before the base of the map', 0x66, 11, [GP, 0]],
    ['TSS that has just that', 0x67, 11, NO_FAULT],
    ['TSS of 16 bits', 0x1ff, 3, [GP, 0]],
  ])('heeds a %s', (_, limit, type, fault) => {
    const m = redirecting(0, 0x20);
    m.vcpu.setSpecialRegisters({ tr: { ...m.vcpu.getSpecialRegisters().tr, limit, type } });
    // The stack of level 0 where a TSS of 16 bits has it.
    if (type === 3) m.memory.writeU32(TSS + 2, (SEL.data[0] << 16) | 0x6000);
    expect(faultOf(m, INT_21)).toEqual(fault);
  });

  test.each([
    ['at the last byte of the TSS', 0x1ff + 32 - 4, NO_FAULT],
    ['behind it', 0x1ff + 32 - 3, [GP, 0]],
    ['before it', 0x10, [GP, 0]],
  ])('whose bit in the map is %s', (_, map, fault) => {
    const m = redirecting(0, map);
    expect(faultOf(m, INT_21)).toEqual(fault);
  });

  test('finds the vector table whoever owns its page', () => {
    const m = redirecting(0);
    // One to one, the first 4 MiB: the user's, but for page 0.
    for (let page = 0; page < 1024; page++) m.memory.writeU32(0x21000 + 4 * page, (page << 12) | (page === 0 ? 3 : 7));
    m.memory.writeU32(0x20000, 0x21007);
    const { cr0 } = m.vcpu.getSpecialRegisters();
    m.vcpu.setSpecialRegisters({ cr3: 0x20000n, cr0: cr0 | 0x80000000n });
    expect(faultOf(m, INT_21)).toBeUndefined();
    expect([m.get('rip'), m.selector('cs')]).toEqual([0x45, 0x123]);
  });
});

test('POPF and IRET in virtual-8086 mode do not set TF with VME, unless IOPL is 3', () => {
  for (const [flags, fault] of [
    [0, [GP, 0]],
    [IOPL_3, NO_FAULT],
  ] as const) {
    const m = virtualMachine(flags);
    m.memory.writeU16(0x8000, TF | 2);
    expect(faultOf(m, [0x9d])).toEqual(fault);
    const n = virtualMachine(flags);
    n.memory.writeU32(0x8000, 0x01000010);
    n.memory.writeU16(0x8004, TF | 2);
    expect(faultOf(n, [0xcf])).toEqual(fault);
  }
});
