import type { VcpuState } from '@picovm/core';
import {
  noEvents,
  realModeSegment,
  resetFpu,
  resetXsave,
  X86_STATE_VERSION,
  type X86SpecialRegisters,
  type X86VcpuState,
} from '@picovm/core/x86';
import { describe, expect, it } from 'vitest';
import { CPU_MODELS } from './index.ts';
import { CODE, HANDLERS, machine, type TestMachine } from './machine.test-util.ts';

function withSpecial(state: X86VcpuState, special: Partial<X86SpecialRegisters>): X86VcpuState {
  return { ...state, special: { ...state.special, ...special } };
}

/** Another machine that goes on where one stands. */
function successor(of: TestMachine, model?: Parameters<typeof machine>[0]): TestMachine {
  const other = machine(model);
  other.memory.write(0, of.memory.read(0, 0x100000));
  other.vcpu.restore(of.vcpu.snapshot());
  return other;
}

describe('a snapshot of the interpreter', () => {
  it.each(CPU_MODELS)('of the model %s restores all of it', (model) => {
    const a = machine({ model });
    a.set({ rax: 0x1234, rbx: 0xffffffff, rflags: 0xed7, rip: 0x1005 });
    const { vcpu } = a;
    a.vcpu.a20 = model === '8086' || model === '80186' ? false : !vcpu.a20;
    const state = a.vcpu.snapshot();
    const b = machine({ model });
    expect(b.vcpu.snapshot()).not.toEqual(state);
    b.vcpu.restore(state);
    expect(b.vcpu.snapshot()).toEqual(state);
    expect(b.vcpu.a20).toBe(a.vcpu.a20);
    expect(state).toMatchObject({
      arch: 'x86',
      version: X86_STATE_VERSION,
      model,
      fpu: resetFpu(),
      xsave: resetXsave(),
      msrs: [],
      events: noEvents(),
    });
  });

  it('has the flags of the last instruction, however they are kept', () => {
    const a = machine();
    for (const [x, y] of [
      [1, 1],
      [0x7f, 1],
      [0x80, 0x80],
      [0xff, 1],
      [0x0f, 1],
      [3, 4],
    ]) {
      a.load([0xb0, x, 0x04, y, 0x9c, 0x5b]); // mov al, x; add al, y; pushf; pop bx
      a.run(2);
      const b = successor(a);
      a.run(2);
      b.run(2);
      expect(b.get('rbx')).toBe(a.get('rbx'));
    }
  });

  it('counts instructions and the time-stamp counter on', () => {
    const a = machine();
    a.load([0xb9, 0x10, 0, 0x31, 0xc0, 0x31, 0xd2, 0x0f, 0x30, 0x0f, 0x31, 0xf4]); // wrmsr TSC, 0; rdtsc; hlt
    a.run(4);
    const b = successor(a);
    expect(b.vcpu.instructions).toBe(4);
    expect([a.run(1), b.run(1)]).toEqual(['slice-end', 'slice-end']);
    expect(b.get('rax')).toBe(a.get('rax'));
    expect(b.vcpu.instructions).toBe(5);
    // Of a machine that counts no instructions, the TSC alone goes on.
    const state = a.vcpu.snapshot();
    b.vcpu.restore({ ...state, instructions: 0, tsc: 2n ** 64n - 1n });
    b.load([0x90, 0x0f, 0x31]);
    b.run(2);
    expect([b.get('rax'), b.get('rdx'), b.vcpu.instructions]).toEqual([0, 0, 2]);
  });

  it.each([
    [0xfb, 'sti'],
    [0x17, 'mov-ss'],
  ] as const)('keeps the interrupt shadow of %x', (opcode, interruptShadow) => {
    const a = machine();
    a.set({ rflags: 0x202 });
    a.memory.writeU16(0x8000, 0);
    a.set({ rflags: opcode === 0xfb ? 2 : 0x202 });
    a.load([opcode, 0x90, 0x90, 0xf4]);
    a.run(1);
    expect(a.vcpu.snapshot().events.interruptShadow).toBe(interruptShadow);
    const b = successor(a);
    expect(b.vcpu.snapshot()).toEqual(a.vcpu.snapshot());
    b.vcpu.requestInterruptWindow(true);
    expect(b.run(10)).toBe('irq-window');
    expect(b.get('rip')).toBe(CODE + 2);
  });

  it('keeps that MOV SS holds off the single-step trap', () => {
    const a = machine();
    a.load([0x8e, 0xd0, 0x90, 0x90, 0xf4]); // mov ss, ax; nop
    a.set({ rax: 0, rflags: 0x102 });
    a.run(1);
    const b = successor(a);
    expect(b.run(1)).toBe('slice-end');
    expect(b.get('rip')).toBe(HANDLERS + 1);
    expect(b.memory.readU16(0x8000 - 6)).toBe(CODE + 3);
  });

  it('loses and doubles nothing of a REP instruction under way', () => {
    for (let left = 1; left < 9; left++) {
      const a = machine();
      a.load([0xf3, 0xa4, 0xf4]); // rep movsb, from MMIO
      a.vcpu.setSpecialRegisters({ ds: { ...a.vcpu.getSpecialRegisters().ds, base: 0x200000n, selector: 0 } });
      a.set({ rsi: 0, rdi: 0x3000, rcx: 9 });
      a.sink.onAccess = () => a.sink.trace.length === left - 1 && a.vcpu.kick();
      expect(a.run()).toBe('kicked');
      const b = successor(a);
      expect(b.run()).toBe('halt');
      expect([a.sink.trace.length, b.sink.trace.length]).toEqual([left, 9 - left]);
      expect([b.get('rcx'), b.get('rsi'), b.get('rdi')]).toEqual([0, 9, 0x3009]);
    }
  });

  it('delivers what another accelerator has not delivered yet', () => {
    const a = machine();
    const state = a.vcpu.snapshot();
    const events = { ...noEvents(), exception: { vector: 0, errorCode: null }, interrupt: 0x21 };
    a.vcpu.restore({ ...state, events });
    expect(a.vcpu.snapshot().events).toEqual(events);
    expect(a.run()).toBe('halt');
    // The interrupt came first on the way to the handler of the exception.
    expect(a.get('rip')).toBe(HANDLERS + 0x22);
    expect(a.memory.readU16(0x8000 - 12)).toBe(HANDLERS);
    expect(a.memory.readU16(0x8000 - 6)).toBe(CODE);
    a.vcpu.restore({ ...state, events });
    a.vcpu.reset();
    expect(a.vcpu.snapshot().events).toEqual(noEvents());
  });

  it('keeps that the CPU has shut down', () => {
    const a = machine();
    const state = a.vcpu.snapshot();
    a.vcpu.restore({ ...state, events: { ...state.events, shutdown: true } });
    expect([a.run(), a.vcpu.snapshot().events.shutdown]).toEqual(['shutdown', true]);
  });

  it('forgets a kick', () => {
    const a = machine();
    a.load([0x90, 0xf4]);
    const state = a.vcpu.snapshot();
    a.vcpu.kick();
    a.vcpu.restore(state);
    expect(a.run()).toBe('halt');
  });

  it('has the address lines of the state at once', () => {
    const a = machine({ regions: [{ base: 0, size: 0x200000 }] });
    a.memory.writeU8(0x100000, 1);
    a.vcpu.setSpecialRegisters({ ds: realModeSegment(0xffff) });
    a.load([0xa0, 0x10, 0x00, 0xa0, 0x10, 0x00]); // mov al, [0x10]
    const state = a.vcpu.snapshot();
    a.run(1);
    expect(a.get('rax')).toBe(1);
    a.vcpu.restore({ ...state, a20: false });
    a.run(1);
    expect(a.get('rax')).toBe(a.memory.readU8(0));
  });

  it('runs the code that memory has now', () => {
    const a = machine();
    a.load([0x40, 0xeb, 0xfd]); // inc ax; jmp
    a.run(100);
    const state = a.vcpu.snapshot();
    const ax = a.get('rax');
    a.memory.write(CODE, Uint8Array.of(0x48)); // dec ax
    a.vcpu.restore({ ...state, registers: { ...state.registers, rip: BigInt(CODE) } });
    a.run(1);
    expect(a.get('rax')).toBe(ax - 1);
  });
});

