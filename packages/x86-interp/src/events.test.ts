import { describe, expect, test } from 'vitest';
import { CODE, HANDLERS, machine, STACK } from './machine.test-util.ts';

const IF = 0x200;
const TF = 0x100;

describe('a budget', () => {
  test.each([1, 2, 7, 4095, 4096, 4097, 10_000])('of %d instructions is kept exactly', (count) => {
    const m = machine();
    m.load([0x40, 0x40, 0xeb, 0xfc]);
    expect(m.run(count)).toBe('slice-end');
    expect(m.vcpu.instructions).toBe(count);
    expect(m.get('rax')).toBe((count - Math.floor(count / 3)) & 0xffff);
  });

  test('of time ends a jump to itself, which is recognized', () => {
    const m = machine();
    m.load([0xeb, 0xfe]);
    expect(m.vcpu.run({ instructions: undefined, nanoseconds: 1e5 }).reason).toBe('slice-end');
    expect(m.vcpu.isStuck(true)).toBe(true);
    m.set({ rflags: IF });
    expect(m.vcpu.isStuck(true)).toBe(false);
    expect(m.vcpu.isStuck(false)).toBe(true);
    m.load([0xeb, 0xfd]);
    expect(m.vcpu.isStuck(false)).toBe(false);
  });

  test('of time ends a REP that never ends', () => {
    const m = machine();
    m.vcpu.setSpecialRegisters({ es: { ...m.vcpu.getSpecialRegisters().es, limit: 0xffffffff } });
    m.set({ rcx: 0xffffffff });
    m.load([0x67, 0xf3, 0xaa]);
    m.vcpu.setSpecialRegisters({ es: { ...m.vcpu.getSpecialRegisters().es, limit: 0xffffffff, base: 0x200000n } });
    expect(m.vcpu.run({ instructions: undefined, nanoseconds: 1e5 }).reason).toBe('slice-end');
    expect(m.vcpu.instructions).toBe(0);
    expect(m.get('rip')).toBe(CODE);
    expect(m.get('rcx')).toBe(0xffffffff - m.get('rdi'));
  });

  test('counts the same however it is sliced', () => {
    const counts = [1, 3, 1000].map((slice) => {
      const m = machine();
      const seen: number[] = [];
      m.sink.onAccess = () => seen.push(m.vcpu.instructions);
      // mov cx, 3; out 80h, al; push cx; mov cx, 5; rep stosb; pop cx; loop
      m.load([0xb9, 3, 0, 0xe6, 0x80, 0x51, 0xb9, 5, 0, 0xf3, 0xaa, 0x59, 0xe2, 0xf5, 0xf4]);
      m.set({ rdi: 0x4000 });
      while (m.run(slice) !== 'halt');
      return [...seen, m.vcpu.instructions];
    });
    expect(counts[0]).toEqual([1, 7, 13, 20]);
    expect(counts[1]).toEqual(counts[0]);
    expect(counts[2]).toEqual(counts[0]);
  });
});

describe('kick', () => {
  test('before a run ends it at once, once', () => {
    const m = machine();
    m.load([0x40, 0x40, 0xf4]);
    m.vcpu.kick();
    m.vcpu.kick();
    expect(m.run()).toBe('kicked');
    expect(m.vcpu.instructions).toBe(0);
    expect(m.run()).toBe('halt');
  });

  test('inside an access takes effect behind the instruction', () => {
    const m = machine();
    m.sink.onAccess = () => m.vcpu.kick();
    m.load([0xe6, 0x80, 0x40, 0xf4]);
    expect(m.run()).toBe('kicked');
    expect(m.vcpu.instructions).toBe(1);
    expect(m.get('rip')).toBe(CODE + 2);
  });

  test('inside a REP takes effect between two elements', () => {
    const m = machine({ regions: [{ base: 0, size: 0x10000 }] });
    m.vcpu.setSpecialRegisters({ es: { ...m.vcpu.getSpecialRegisters().es, base: 0xb8000n } });
    m.sink.onAccess = () => {
      if (m.sink.trace.length === 2) m.vcpu.kick();
    };
    m.set({ rcx: 10 });
    m.load([0xf3, 0xab, 0xf4]);
    expect(m.run()).toBe('kicked');
    expect([m.get('rcx'), m.get('rdi'), m.get('rip')]).toEqual([7, 6, CODE]);
    expect(m.vcpu.instructions).toBe(0);
    expect(m.run()).toBe('halt');
    expect(m.sink.trace.length).toBe(10);
    expect(m.vcpu.instructions).toBe(2);
  });
});

