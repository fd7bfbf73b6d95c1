import { describe, expect, test } from 'vitest';
import { CODE, HANDLERS, machine } from './machine.test-util.ts';
import { type ProtectedMachine, protectedMachine, SEL } from './protected.test-util.ts';

const SYSENTER = [0x0f, 0x34];
const SYSEXIT = [0x0f, 0x35];
const GP = 13;
const UD = 6;
const ENTRY = 0x5000;
const KERNEL_STACK = 0x6800;
const [IF, TF, RF, VM, DF, NT] = [0x200, 0x100, 0x10000, 0x20000, 0x400, 0x4000];

/** Sets IA32_SYSENTER_CS, _ESP and _EIP. */
function prepare(m: ProtectedMachine, cs: number = SEL.code[0]): ProtectedMachine {
  const { vcpu } = m;
  const msrs = [
    { index: 0x174, value: BigInt(cs) },
    { index: 0x175, value: BigInt(KERNEL_STACK) },
    { index: 0x176, value: BigInt(ENTRY) },
  ];
  vcpu.restore({ ...vcpu.snapshot(), msrs });
  return m;
}

describe('SYSENTER', () => {
  test('goes to level 0 with flat segments, whatever the tables have', () => {
    const m = prepare(protectedMachine(3), SEL.code[0] | 3);
    m.describe(SEL.code[0], 0n);
    m.describe(SEL.data[0], 0n);
    m.set({ rax: 1, rflags: IF | DF | NT | 0x8d7 });
    expect(m.faultOf(SYSENTER)).toBeUndefined();
    expect([m.get('rip'), m.get('rsp'), m.get('rax'), m.get('rflags')]).toEqual([
      ENTRY,
      KERNEL_STACK,
      1,
      DF | NT | 0x8d7,
    ]);
    const flat = { base: 0n, limit: 0xffffffff, present: 1, dpl: 0, db: 1, s: 1, g: 1, unusable: 0 };
    const { cs, ss, ds } = m.vcpu.getSpecialRegisters();
    expect(cs).toMatchObject({ ...flat, selector: SEL.code[0], type: 11 });
    expect(ss).toMatchObject({ ...flat, selector: SEL.code[0] + 8, type: 3 });
    expect(ds.selector).toBe(SEL.data[3] | 3);
    // Level 0: HLT is allowed.
    m.load([0xf4], ENTRY);
    expect(m.run()).toBe('halt');
    expect(m.get('rip')).toBe(ENTRY + 1);
  });

  test('works from level 0, and from 16-bit code', () => {
    const m = prepare(protectedMachine(0));
    m.vcpu.setSpecialRegisters({ cs: { ...m.vcpu.getSpecialRegisters().cs, db: 0 } });
    expect(m.faultOf(SYSENTER)).toBeUndefined();
    expect([m.get('rip'), m.vcpu.getSpecialRegisters().cs.db]).toEqual([ENTRY, 1]);
  });

  test('leaves virtual-8086 mode', () => {
    const m = prepare(protectedMachine(3));
    const { special } = m.vcpu.snapshot();
    const segment = { ...special.ds, selector: 0, base: 0n, limit: 0xffff, type: 3, dpl: 3, db: 0, g: 0 };
    m.vcpu.setSpecialRegisters({ cs: segment, ss: segment, ds: segment, es: segment, fs: segment, gs: segment });
    m.set({ rflags: VM | IF | RF | 2 });
    m.load(SYSENTER);
    m.run(1);
    expect([m.get('rip'), m.get('rsp'), m.get('rflags')]).toEqual([ENTRY, KERNEL_STACK, 2]);
    expect(m.selector('cs')).toBe(SEL.code[0]);
    m.load([0x0f, 0x20, 0xc0], ENTRY); // mov eax, cr0
    m.run(1);
    expect(m.get('rip')).toBe(ENTRY + 3);
  });

  test('steps: the trap of TF comes at its target', () => {
    const m = prepare(protectedMachine(3));
    m.set({ rflags: TF | 2 });
    m.load(SYSENTER);
    m.run(1);
    expect([m.get('rip'), m.stack(1)]).toEqual([HANDLERS + 1, [ENTRY]]);
  });

  test('faults with a null selector, in real mode, and where there is none', () => {
    for (const cs of [0, 3]) expect(prepare(protectedMachine(3), cs).faultOf(SYSENTER)).toEqual([GP, 0]);
    const real = machine();
    real.vcpu.restore({ ...real.vcpu.snapshot(), msrs: [{ index: 0x174, value: 8n }] });
    real.load(SYSENTER);
    real.run(1);
    expect([real.get('rip'), real.memory.readU16(0x8000 - 6)]).toEqual([HANDLERS + GP, CODE]);
    expect(protectedMachine(0, 'pentiumpro').faultOf(SYSENTER)).toEqual([UD, -1]);
  });
});

describe('SYSEXIT', () => {
  test('goes to level 3 at EDX with the stack ECX', () => {
    const m = prepare(protectedMachine(0));
    m.set({ rdx: 0x5432, rcx: 0x7654, rflags: IF | 0x8d7 });
    expect(m.faultOf(SYSEXIT)).toBeUndefined();
    expect([m.get('rip'), m.get('rsp'), m.get('rflags')]).toEqual([0x5432, 0x7654, IF | 0x8d7]);
    const flat = { base: 0n, limit: 0xffffffff, present: 1, dpl: 3, db: 1, s: 1, g: 1 };
    const { cs, ss } = m.vcpu.getSpecialRegisters();
    expect(cs).toMatchObject({ ...flat, selector: (SEL.code[0] + 16) | 3, type: 11 });
    expect(ss).toMatchObject({ ...flat, selector: (SEL.code[0] + 24) | 3, type: 3 });
    m.load([0xf4], 0x5432);
    m.run(1);
    expect(m.get('rip')).toBe(HANDLERS + GP);
  });

  test('faults at other levels, with a null selector, and outside protected mode', () => {
    expect(prepare(protectedMachine(3)).faultOf(SYSEXIT)).toEqual([GP, 0]);
    expect(prepare(protectedMachine(1)).faultOf(SYSEXIT)).toEqual([GP, 0]);
    expect(prepare(protectedMachine(0), 0).faultOf(SYSEXIT)).toEqual([GP, 0]);
    const real = machine();
    real.vcpu.restore({ ...real.vcpu.snapshot(), msrs: [{ index: 0x174, value: 8n }] });
    real.load(SYSEXIT);
    real.run(1);
    expect(real.get('rip')).toBe(HANDLERS + GP);
  });
});
