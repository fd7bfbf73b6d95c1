import { describe, expect, test } from 'vitest';
import type { ControlWriteEvent } from './index.ts';
import { CODE, machine, type TestMachine } from './machine.test-util.ts';
import { protectedMachine, SEL, TSS_2 } from './protected.test-util.ts';

const HLT = 0xf4;

describe('the hook of control registers', () => {
  const writes = (m: TestMachine): [string, number, number][] => {
    const list: [string, number, number][] = [];
    m.vcpu.on('control-write', ({ register, before, after }: ControlWriteEvent) =>
      list.push([register, Number(before), Number(after)]),
    );
    return list;
  };

  test('is told of MOV, LMSW and CLTS, with what was there', () => {
    const m = machine({ model: 'pentium' });
    const list = writes(m);
    const cr0 = Number(m.vcpu.getSpecialRegisters().cr0);
    // mov eax, 12345000h; mov cr3, eax; mov cr2, eax; mov eax, 4; mov cr4, eax; mov ax, 8; lmsw ax; clts; hlt
    m.load([
      ...[0x66, 0xb8, 0, 0x50, 0x34, 0x12, 0x0f, 0x22, 0xd8, 0x0f, 0x22, 0xd0],
      ...[0x66, 0xb8, 4, 0, 0, 0, 0x0f, 0x22, 0xe0, 0xb8, 8, 0, 0x0f, 0x01, 0xf0, 0x0f, 0x06, 0x0f, 0x06, HLT],
    ]);
    m.run();
    expect(list).toEqual([
      ['cr3', 0, 0x12345000],
      ['cr2', 0, 0x12345000],
      ['cr4', 0, 4],
      ['cr0', cr0, cr0 | 8],
      ['cr0', cr0 | 8, cr0],
      ['cr0', cr0, cr0],
    ]);
  });

  test('is told of EFER', () => {
    const m = machine({ model: 'pentium4' });
    const list = writes(m);
    // mov ecx, C0000080h; mov eax, 800h; xor edx, edx; wrmsr; mov ecx, 10h; wrmsr; hlt
    m.load([
      ...[0x66, 0xb9, 0x80, 0, 0, 0xc0, 0x66, 0xb8, 0, 8, 0, 0, 0x66, 0x31, 0xd2, 0x0f, 0x30],
      ...[0x66, 0xb9, 0x10, 0, 0, 0, 0x0f, 0x30, HLT],
    ]);
    expect(m.run()).toBe('halt');
    expect(list).toEqual([['efer', 0, 0x800]]);
  });

  test('is told of the debug registers, by their own names', () => {
    const m = machine({ model: 'pentium' });
    const list = writes(m);
    // mov eax, 3; mov dr0, eax; mov dr3, eax; mov dr5, eax; mov dr4, eax; hlt
    m.load([0x66, 0xb8, 3, 0, 0, 0, 0x0f, 0x23, 0xc0, 0x0f, 0x23, 0xd8, 0x0f, 0x23, 0xe8, 0x0f, 0x23, 0xe0, HLT]);
    m.run();
    expect(list).toEqual([
      ['dr0', 0, 3],
      ['dr3', 0, 3],
      ['dr7', 0x400, 0x403],
      ['dr6', 0xffff0ff0, 0xffff0ff3],
    ]);
  });

  test('is told of a task switch', () => {
    const m = protectedMachine();
    m.memory.writeU32(TSS_2 + 0x1c, 0x7000);
    m.memory.writeU32(TSS_2 + 0x20, CODE + 0x100);
    m.memory.writeU32(TSS_2 + 0x4c, SEL.code[0]);
    m.memory.writeU32(TSS_2 + 0x50, SEL.data[0]);
    const list = writes(m);
    m.load([0xea, 0, 0, 0, 0, SEL.tss2, 0]);
    m.run(1);
    expect(m.get('rip')).toBe(CODE + 0x100);
    const cr0 = Number(m.vcpu.getSpecialRegisters().cr0);
    expect(list).toEqual([['cr0', cr0 & ~8, cr0]]);
  });

  test('is not told of what is refused, nor of the host', () => {
    const m = machine({ model: 'pentium' });
    const list = writes(m);
    m.vcpu.setSpecialRegisters({ cr0: 0x11n, cr3: 0x5000n });
    // mov eax, 80000000h; mov cr0, eax: PG without PE
    m.load([0x66, 0xb8, 0, 0, 0, 0x80, 0x0f, 0x22, 0xc0, HLT]);
    m.vcpu.setSpecialRegisters({ cr0: 0x10n });
    m.run();
    expect(list).toEqual([]);
  });
});
