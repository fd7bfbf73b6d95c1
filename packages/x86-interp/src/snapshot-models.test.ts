import { noEvents, resetFpu, type X86VcpuState } from '@picovm/core/x86';
import { describe, expect, it } from 'vitest';
import { CPU_FEATURES, type CpuModelTable, parseCpuModel } from './index.ts';
import { machine, type TestMachine } from './machine.test-util.ts';

const WRMSR = [0x0f, 0x30];
const RDMSR = [0x0f, 0x32];

function write(m: TestMachine, index: number, low: number, high = 0): void {
  m.set({ rcx: index, rax: low, rdx: high });
  m.load(WRMSR);
  m.run(1);
}

function read(m: TestMachine, index: number): [number, number] {
  m.set({ rcx: index });
  m.load(RDMSR);
  m.run(1);
  return [m.get('rdx'), m.get('rax')];
}

describe('a snapshot', () => {
  it('has the MSRs that are not as after RESET, by ascending index, and brings them back', () => {
    const a = machine();
    write(a, 0x2ff, 0xc06);
    write(a, 0x277, 0x01000100, 0x06060606);
    write(a, 0x175, 0x12345678, 0x99);
    write(a, 0x1a0, 0x400001, 4);
    write(a, 0x175, 0x12345679);
    const state = a.vcpu.snapshot();
    expect(state.msrs).toEqual([
      { index: 0x175, value: 0x12345679n },
      { index: 0x1a0, value: 0x4_00401801n },
      { index: 0x277, value: 0x06060606_01000100n },
      { index: 0x2ff, value: 0xc06n },
    ]);
    const b = machine();
    write(b, 0x174, 8);
    write(b, 0x201, 0x800);
    b.vcpu.restore(state);
    expect(b.vcpu.snapshot()).toEqual(state);
    expect([read(b, 0x174), read(b, 0x201), read(b, 0x2ff)]).toEqual([
      [0, 0],
      [0, 0],
      [0, 0xc06],
    ]);
    b.vcpu.reset();
    expect(b.vcpu.snapshot().msrs).toEqual([]);
  });

  it('has EFER among the special registers, and the time-stamp counter by itself', () => {
    const a = machine();
    write(a, 0xc0000080, 0x800);
    write(a, 0x10, 5, 6);
    const state = a.vcpu.snapshot();
    expect([state.special.efer, state.tsc, state.msrs]).toEqual([0x800n, 0x600000006n, []]);
    const b = machine();
    b.vcpu.restore(state);
    expect(read(b, 0xc0000080)).toEqual([0, 0x800]);
    const old = machine({ model: 'pentium3' });
    expect(() => old.vcpu.restore({ ...state, model: 'pentium3' })).toThrow(
      /EFER: the snapshot has 0x800, this machine none/,
    );
  });

  it('has counters that go on counting', () => {
    const a = machine({ model: 'pentium3' });
    write(a, 0xc1, -100);
    write(a, 0x186, 0x4300c0);
    const state = a.vcpu.snapshot();
    const b = machine({ model: 'pentium3' });
    b.vcpu.restore(state);
    expect(b.vcpu.snapshot()).toEqual(state);
    expect(read(b, 0xc1)).toEqual(read(a, 0xc1));
    expect(read(b, 0xc1)).toEqual(read(a, 0xc1));
    expect(b.vcpu.snapshot().msrs[0]).toEqual({ index: 0xc1, value: 2n ** 40n - 97n });
  });

  it('names a processor of one’s own, from which it can be made again', () => {
    const model: CpuModelTable = { base: '486', add: ['tsc', 'msr'] };
    const state = machine({ model }).vcpu.snapshot();
    expect(state.model).toBe('80486+tsc+msr');
    const again = machine({ model: parseCpuModel(state.model) });
    again.vcpu.restore(state);
    expect(again.vcpu.snapshot()).toEqual(state);
    expect(() => machine({ model: '80486' }).vcpu.restore(state)).toThrow(/has 80486\+tsc\+msr, this machine 80486$/);
  });

  it('has room for the longest name', () => {
    const remove = CPU_FEATURES.filter((feature) => !['fpu', 'movbe', 'popcnt'].includes(feature));
    const { vcpu } = machine({ model: { base: 'pentium4', add: ['movbe', 'popcnt'], remove } });
    const state = vcpu.snapshot();
    expect(state.model.length).toBeGreaterThan(100);
    vcpu.restore(state);
    expect(vcpu.snapshot()).toEqual(state);
  });
});

describe('a snapshot of another processor', () => {
  const into = (model: Parameters<typeof machine>[0], state: X86VcpuState): string => {
    const { vcpu } = machine(model);
    vcpu.restore(state);
    return vcpu.snapshot().model;
  };
  const refused = /CPU model/;

  it.each([
    ['pentium', 'pentium4'],
    ['pentiummmx', 'pentium2'],
    ['pentiumpro', 'pentium3'],
    ['pentium3+sse2', 'pentium4'],
    ['pentium', 'pentium3+sse2'],
    ['host', 'pentium4'],
    ['host', 'pentium'],
  ])('of %s goes on as %s, which has all that it had', (from, to) => {
    const state = machine({ model: from === 'host' ? 'pentium' : parseCpuModel(from) }).vcpu.snapshot();
    expect(into({ model: parseCpuModel(to) }, { ...state, model: from })).toBe(to);
  });

  it.each([
    ['pentium4', 'pentium3'],
    ['pentiummmx', 'pentiumpro'],
    ['80486', 'pentium'],
    ['80386', '80486'],
    ['pentium+movbe', 'pentium4'],
    ['pentium3+sse2', 'pentium3'],
    ['host', '80486'],
    ['pentium5', 'pentium4'],
    ['pentium+sse', 'pentium4'],
    ['', 'pentium4'],
    ['+sse', 'pentium4'],
  ])('of %s does not go on as %s', (model, to) => {
    const state = machine({ model: '80386' }).vcpu.snapshot();
    expect(() => into({ model: parseCpuModel(to) }, { ...state, model })).toThrow(refused);
  });

  it('of KVM is taken, if its guest used nothing that this processor has not', () => {
    const state = { ...machine().vcpu.snapshot(), model: 'host', events: noEvents() };
    const used = { ...state, fpu: { ...resetFpu(), mxcsr: 0x1f81 } };
    expect(into({ model: 'pentium4' }, used)).toBe('pentium4');
    expect(() => into({ model: 'pentium2' }, used)).toThrow(/XMM registers/);
    const paging = { ...state, special: { ...state.special, cr4: 0x6a0n } };
    expect(into({ model: 'pentium3' }, paging)).toBe('pentium3');
    expect(() => into({ model: 'pentium2' }, paging)).toThrow(/CR4: the snapshot has 0x6a0/);
  });
});
