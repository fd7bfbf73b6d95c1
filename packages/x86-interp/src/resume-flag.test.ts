import { describe, expect, test } from 'vitest';
import { machine } from './machine.test-util.ts';
import {
  gate,
  HANDLERS,
  type ProtectedMachine,
  protectedMachine,
  SEL,
  STACK,
  TSS,
  TSS_2,
} from './protected.test-util.ts';

// RF: Intel SDM volume 3B, section 17.3.1.1.

const [TF, IF, RF] = [0x100, 0x200, 0x10000];
const TARGET = 0x5000;
const CODE = 0x1000;
const DB = 1;
const MMIO = 0x200000;

/** Sets breakpoints on instructions, and the flags. */
function breakOn(m: ProtectedMachine, at: readonly number[], rflags = 2): void {
  const state = m.vcpu.snapshot();
  const [dr0, dr1 = 0] = at;
  const dr7 = 0x400n | (at.length > 1 ? 10n : 2n);
  m.vcpu.restore({ ...state, debug: { ...state.debug, dr0: BigInt(dr0), dr1: BigInt(dr1), dr7 } });
  m.set({ rflags });
}

/** The EFLAGS that the handler finds behind EIP and CS. */
const pushed = (m: ProtectedMachine): number => m.stack(3)[2];

describe('RF is cleared at the beginning of an instruction', () => {
  test.each([
    ['INT n', [0xcd, 0x20], 0x20],
    ['INT3', [0xcc], 3],
    ['INTO', [0xce], 4],
    ['INT1', [0xf1], 1],
  ])('so that %s pushes 0', (_, code, vector) => {
    const m = protectedMachine(0);
    m.set({ rflags: RF | 0x802 });
    m.load(code);
    m.run(1);
    expect([m.get('rip'), pushed(m)]).toEqual([HANDLERS + vector, 0x802]);
  });

  test.each([
    ['JMP', [0xea, 0, 0, 0, 0, SEL.tss2, 0]],
    ['CALL', [0x9a, 0, 0, 0, 0, SEL.tss2, 0]],
    ['INT n', [0xcd, 0x20]],
  ])('so that %s to a task saves 0', (_, code) => {
    const m = protectedMachine(0);
    m.vector(0x20, gate(SEL.tss2, 0, 0x85));
    task(m, 2);
    m.set({ rflags: RF | 2 });
    m.load(code);
    m.run(1);
    expect([m.get('rip'), m.memory.readU32(TSS + 0x24)]).toEqual([TARGET, 2]);
  });

  test('so that the instruction behind INT n meets its own breakpoint', () => {
    const m = protectedMachine(0);
    m.vector(0x20, gate(SEL.code[0], TARGET, 0x8e));
    m.memory.write(TARGET, Uint8Array.of(0xcf));
    m.load([0xcd, 0x20, 0x90, 0xf4]);
    breakOn(m, [CODE, CODE + 2], RF | 2);
    m.run();
    expect([m.get('rip'), m.stack(1)]).toEqual([HANDLERS + DB + 1, [CODE + 2]]);
  });

  test('but not if it does not begin, because the host stops before it', () => {
    const m = protectedMachine(0);
    m.load([0x90, 0xf4]);
    breakOn(m, [CODE], RF | 2);
    m.vcpu.breakpoints.add({ kind: 'execute', address: CODE });
    expect(m.run()).toBe('debug');
    expect(m.get('rflags')).toBe(RF | 2);
    expect(m.run()).toBe('halt');
    expect([m.get('rip'), m.get('rflags')]).toEqual([CODE + 2, 2]);
  });
});

function task(m: ProtectedMachine, flags: number): void {
  const words = { 32: TARGET, 36: flags, 56: 0x7000, 76: SEL.code[0], 80: SEL.data[0], 84: SEL.data[0], 96: SEL.ldt };
  for (const [at, word] of Object.entries(words)) m.memory.writeU32(TSS_2 + Number(at), word);
}

describe('RF of a task', () => {
  test.each([
    ['set: its first instruction meets no breakpoint', RF, TARGET + 1],
    ['clear: it does', 0, HANDLERS + DB],
  ])('%s', (_, flags, rip) => {
    const m = protectedMachine(0);
    task(m, flags | 2);
    m.memory.write(TARGET, Uint8Array.of(0x90, 0x90));
    breakOn(m, [TARGET]);
    m.load([0xea, 0, 0, 0, 0, SEL.tss2, 0]);
    m.run(2);
    expect([m.get('rip'), m.get('rflags') & RF]).toEqual([rip, 0]);
  });

  test('is that of the interrupted instruction if an interrupt leads to it', () => {
    const m = protectedMachine(0);
    task(m, 2);
    m.vector(0x20, gate(SEL.tss2, 0, 0x85));
    m.set({ rflags: RF | IF | 2 });
    m.vcpu.injectInterrupt(0x20);
    expect(m.memory.readU32(TSS + 0x24)).toBe(RF | IF | 2);
  });
});

