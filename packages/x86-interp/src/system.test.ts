import { describe, expect, test } from 'vitest';
import { CODE, HANDLERS, machine } from './machine.test-util.ts';

describe('system registers', () => {
  test('CR0 without PE can be changed, but not paged', () => {
    const m = machine();
    m.set({ rax: 0x1a });
    m.load([0x0f, 0x22, 0xc0, 0x0f, 0x06, 0x0f, 0x20, 0xc1]);
    m.run(3);
    expect(m.get('rcx')).toBe(0x12);
    m.set({ rax: 0x80000000 });
    m.load([0x0f, 0x22, 0xc0]);
    m.run(1);
    expect(m.get('rip')).toBe(HANDLERS + 13);
  });

  test('CR2 and CR3 hold what they are given; CR1 is no register', () => {
    const m = machine();
    m.set({ rax: 0x12345000 });
    m.load([0x0f, 0x22, 0xd8, 0x0f, 0x20, 0xd9, 0x0f, 0x22, 0xd0, 0x0f, 0x20, 0xd2, 0x0f, 0x20, 0xc8]);
    m.run(4);
    expect([m.get('rcx'), m.get('rdx')]).toEqual([0x12345000, 0x12345000]);
    m.run(1);
    expect(m.get('rip')).toBe(HANDLERS + 6);
  });

  test('debug registers, with DR4 for DR6', () => {
    const m = machine();
    m.set({ rax: 0x1234 });
    m.load([0x0f, 0x23, 0xc0, 0x0f, 0x21, 0xc1, 0x0f, 0x23, 0xe0, 0x0f, 0x21, 0xf2]);
    m.run(4);
    expect([m.get('rcx'), m.get('rdx')]).toEqual([0x1234, 0xffff0ff4]);
  });

  test('LGDT, SGDT, LIDT, SIDT, and interrupts through a moved table', () => {
    const m = machine();
    m.memory.write(0x3000, Uint8Array.from([0xff, 0x03, 0x00, 0x40, 0x00, 0x99]));
    m.load([
      0x0f, 0x01, 0x16, 0, 0x30, 0x0f, 0x01, 0x06, 0x10, 0x30, 0x0f, 0x01, 0x1e, 0, 0x30, 0x0f, 0x01, 0x0e, 0x20, 0x30,
      0xcd, 0x21,
    ]);
    m.memory.writeU32(0x4000 + 0x21 * 4, 0x5000);
    m.memory.write(0x5000, Uint8Array.from([0xf4]));
    m.run();
    expect([...m.memory.read(0x3010, 6)]).toEqual([0xff, 0x03, 0x00, 0x40, 0x00, 0x00]);
    expect([...m.memory.read(0x3020, 6)]).toEqual([0xff, 0x03, 0x00, 0x40, 0x00, 0x00]);
    expect(m.get('rip')).toBe(0x5001);
    m.load([0x66, 0x0f, 0x01, 0x16, 0, 0x30]);
    m.run(1);
    expect(m.vcpu.getSpecialRegisters().gdt).toEqual({ base: 0x99004000n, limit: 0x3ff });
  });

  test('the 80386 has no coprocessor: ESC does nothing, or #NM', () => {
    const m = machine({ model: '80386' });
    m.load([0xd9, 0x06, 0, 0x20, 0x9b]);
    m.run(2);
    expect(m.get('rip')).toBe(CODE + 5);
    m.vcpu.setSpecialRegisters({ cr0: 0x14n });
    m.load([0xdb, 0xe3]);
    m.run(1);
    expect(m.get('rip')).toBe(HANDLERS + 7);
    m.vcpu.setSpecialRegisters({ cr0: 0x1an });
    m.load([0x9b]);
    m.run(1);
    expect(m.get('rip')).toBe(HANDLERS + 7);
  });

  test('flags that exist', () => {
    const wide = machine();
    wide.set({ rflags: 0x3fffff & ~0x100 });
    expect(wide.get('rflags')).toBe(0x3f7ed7);
    expect(machine({ model: '8086' }).get('rflags')).toBe(0xf002);
    const m = machine({ model: '80286' });
    m.set({ rflags: 0xfeff });
    expect(m.get('rflags')).toBe(0xed7);
  });
});

describe('CPUID', () => {
  test('can be answered by the sink', () => {
    const m = machine();
    m.sink.answersCpuid = true;
    m.sink.onCpuid = (exit) => {
      expect([exit.leaf, exit.subleaf]).toEqual([1, 7]);
      exit.ebx = 0xfeedf00d;
    };
    m.vcpu.sinkChanged();
    m.set({ rax: 1, rcx: 7 });
    m.load([0x0f, 0xa2]);
    m.run(1);
    expect([m.get('rbx'), m.get('rax')]).toEqual([0xfeedf00d, 0xf41]);
  });
});