describe('the interpreter refuses, and stays as it is,', () => {
  const refused = (change: (state: X86VcpuState) => unknown, code: string, message = '', model = {}): void => {
    const { vcpu } = machine(model);
    const before = vcpu.snapshot();
    const state = change(before) as VcpuState;
    const error = expect.objectContaining({ code, message: expect.stringContaining(message) });
    expect(() => vcpu.restore(state)).toThrow(error);
    expect(vcpu.snapshot()).toEqual(before);
    if (code === 'ERR_SNAPSHOT_MISMATCH') expect(vcpu.differences?.(state)).toHaveLength(1);
    else expect(() => vcpu.differences?.(state)).toThrow(error);
  };

  it.each<[string, (state: X86VcpuState) => unknown, string]>([
    ['another model', (it) => ({ ...it, model: '8086' }), 'the CPU model: the snapshot has 8086, this machine pentium'],
    ['a used AVX', (it) => ({ ...it, xsave: { ...it.xsave, xcr0: 7n } }), 'XSAVE'],
    [
      'paging without protection',
      (it) => withSpecial(it, { cr0: 0xe0000010n }),
      'CR0.PG without CR0.PE: the snapshot has 0xe0000010',
    ],
    ['a cache that is on and not', (it) => withSpecial(it, { cr0: 0x20000010n }), 'CR0.NW without CR0.CD'],
    ['bits of CR0 that there are not', (it) => withSpecial(it, { cr0: 0x10060000010n }), 'the register CR0'],
    ['a long CR2', (it) => withSpecial(it, { cr2: 1n << 32n }), 'CR2'],
    ['a long CR3', (it) => withSpecial(it, { cr3: 1n << 32n }), 'CR3'],
    ['SMX', (it) => withSpecial(it, { cr4: 0x4000n }), 'CR4: the snapshot has 0x4000'],
    [
      'a segment far away',
      (it) => withSpecial(it, { ds: { ...it.special.ds, base: 1n << 40n } }),
      'the base of DS: the snapshot has 0x10000000000, this machine 32 bits',
    ],
    ['64-bit code', (it) => withSpecial(it, { cs: { ...it.special.cs, l: 1 } }), 'the L bit of CS'],
    [
      'an interrupt table far away',
      (it) => withSpecial(it, { idt: { base: 1n << 32n, limit: 0x3ff } }),
      'the base of the IDT',
    ],
    ['a breakpoint far away', (it) => ({ ...it, debug: { ...it.debug, dr3: 1n << 32n } }), 'DR3'],
    ['flags that there are not', (it) => ({ ...it, registers: { ...it.registers, rflags: 0x400002n } }), 'RFLAGS'],
    ['EFER', (it) => ({ ...it, special: { ...it.special, efer: 0x500n } }), 'EFER: the snapshot has 0x500'],
    ['CR8', (it) => ({ ...it, special: { ...it.special, cr8: 1n } }), 'CR8'],
    ['a long RIP', (it) => ({ ...it, registers: { ...it.registers, rip: 1n << 32n } }), 'RIP'],
    [
      'an MSR that there is not',
      (it) => ({ ...it, msrs: [{ index: 0x175c, value: 1n }] }),
      'register 0x175c: the snapshot has 0x1, this machine none',
    ],
    [
      'an MSR with bits that there are not',
      (it) => ({ ...it, msrs: [{ index: 0x277, value: 2n }] }),
      'register 0x277: the snapshot has 0x2, this machine other bits',
    ],
    ['the time-stamp counter as an MSR', (it) => ({ ...it, msrs: [{ index: 0x10, value: 2n }] }), 'register 0x10'],
  ])('%s', (_what, change, message) => refused(change, 'ERR_SNAPSHOT_MISMATCH', message));

  it('control registers that an older model does not have', () => {
    refused((it) => withSpecial(it, { cr0: 8n }), 'ERR_SNAPSHOT_MISMATCH', 'the register CR0', { model: '80186' });
    refused((it) => withSpecial(it, { cr0: 0x10n }), 'ERR_SNAPSHOT_MISMATCH', 'the register CR0', { model: '80286' });
    refused((it) => withSpecial(it, { cr0: 0x20n }), 'ERR_SNAPSHOT_MISMATCH', 'the register CR0', { model: '80386' });
    refused((it) => withSpecial(it, { cr3: 0x1000n }), 'ERR_SNAPSHOT_MISMATCH', 'the register CR3', { model: '80286' });
    refused((it) => withSpecial(it, { cr4: 1n }), 'ERR_SNAPSHOT_MISMATCH', 'the register CR4', { model: '80486' });
  });

  it('a used FPU, where there is none', () => {
    const model = { model: '80386' };
    refused((it) => ({ ...it, fpu: { ...it.fpu, fcw: 0x37f } }), 'ERR_SNAPSHOT_MISMATCH', 'the FPU', model);
    const xmm = new Uint8Array(256).fill(1);
    refused((it) => ({ ...it, fpu: { ...it.fpu, xmm } }), 'ERR_SNAPSHOT_MISMATCH', 'the XMM registers', model);
  });

  it('lines that an 8086 does not have', () => {
    refused((it) => ({ ...it, a20: true }), 'ERR_SNAPSHOT_MISMATCH', 'A20', { model: '8086' });
  });

  it('what is no state', () => {
    refused((it) => ({ ...it, registers: { ...it.registers, rax: 1 } }), 'ERR_SNAPSHOT_FORMAT', 'no rax');
    const newer = X86_STATE_VERSION + 1;
    refused((it) => ({ ...it, version: newer }), 'ERR_SNAPSHOT_VERSION', `version ${newer}`);
  });

  it('to be asked while it runs', () => {
    const a = machine();
    a.load([0xe6, 0x40, 0xf4]);
    const state = a.vcpu.snapshot();
    let asked = 0;
    a.sink.onAccess = () => {
      asked++;
      const running = expect.objectContaining({ code: 'ERR_VM_RUNNING' });
      expect(() => a.vcpu.snapshot()).toThrow(running);
      expect(() => a.vcpu.restore(state)).toThrow(running);
    };
    a.run();
    expect(asked).toBe(1);
  });
});
