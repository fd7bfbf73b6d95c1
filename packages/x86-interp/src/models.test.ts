import { VmError } from '@picovm/core';
import { describe, expect, test } from 'vitest';
import {
  CPU_FEATURES,
  CPU_MODELS,
  type CpuModelTable,
  type InterpOptions,
  interp,
  opcodes,
  parseCpuModel,
} from './index.ts';
import { HANDLERS, machine } from './machine.test-util.ts';

const nameOf = (model: InterpOptions['cpuModel']): string => machine({ model }).vcpu.cpuModel;

describe('CPU models', () => {
  test('have short names', () => {
    expect((['186', '286', '386', '486'] as const).map(nameOf)).toEqual(['80186', '80286', '80386', '80486']);
    expect(nameOf(undefined)).toBe('pentium4');
  });

  test('of one’s own are named by their model, and what they have more or fewer', () => {
    expect(nameOf({ base: '386' })).toBe('80386');
    expect(nameOf({ base: 'pentium3', add: ['sse'], remove: ['movbe'] })).toBe('pentium3');
    expect(nameOf({ base: 'pentium3', add: ['popcnt', 'sse2', 'movbe'], remove: ['pse36'] })).toBe(
      'pentium3+sse2+movbe+popcnt-pse36',
    );
  });

  test('can be read from text', () => {
    expect(parseCpuModel('486')).toBe('80486');
    expect(parseCpuModel('pentium3+sse2-pse36+movbe')).toEqual({
      base: 'pentium3',
      add: ['sse2', 'movbe'],
      remove: ['pse36'],
    });
    expect(nameOf(parseCpuModel('pentium3+sse2-pse36'))).toBe('pentium3+sse2-pse36');
    for (const text of ['', 'pentium5', '+sse', 'Pentium', 'pentium3 +sse2'])
      expect(() => parseCpuModel(text)).toThrow(VmError);
    for (const text of ['pentium3+', 'pentium3+-sse', 'pentium3++sse2'])
      expect(() => parseCpuModel(text)).toThrow(/write it like/);
  });

  test('do what their features say', () => {
    const runs = (model: InterpOptions['cpuModel'], ...code: number[]): boolean => {
      const m = machine({ model });
      m.load(code);
      m.run(1);
      return m.get('rip') !== HANDLERS + 6;
    };
    const cmov = [0x0f, 0x44, 0xc1];
    expect([runs('pentium', ...cmov), runs({ base: 'pentium', add: ['cmov'] }, ...cmov)]).toEqual([false, true]);
    expect([runs('pentiumpro', ...cmov), runs({ base: 'pentiumpro', remove: ['cmov'] }, ...cmov)]).toEqual([
      true,
      false,
    ]);
    const popcnt = [0xf3, 0x0f, 0xb8, 0xc1];
    expect([runs('pentium4', ...popcnt), runs({ base: '486', add: ['popcnt'] }, ...popcnt)]).toEqual([false, true]);
    const rdmsr = [0x0f, 0x32];
    expect([runs('80486', ...rdmsr), runs({ base: '486', add: ['msr'] }, ...rdmsr)]).toEqual([false, true]);
    // CR4 exists with the first feature that has a bit in it.
    const readCr4 = [0x0f, 0x20, 0xe0];
    expect([runs('80486', ...readCr4), runs({ base: '486', add: ['pse'] }, ...readCr4)]).toEqual([false, true]);
  });

  test('have the flags of virtual interrupts with VME', () => {
    const flags = (model: InterpOptions['cpuModel']): number => {
      const m = machine({ model });
      m.set({ rflags: 0x1c0000 });
      return m.get('rflags') & 0x1c0000;
    };
    expect([flags('pentium'), flags({ base: 'pentium', remove: ['vme'] }), flags('80486')]).toEqual([
      0x1c0000, 0x40000, 0x40000,
    ]);
  });

  test('of one’s own stay as they were given', () => {
    const table = { base: 'pentium3', add: ['sse2'], vendor: 'GenuineIntel' } as const;
    const own = structuredClone(table) as unknown as { base: 'pentium3'; add: ('sse2' | 'sse3')[]; vendor: string };
    const accelerator = interp({ cpuModel: own });
    own.add.push('sse3');
    own.vendor = 'no';
    expect(accelerator.name).toBe('interp');
    expect(nameOf(Object.freeze(table))).toBe('pentium3+sse2');
  });

  test.each<[unknown, RegExp]>([
    ['8008', /there is no CPU model 8008: they are 8086, 80186/],
    ['toString', /there is no CPU model toString/],
    [8086, /there is no CPU model 8086: .*; did you mean '8086'\?$/],
    ['PENTIUM3', /there is no CPU model PENTIUM3: .*; did you mean pentium3\?$/],
    ['Pentium 3', /there is no CPU model Pentium 3: .*; did you mean pentium3\?$/],
    ['i486', /; did you mean 486\?$/],
    ['pentum', /; did you mean pentium\?$/],
    [Symbol('x'), /there is no CPU model Symbol\(x\)/],
    [{ base: 'pentium3', add: ['see2'] }, /; did you mean sse2/],
    [null, /CPU model/],
    [{}, /there is no CPU model undefined/],
    [{ base: 'pentium6' }, /there is no CPU model pentium6/],
    [{ base: 'pentium3', speed: 1 }, /a CPU model has no field 'speed': it has base, add, remove, vendor/],
    [{ base: 'pentium3', add: ['avx'] }, /there is no CPU feature avx: they are fpu, vme/],
    [{ base: 'pentium3', remove: ['3dnow'] }, /there is no CPU feature 3dnow/],
    [{ base: 'pentium3', add: 'sse2' }, /'add' of a CPU model is a list of features/],
    [{ base: 'pentium3', remove: ['fpu'] }, /fpu can be neither added nor removed/],
    [{ base: 'pentium3', add: ['sse2'], remove: ['sse2'] }, /sse2 is both added and removed/],
    [{ base: 'pentium', add: ['sse'] }, /sse needs fxsr, which/],
    [{ base: 'pentium3', add: ['sse3'] }, /sse3 needs sse2, which/],
    [{ base: 'pentium2', remove: ['mmx'], add: ['sse'] }, /sse needs mmx, which/],
    [{ base: 'pentium4', remove: ['sse'] }, /sse2 needs sse, which/],
    [{ base: 'pentium4', remove: ['msr'] }, /needs msr, which/],
    [{ base: 'pentium', add: ['nx'] }, /nx needs pae, which/],
    [
      { base: '80386', add: ['cmov'] },
      /^of the CPU model 80386 features cannot be chosen, as it has no CPUID: that begins with the 80486$/,
    ],
    [{ base: '286', vendor: 'GenuineIntel' }, /of the CPU model 80286 no vendor can be given, as it has no CPUID/],
    [{ base: 'pentium3', vendor: 'Genuine' }, /'vendor' of a CPU model has 12 ASCII characters, and is not 'Genuine'/],
    [{ base: 'pentium3', vendor: 7 }, /'vendor' of a CPU model has 12/],
    [{ base: 'pentium3', brand: 'x'.repeat(48) }, /'brand' of a CPU model has at most 47 ASCII/],
    [{ base: 'pentium3', brand: 'é' }, /'brand' of a CPU model/],
    [{ base: 'pentium3', family: 271 }, /'family' of a CPU model is an integer from 0 to 270, and not 271/],
    [{ base: 'pentium3', model: -1 }, /'model' of a CPU model is an integer from 0 to 255/],
    [{ base: 'pentium3', stepping: 1.5 }, /'stepping' of a CPU model is an integer from 0 to 15/],
    [{ base: 'pentium3', cpuid: {} }, /'cpuid' of a CPU model is a list/],
    [{ base: 'pentium3', cpuid: [{ eax: 1 }] }, /'leaf' of a CPU model is an integer/],
    [{ base: 'pentium3', cpuid: [{ leaf: 1, rax: 1 }] }, /a leaf of CPUID has no field 'rax': it has leaf, subleaf/],
    [
      { base: 'pentium3', cpuid: [{ leaf: 1, eax: 2 ** 32 }] },
      /'eax' of a CPU model is an integer from 0 to 4294967295/,
    ],
    [{ base: 'pentium3', cpuid: [null] }, /a leaf of CPUID takes an object of fields, not null/],
  ])('that cannot be are refused: %j', (cpuModel, message) => {
    const attempt = (): unknown => interp({ cpuModel: cpuModel as CpuModelTable });
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    );
  });

  test.each([
    ['pentium-3', /^there is no CPU model pentium-3; did you mean pentium3\?$/],
    ['PENTIUM3+sse2', /there is no CPU model PENTIUM3: .*; did you mean pentium3\?$/],
    ['pentium3+see2', /there is no CPU feature see2: .*; did you mean sse2/],
    ['pentium3+SSE2', /there is no CPU feature SSE2: .*; did you mean sse2\?$/],
    ['486+', /'486\+' is no CPU model: write it like pentium3/],
    ['', /there is no CPU model : they are/],
    [486, /486 is no CPU model/],
    [undefined, /undefined is no CPU model/],
  ])('as text neither: %j', (text, message) => {
    expect(() => parseCpuModel(text as string)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    );
  });

  test('are lists that nobody changes', () => {
    for (const list of [CPU_MODELS, CPU_FEATURES, opcodes()]) expect(Object.isFrozen(list)).toBe(true);
    for (const form of opcodes()) {
      expect(
        [form, form.operands, form.flags].every((part) => Object.isFrozen(part)),
        form.mnemonic,
      ).toBe(true);
    }
  });
});
