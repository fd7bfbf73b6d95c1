import { enterRealMode } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { CPU_MODELS, type CpuModel, type InterpOptions } from './index.ts';
import { HANDLERS, machine } from './machine.test-util.ts';

type Registers = readonly [eax: number, ebx: number, ecx: number, edx: number];

function cpuid(model: InterpOptions['cpuModel'], leaf: number, subleaf = 0): Registers {
  const m = machine({ model });
  m.set({ rax: leaf, rcx: subleaf });
  m.load([0x0f, 0xa2]);
  m.run(1);
  return [m.get('rax'), m.get('rbx'), m.get('rcx'), m.get('rdx')];
}

function text(...words: number[]): string {
  return Buffer.from(Uint32Array.from(words).buffer).toString('latin1').replace(/\0+$/, '');
}

describe('CPUID', () => {
  test.each<[CpuModel, Registers, number]>([
    ['80486', [0x421, 0, 0, 0x1], 1],
    ['pentium', [0x521, 0, 0, 0x1bf], 1],
    ['pentiummmx', [0x543, 0, 0, 0x8001bf], 1],
    ['pentiumpro', [0x619, 0, 0, 0xf1ff], 2],
    ['pentium2', [0x652, 0, 0, 0x183f9ff], 2],
    ['pentium3', [0x686, 2, 0, 0x383f9ff], 2],
    ['pentium4', [0xf41, 0x800, 9, 0x78bf9ff], 5],
  ])('of the %s', (model, one, last) => {
    const [eax, ebx, ecx, edx] = cpuid(model, 0);
    expect([eax, text(ebx, edx, ecx)]).toEqual([last, 'GenuineIntel']);
    expect(cpuid(model, 1)).toEqual(one);
    // A leaf beyond the last gives the data of that.
    expect(cpuid(model, last + 1)).toEqual(cpuid(model, last));
    expect(cpuid(model, 0x40000000)).toEqual(cpuid(model, last));
    if (model !== 'pentium4') expect(cpuid(model, 0x80000000)).toEqual(cpuid(model, last));
  });

  test('does not exist before the 80486', () => {
    for (const model of CPU_MODELS.slice(1, 4)) {
      const m = machine({ model });
      m.load([0x0f, 0xa2]);
      m.run(1);
      expect(m.get('rip')).toBe(HANDLERS + 6);
    }
  });

  test('can be told by a program: it can change the flag ID', () => {
    // pushfd; pop eax; xor eax, 200000; push eax; popfd; pushfd; pop ebx; xor eax, ebx
    const code = [0x66, 0x9c, 0x66, 0x58, 0x66, 0x35, 0, 0, 0x20, 0, 0x66, 0x50, 0x66, 0x9d, 0x66, 0x9c, 0x66, 0x5b];
    const changed = CPU_MODELS.filter((model) => {
      const m = machine({ model });
      m.load([...code, 0x66, 0x31, 0xd8]);
      m.run(8);
      return m.get('rbx') !== 0 && m.get('rax') === 0;
    });
    expect(changed).toEqual(CPU_MODELS.slice(CPU_MODELS.indexOf('80486')));
  });

  test('tells caches: descriptors of the P6 family, sub-leaves of the Pentium 4', () => {
    expect(cpuid('pentiumpro', 2)).toEqual([0x03020101, 0, 0, 0x06040a42]);
    expect(cpuid('pentium3', 2)).toEqual([0x03020101, 0, 0, 0x0c040882]);
    expect(cpuid('pentium4', 2)).toEqual([0x605b5001, 0, 0, 0x007c7040]);
    expect(cpuid('pentium4', 3)).toEqual([0, 0, 0, 0]);
    expect([0, 1, 2, 0xffffffff].map((subleaf) => cpuid('pentium4', 4, subleaf))).toEqual([
      [0x121, 0x01c0003f, 0x1f, 0],
      [0x143, 0x01c0103f, 0x3ff, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(cpuid('pentium4', 5)).toEqual([64, 64, 0, 0]);
  });

  test('has the extended leaves of the Pentium 4', () => {
    expect(cpuid('pentium4', 0x80000000)).toEqual([0x80000008, 0, 0, 0]);
    expect(cpuid('pentium4', 0x80000001)).toEqual([0, 0, 0, 0x100000]);
    const brand = text(...[2, 3, 4].flatMap((n) => cpuid('pentium4', 0x80000000 + n)));
    expect(brand.trim()).toBe('Intel(R) Pentium(R) 4 CPU 3.00GHz');
    expect(cpuid('pentium4', 0x80000005)).toEqual([0, 0, 0, 0]);
    expect(cpuid('pentium4', 0x80000008)).toEqual([0x2024, 0, 0, 0]);
    expect(cpuid('pentium4', 0x80000009)).toEqual(cpuid('pentium4', 5));
  });

  test('is what EDX has after RESET', () => {
    const signatures = CPU_MODELS.map((model) => {
      const { vcpu } = machine({ model });
      vcpu.reset();
      return Number(vcpu.getRegisters().rdx);
    });
    expect(signatures).toEqual([0, 0, 0, 0x308, 0x421, 0x521, 0x543, 0x619, 0x652, 0x686, 0xf41]);
  });

  test('heeds what IA32_MISC_ENABLE switches off', () => {
    const m = machine();
    const leaf = (number: number): Registers => {
      m.set({ rax: number, rcx: 0 });
      m.load([0x0f, 0xa2]);
      m.run(1);
      return [m.get('rax'), m.get('rbx'), m.get('rcx'), m.get('rdx')];
    };
    // Limit CPUID, disable XD, disable MONITOR.
    m.set({ rcx: 0x1a0, rax: 0x400001, rdx: 4 });
    m.load([0x0f, 0x30]);
    m.run(1);
    expect(leaf(0)[0]).toBe(3);
    expect(leaf(5)).toEqual([0, 0, 0, 0]);
    expect([leaf(1)[2], leaf(0x80000001)[3], leaf(0x80000000)[0]]).toEqual([1, 0, 0x80000008]);
    enterRealMode(m.vcpu, { segment: 0, offset: 0 });
    expect([leaf(0)[0], leaf(1)[2], leaf(0x80000001)[3]]).toEqual([5, 9, 0x100000]);
  });
});

test('CPUID tells of the local APIC of a machine that has one, while it is enabled', () => {
  const APIC = 0x200;
  const found = CPU_MODELS.slice(CPU_MODELS.indexOf('80486')).filter((model) => {
    const m = machine({ model });
    m.vcpu.apicBase = () => {};
    m.set({ rax: 1 });
    m.load([0x0f, 0xa2]);
    m.run(1);
    return (m.get('rdx') & APIC) !== 0;
  });
  expect(found).toEqual(CPU_MODELS.slice(CPU_MODELS.indexOf('pentium')));
  const m = machine();
  m.vcpu.apicBase = () => {};
  // mov ecx, 1Bh; rdmsr; xor ah, 8; wrmsr; mov eax, 1; cpuid
  const code = [0x66, 0xb9, 0x1b, 0, 0, 0, 0x0f, 0x32, 0x80, 0xf4, 8, 0x0f, 0x30, 0x66, 0xb8, 1, 0, 0, 0, 0x0f, 0xa2];
  const bits = [1, 2].map(() => {
    m.load(code);
    m.run(6);
    return m.get('rdx') & APIC;
  });
  expect(bits).toEqual([0, APIC]);
});

describe('CPUID of a processor of one’s own', () => {
  test('has its features, and what comes with them', () => {
    const model = { base: 'pentium3', add: ['sse2', 'movbe', 'popcnt', 'clfsh'], remove: ['pse36'] } as const;
    expect(cpuid(model, 1)).toEqual([0x686, 0x802, 0xc00000, 0x789f9ff | 0]);
    expect(cpuid({ base: 'pentium3', add: ['nx', 'monitor'] }, 0)[0]).toBe(5);
    expect(cpuid({ base: 'pentium3', add: ['nx', 'monitor'] }, 0x80000000)[0]).toBe(0x80000001);
    expect(cpuid({ base: 'pentium3', add: ['nx', 'monitor'] }, 4)).toEqual([0, 0, 0, 0]);
  });

  test('calls itself what it wants', () => {
    const model = {
      base: '486',
      vendor: 'Twelve chars',
      brand: 'A processor',
      family: 6,
      model: 0x2a,
      stepping: 7,
    } as const;
    const [eax, ebx, ecx, edx] = cpuid(model, 0);
    expect([eax, text(ebx, edx, ecx)]).toEqual([1, 'Twelve chars']);
    expect(cpuid(model, 1)[0]).toBe(0x206a7);
    expect(cpuid(model, 0x80000000)[0]).toBe(0x80000004);
    expect(text(...cpuid(model, 0x80000002), ...cpuid(model, 0x80000003))).toBe('A processor');
    expect(cpuid({ base: 'pentium4', family: 23, model: 0x31 }, 1)[0]).toBe(0x00830f11);
    expect(cpuid({ base: 'pentium4', stepping: 3 }, 1)[0]).toBe(0xf43);
    const { vcpu } = machine({ model });
    vcpu.reset();
    expect(vcpu.getRegisters().rdx).toBe(0x206a7n);
  });

  test('has further leaves, and other values in leaves', () => {
    const model: InterpOptions['cpuModel'] = {
      base: 'pentium4',
      cpuid: [
        { leaf: 1, ebx: 0x03000800 },
        { leaf: 4, subleaf: 1, ecx: 0x7ff },
        { leaf: 4, edx: 1 },
        { leaf: 7, subleaf: 0, ebx: 0x20 },
        { leaf: 0x40000000, eax: 0x40000000, ebx: 0x6f636950 },
      ],
    };
    expect(cpuid(model, 0)[0]).toBe(7);
    expect(cpuid(model, 1)).toEqual([0xf41, 0x03000800, 9, 0x78bf9ff]);
    expect(cpuid(model, 4, 0)).toEqual([0x121, 0x01c0003f, 0x1f, 1]);
    expect(cpuid(model, 4, 1)).toEqual([0x143, 0x01c0103f, 0x7ff, 1]);
    expect(cpuid(model, 4, 9)).toEqual([0, 0, 0, 1]);
    expect(cpuid(model, 6)).toEqual([0, 0, 0, 0]);
    expect([cpuid(model, 7, 0), cpuid(model, 7, 1)]).toEqual([
      [0, 0x20, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(cpuid(model, 0x40000000)).toEqual([0x40000000, 0x6f636950, 0, 0]);
    expect(cpuid(model, 0x40000001)).toEqual(cpuid(model, 7));
  });

  test('may say that it ends earlier than it does', () => {
    const model = {
      base: 'pentium4',
      cpuid: [
        { leaf: 0, eax: 2 },
        { leaf: 0x80000000, eax: 0x80000001 },
      ],
    } as const;
    expect([cpuid(model, 0)[0], cpuid(model, 4)]).toEqual([2, cpuid(model, 2)]);
    expect([cpuid(model, 0x80000000)[0], cpuid(model, 0x80000002)]).toEqual([0x80000001, cpuid(model, 2)]);
  });
});