describe('external interrupts', () => {
  test('wait for IF, and for the instruction behind STI', () => {
    const m = machine();
    m.vcpu.requestInterruptWindow(true);
    m.load([0x40, 0xfb, 0x40, 0x40, 0xf4]);
    expect(m.run()).toBe('irq-window');
    expect(m.get('rip')).toBe(CODE + 3);
    m.vcpu.injectInterrupt(0x20);
    expect(m.get('rip')).toBe(HANDLERS + 0x20);
    expect(m.memory.readU16(STACK - 6)).toBe(CODE + 3);
    expect(m.memory.readU16(STACK - 2) & IF).toBe(IF);
    expect(m.run()).toBe('halt');
  });

  test('wait for the instruction behind MOV SS and POP SS', () => {
    for (const code of [
      [0x8e, 0xd0, 0x90, 0x90],
      [0x17, 0x90, 0x90, 0x90],
    ]) {
      const m = machine();
      m.set({ rflags: IF });
      m.load(code);
      expect(m.run(1)).toBe('slice-end');
      m.vcpu.requestInterruptWindow(true);
      expect(m.run()).toBe('irq-window');
      expect(m.vcpu.instructions).toBe(2);
    }
  });

  test('come at once where IF is set, and not when no longer wanted', () => {
    const m = machine();
    m.set({ rflags: IF });
    m.load([0x90, 0xf4]);
    m.vcpu.requestInterruptWindow(true);
    expect(m.run()).toBe('irq-window');
    expect(m.vcpu.instructions).toBe(0);
    m.vcpu.requestInterruptWindow(false);
    expect(m.run()).toBe('halt');
  });

  test('that a device asks for come behind the access', () => {
    const m = machine();
    m.set({ rflags: IF });
    m.sink.onAccess = () => m.vcpu.requestInterruptWindow(true);
    m.load([0xe4, 0x60, 0x90, 0x90, 0xf4]);
    expect(m.run()).toBe('irq-window');
    expect(m.get('rip')).toBe(CODE + 2);
  });

  test('POPF and IRET open the window', () => {
    const m = machine();
    m.vcpu.requestInterruptWindow(true);
    m.memory.writeU16(STACK, IF);
    m.load([0x9d, 0x90, 0xf4]);
    expect(m.run()).toBe('irq-window');
    expect(m.get('rip')).toBe(CODE + 1);
  });
});

describe('HLT', () => {
  test('tells whether interrupts are on, and goes on behind itself', () => {
    const m = machine();
    m.load([0xf4, 0xfb, 0xf4]);
    expect(m.vcpu.run({ instructions: undefined, nanoseconds: 1e9 })).toEqual({
      reason: 'halt',
      interruptsEnabled: false,
    });
    expect(m.get('rip')).toBe(CODE + 1);
    expect(m.vcpu.run({ instructions: undefined, nanoseconds: 1e9 })).toEqual({
      reason: 'halt',
      interruptsEnabled: true,
    });
  });
});

describe('single-step', () => {
  test('traps behind the instruction that follows the one that set TF', () => {
    const m = machine();
    m.memory.writeU16(STACK, TF);
    m.load([0x9d, 0x40, 0x40, 0xf4]);
    expect(m.run()).toBe('halt');
    expect(m.get('rip')).toBe(HANDLERS + 2);
    expect(m.get('rax')).toBe(1);
    expect(m.memory.readU16(STACK + 2 - 6)).toBe(CODE + 2);
    expect(m.memory.readU16(STACK + 2 - 2) & TF).toBe(TF);
    expect(m.get('rflags') & TF).toBe(0);
  });

  test('traps between the elements of a REP', () => {
    const m = machine();
    m.set({ rflags: TF, rcx: 3, rdi: 0x4000 });
    m.load([0xf3, 0xaa, 0xf4]);
    m.run(1);
    expect(m.get('rcx')).toBe(2);
    expect(m.memory.readU16(STACK - 6)).toBe(CODE);
  });

  test('does not trap behind MOV SS, nor behind INT', () => {
    const m = machine();
    m.set({ rflags: TF });
    m.load([0x8e, 0xd0, 0x40, 0x40]);
    m.run(3);
    expect(m.memory.readU16(STACK - 6)).toBe(CODE + 3);
    const n = machine();
    n.set({ rflags: TF });
    n.load([0xcd, 0x40]);
    n.run(1);
    expect(n.get('rip')).toBe(HANDLERS + 0x40);
  });
});

describe('from inside an access', () => {
  test('registers are those of the instruction that runs, and RIP can be changed', () => {
    const m = machine();
    m.load([0xb8, 0x34, 0x12, 0xe7, 0x80, 0x40, 0xf4]);
    m.memory.write(0x3000, Uint8Array.from([0xf4]));
    m.sink.onAccess = () => {
      expect(m.get('rip')).toBe(CODE + 3);
      expect(m.get('rax')).toBe(0x1234);
      m.vcpu.setRegisters({ rip: 0x3000n });
    };
    expect(m.run()).toBe('halt');
    expect(m.get('rip')).toBe(0x3001);
    expect(m.get('rax')).toBe(0x1234);
  });
});