describe('RF inside a REP instruction', () => {
  /** REP LODSB from a device, which wants an interrupt with its fifth element. */
  function lods(count: number): ProtectedMachine {
    const m = protectedMachine(0);
    m.set({ rcx: count, rsi: MMIO, rflags: IF | 2 });
    m.sink.onAccess = () => m.sink.trace.length === 4 && m.vcpu.requestInterruptWindow(true);
    m.load([0xf3, 0xac, 0xf4]);
    return m;
  }

  test('is pushed by an interrupt between two elements, and not behind the last', () => {
    for (const [count, left, flags, rip] of [
      [9, 4, RF, CODE],
      [5, 0, 0, CODE + 2],
    ] as const) {
      const m = lods(count);
      expect(m.run()).toBe('irq-window');
      expect(m.get('rcx')).toBe(left);
      m.vcpu.injectInterrupt(0x20);
      expect(m.stack(3)).toEqual([rip, SEL.code[0], flags | IF | 2]);
      expect(m.get('rflags') & RF).toBe(0);
    }
  });

  test('is pushed by the single-step trap', () => {
    const m = protectedMachine(0);
    m.set({ rcx: 2, rsi: 0x7000, rflags: TF | 2 });
    m.load([0xf3, 0xac, 0xf4]);
    m.run(1);
    expect([m.get('rcx'), m.stack(3)]).toEqual([1, [CODE, SEL.code[0], RF | TF | 2]]);
    m.set({ rsp: STACK, rip: CODE, rflags: TF | 2 });
    m.run(1);
    expect([m.get('rcx'), m.stack(3)]).toEqual([0, [CODE + 2, SEL.code[0], TF | 2]]);
  });

  test('keeps a breakpoint on it from being met by who comes back', () => {
    const m = lods(9);
    m.vector(0x20, gate(SEL.code[0], TARGET, 0x8e));
    // In the handler the breakpoint is set: mov dr0, eax; mov dr7, ebx; iret
    m.memory.write(TARGET, Uint8Array.of(0x0f, 0x23, 0xc0, 0x0f, 0x23, 0xfb, 0xcf));
    m.run();
    m.vcpu.requestInterruptWindow(false);
    m.vcpu.injectInterrupt(0x20);
    m.set({ rax: CODE, rbx: 0x402 });
    expect(m.run()).toBe('halt');
    expect([m.get('rip'), m.get('rcx'), m.get('rflags')]).toEqual([CODE + 3, 0, IF | 2]);
  });

  test('is gone with the last element, however often it was left', () => {
    const m = lods(1000);
    m.sink.onAccess = () => m.vcpu.kick();
    for (let n = 1; n < 1000; n++) {
      expect(m.run()).toBe('kicked');
      expect(m.get('rflags')).toBe(RF | IF | 2);
    }
    m.run();
    expect([m.get('rcx'), m.get('rflags')]).toEqual([0, IF | 2]);
  });

  test('does not exist before the 80386', () => {
    const m = machine({ model: '80286' });
    m.vcpu.setSpecialRegisters({ ds: { ...m.vcpu.getSpecialRegisters().ds, base: 0x200000n } });
    m.set({ rcx: 3, rsi: 0, rflags: 2 });
    m.sink.onAccess = () => m.vcpu.kick();
    m.load([0xf3, 0xac, 0xf4]);
    expect([m.run(), m.get('rflags')]).toEqual(['kicked', 2]);
  });
});

describe('the interrupt shadow of STI and MOV SS', () => {
  const rep = (prefix: readonly number[], rflags: number, code = [0xf3, 0xac]): ProtectedMachine => {
    const m = protectedMachine(0);
    m.set({ rax: SEL.data[0], rcx: 5000, rsi: MMIO, rflags });
    m.load([...prefix, ...code, 0xf4]);
    return m;
  };

  test.each([
    ['STI', [0xfb], 2],
    ['MOV SS', [0x8e, 0xd0], IF | 2],
  ])('of %s ends with the first element of a REP', (_, prefix, rflags) => {
    const m = rep(prefix, rflags);
    m.vcpu.requestInterruptWindow(rflags === 2);
    m.run(1);
    m.vcpu.requestInterruptWindow(true);
    expect(m.run()).toBe('irq-window');
    expect([m.get('rcx'), m.get('rip')]).toEqual([4999, CODE + prefix.length]);
  });

  test('ends there for an NMI, for the trap of TF, and where elements are moved in bulk', () => {
    const nmi = rep([0x8e, 0xd0], 2);
    nmi.run(1);
    nmi.vcpu.nmi();
    nmi.run();
    expect([nmi.get('rip'), nmi.get('rcx')]).toEqual([HANDLERS + 3, 4999]);
    const step = rep([0x8e, 0xd0], TF | 2);
    step.run();
    expect([step.get('rip'), step.get('rcx')]).toEqual([HANDLERS + DB + 1, 4999]);
    const bulk = rep([0xfb], 2, [0xf3, 0xaa]);
    bulk.set({ rdi: 0x10000 });
    bulk.vcpu.requestInterruptWindow(true);
    expect([bulk.run(), bulk.get('rcx')]).toEqual(['irq-window', 4999]);
  });
});
