import { describe, expect, test } from 'vitest';
import type { InterpOptions } from './index.ts';
import { CODE, HANDLERS, machine, type TestMachine } from './machine.test-util.ts';
import { protectedMachine } from './protected.test-util.ts';

const GP = HANDLERS + 13;

interface MsrMachine extends TestMachine {
  /** @returns whether there was no fault */
  write(index: number, low: number, high?: number): boolean;
  /** @returns EDX and EAX, or undefined if there was a fault */
  read(index: number): [high: number, low: number] | undefined;
}

function msrMachine(model?: InterpOptions['cpuModel']): MsrMachine {
  const m = machine({ model });
  const run = (code: readonly number[]): boolean => {
    m.load(code);
    m.run(1);
    if (m.get('rip') !== CODE + 2) expect(m.get('rip')).toBe(GP);
    return m.get('rip') === CODE + 2;
  };
  return {
    ...m,
    write: (index, low, high = 0) => {
      m.set({ rcx: index, rax: low, rdx: high });
      return run([0x0f, 0x30]);
    },
    read: (index) => {
      m.set({ rcx: index, rax: 0x5a5a5a5a, rdx: 0xa5a5a5a5 });
      return run([0x0f, 0x32]) ? [m.get('rdx'), m.get('rax')] : undefined;
    },
  };
}

/** Every model-specific register of a model: those that can be read or written. */
function indicesOf(model: InterpOptions['cpuModel']): string {
  const m = msrMachine(model);
  const asked: number[] = [];
  m.sink.rdmsr = (index) => {
    asked.push(index);
    return undefined;
  };
  const found: number[] = [];
  for (const first of [0, 0xc0000000]) {
    for (let index = first; index < first + 0x700; index++) {
      const before = asked.length;
      m.read(index);
      if (asked.length === before) found.push(index);
    }
  }
  const ranges = found
    .filter((index) => !found.includes(index - 1))
    .map((first) => {
      let last = first;
      while (found.includes(last + 1)) last++;
      return last === first ? first.toString(16) : `${first.toString(16)}-${last.toString(16)}`;
    });
  return ranges.join(' ');
}

describe('MSRs', () => {
  test.each<[InterpOptions['cpuModel'], string]>([
    ['pentium', '0-1 10-13'],
    ['pentiummmx', '0-1 10-13'],
    ['pentiumpro', '0-1 10 17 1b 2a 79 8b c1-c2 fe 179-17a 186-187 200-20f 250 258-259 268-26f 2ff'],
    ['pentium3', '0-1 10 17 1b 2a 79 8b c1-c2 fe 174-176 179-17a 186-187 200-20f 250 258-259 268-26f 277 2ff'],
    [
      'pentium4',
      '0-1 10 17 1b 2a 2c 79 8b fe 174-176 179-17a 1a0 200-20f 250 258-259 268-26f 277 2ff-311 360-371 3a0-3be 3c0-3c5 3c8-3cd 3e0-3e1 c0000080',
    ],
    [
      { base: 'pentium3', remove: ['mtrr', 'pat', 'sep', 'mca'], add: ['nx'] },
      '0-1 10 17 1b 2a 79 8b c1-c2 186-187 c0000080',
    ],
    [{ base: '486', add: ['msr', 'tsc'] }, '10'],
  ])('of the %j', (model, indices) => expect(indicesOf(model)).toBe(indices));

  test('that there are not are the affair of the sink, or #GP', () => {
    const m = msrMachine();
    m.sink.msrs.set(0x1234, 0x1122334455667788n);
    expect(m.read(0x1234)).toEqual([0x11223344, 0x55667788]);
    expect(m.write(0x1234, 7, 8)).toBe(true);
    expect(m.sink.msrs.get(0x1234)).toBe(0x800000007n);
    expect([m.read(0x999), m.write(0x999, 0)]).toEqual([undefined, false]);
    // The sink is not asked for the others.
    m.sink.msrs.set(0x277, 1n);
    expect(m.read(0x277)).toEqual([0x70406, 0x70406]);
  });

  test('are for privilege level 0', () => {
    for (const opcode of [0x30, 0x32]) expect(protectedMachine(3).faultOf([0x0f, opcode])).toEqual([13, 0]);
  });

  test('the time-stamp counter can be set; of the P6 family its lower half, which clears the upper', () => {
    for (const [model, high] of [
      ['pentium', 5],
      ['pentiumpro', 0],
      ['pentium3', 0],
      ['pentium4', 5],
    ] as const) {
      const m = msrMachine(model);
      expect(m.write(0x10, -2, 5)).toBe(true);
      // nop; nop; nop; rdtsc
      m.load([0x90, 0x90, 0x90, 0x0f, 0x31]);
      m.run(4);
      expect([m.get('rdx'), m.get('rax')]).toEqual([high + 1, 2]);
      expect(m.read(0x10)).toEqual([high + 1, 3]);
    }
  });

  test('the time-stamp counter counts what a machine gives it in place of instructions, from what it is', () => {
    const m = msrMachine();
    let now = 1e12;
    m.write(0x10, 100, 7);
    const before = m.vcpu.snapshot().tsc;
    m.vcpu.timeStampTicks = () => now;
    expect(m.vcpu.snapshot().tsc).toBe(before);
    now += 2 ** 33 + 5.7;
    m.load([0x90, 0x90, 0x0f, 0x31]); // nop; nop; rdtsc
    m.run(3);
    expect((m.get('rdx') - 9) * 2 ** 32 + m.get('rax')).toBe(Number(before & 0xffffffffn) + 5);
    const state = m.vcpu.snapshot();
    now += 1000;
    m.vcpu.restore(state);
    expect(m.vcpu.snapshot().tsc).toBe(state.tsc);
    m.vcpu.timeStampTicks = undefined;
    expect(m.vcpu.snapshot().tsc).toBe(state.tsc);
  });

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, undefined])('ticks of %s are none', (ticks) => {
    const m = msrMachine();
    m.vcpu.timeStampTicks = () => ticks as number;
    expect(m.vcpu.snapshot().tsc).toBe(0n);
  });

  test('ticks that throw end the run behind the instruction; what is no function is refused', () => {
    const m = msrMachine();
    m.vcpu.timeStampTicks = () => 0;
    m.vcpu.timeStampTicks = () => {
      throw new Error('no time');
    };
    m.load([0x0f, 0x31, 0x90]);
    expect(() => m.run(2)).toThrow(expect.objectContaining({ code: 'ERR_DEVICE' }));
    expect(() => {
      m.vcpu.timeStampTicks = 5 as never;
    }).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  test('a machine with a local APIC is told where IA32_APIC_BASE puts it', () => {
    const m = msrMachine();
    const told: bigint[] = [];
    m.vcpu.apicBase = (value) => void told.push(value);
    expect(m.vcpu.apicBase).toBeTypeOf('function');
    expect([m.write(0x1b, 0x12345000, 0xf), m.write(0x1b, 0xfee00900 | 0)]).toEqual([true, true]);
    // x2APIC, and address lines that there are not.
    expect([m.write(0x1b, 0xfee00d00 | 0), m.write(0x1b, 0xfee00900 | 0, 0x10)]).toEqual([false, false]);
    expect(told).toEqual([0xf12345000n, 0xfee00900n]);
    m.vcpu.apicBase = undefined;
    m.write(0x1b, 0x1000);
    expect(told).toHaveLength(2);
    expect(m.read(0x1b)).toEqual([0, 0x1000]);
  });

  test('the time-stamp counter is 0 after RESET', () => {
    const m = msrMachine();
    m.load([0x90, 0x90, 0x90]);
    m.run(3);
    m.vcpu.reset();
    expect(m.vcpu.snapshot().tsc).toBe(0n);
  });

  test.each<
    [string, number, [high: number, low: number], [low: number, high: number][], [low: number, high: number][]]
  >([
    // name, index, after RESET, values that are kept, values that are not
    [
      'IA32_APIC_BASE',
      0x1b,
      [0, 0xfee00900],
      [
        [0xfed00000, 3],
        [0x900, 0],
      ],
      [
        [0xfee00901, 0],
        [0xfee00d00, 0],
        [0xfee00900, 0x10],
      ],
    ],
    [
      'IA32_BIOS_SIGN_ID',
      0x8b,
      [0, 0],
      [
        [0, 0],
        [7, 9],
      ],
      [],
    ],
    [
      'IA32_SYSENTER_CS',
      0x174,
      [0, 0],
      [
        [0x60, 0],
        [-1, 0],
      ],
      [],
    ],
    [
      'MCG_STATUS',
      0x17a,
      [0, 0],
      [[7, 0]],
      [
        [8, 0],
        [0, 1],
      ],
    ],
    [
      'a fixed-range MTRR',
      0x26f,
      [0, 0],
      [
        [0x06050401, 0x06060606],
        [0, 0],
      ],
      [
        [2, 0],
        [0, 0x07000000],
        [0x300, 0],
      ],
    ],
    [
      'the base of a variable-range MTRR',
      0x20e,
      [0, 0],
      [[0xfffff006, 0xf]],
      [
        [7, 0],
        [0x106, 0],
        [0, 0x10],
      ],
    ],
    [
      'its mask',
      0x20f,
      [0, 0],
      [[0xfffff800, 0xf]],
      [
        [1, 0],
        [0x400, 0],
        [0x800, 0x10],
      ],
    ],
    [
      'IA32_MTRR_DEF_TYPE',
      0x2ff,
      [0, 0],
      [
        [0xc06, 0],
        [0x800, 0],
      ],
      [
        [0xc02, 0],
        [0x106, 0],
        [0x1006, 0],
        [0, 1],
      ],
    ],
    [
      'IA32_PAT',
      0x277,
      [0x70406, 0x70406],
      [[0x01040506, 0x07000000]],
      [
        [2, 0],
        [0, 0x03000000],
        [8, 0],
      ],
    ],
    [
      'IA32_MISC_ENABLE',
      0x1a0,
      [0, 0x41801],
      [
        [0x1800, 0],
        [0x00401805, 4],
      ],
      [
        [0x10000, 0],
        [0, 1],
      ],
    ],
    ['a counter of the Pentium 4', 0x311, [0, 0], [[-1, 0xff]], [[0, 0x100]]],
    [
      'its CCCR',
      0x371,
      [0, 0],
      [[0xcffff000, 0]],
      [
        [1, 0],
        [0x10000000, 0],
      ],
    ],
    [
      'an ESCR',
      0x3e1,
      [0, 0],
      [[0x7fffffff, 0]],
      [
        [-1, 0],
        [0, 1],
      ],
    ],
  ])('%s keeps what it can hold', (_name, index, reset, good, bad) => {
    const m = msrMachine();
    expect(m.read(index)).toEqual(reset);
    for (const [low, high] of good) {
      expect(m.write(index, low, high)).toBe(true);
      expect(m.read(index)).toEqual([high, low >>> 0]);
    }
    const before = m.read(index);
    for (const [low, high] of bad) {
      expect(m.write(index, low, high)).toBe(false);
      expect(m.read(index)).toEqual(before);
    }
  });

  test('all fixed- and variable-range MTRRs are registers of their own', () => {
    const m = msrMachine();
    const indices = [0x250, 0x258, 0x259, ...Array.from({ length: 8 }, (_, n) => 0x268 + n)];
    const variable = Array.from({ length: 16 }, (_, n) => 0x200 + n);
    for (const index of indices) m.write(index, 0x01010101 * (index & 1 ? 4 : 5), 0x06060606);
    for (const [n, index] of variable.entries()) m.write(index, (n + 1) << 12);
    m.write(0x2ff, 0xc06);
    for (const index of indices) expect(m.read(index)).toEqual([0x06060606, 0x01010101 * (index & 1 ? 4 : 5)]);
    for (const [n, index] of variable.entries()) expect(m.read(index)).toEqual([0, (n + 1) << 12]);
  });

  test('what only tells cannot be written', () => {
    const m = msrMachine();
    for (const [index, value] of [
      [0x17, [0, 0]],
      [0x2c, [0, 0x0f020000]],
      [0xfe, [0, 0x508]],
      [0x179, [0, 0]],
    ] as const) {
      expect(m.read(index)).toEqual(value);
      expect(m.write(index, value[1], value[0])).toBe(false);
    }
  });

  test('what is not there is ignored: updates of the microcode, machine checks of the Pentium, halves of SYSENTER_EIP', () => {
    const m = msrMachine();
    expect([m.write(0x79, 0x12345678), m.read(0x79)]).toEqual([true, undefined]);
    for (const index of [0, 1, 0x2a]) expect([m.write(index, -1, -1), m.read(index)]).toEqual([true, [0, 0]]);
    expect([m.write(0x176, 0x1234, 0x99), m.read(0x176)]).toEqual([true, [0, 0x1234]]);
    // EMON is not available, nor are BTS and PEBS.
    expect([m.write(0x1a0, 0x81), m.read(0x1a0)]).toEqual([true, [0, 0x1801]]);
  });

  test('EFER has NXE, and that not if IA32_MISC_ENABLE disables XD', () => {
    const m = msrMachine();
    expect(m.read(0xc0000080)).toEqual([0, 0]);
    for (const low of [1, 0x100, 0x400, 0x900, 0x1000]) expect(m.write(0xc0000080, low)).toBe(false);
    expect([m.write(0xc0000080, 0x800, 1), m.write(0xc0000080, 0x800)]).toEqual([false, true]);
    expect(m.vcpu.getSpecialRegisters().efer).toBe(0x800n);
    expect([m.write(0xc0000080, 0), m.write(0x1a0, 1, 4), m.write(0xc0000080, 0x800)]).toEqual([true, true, false]);
    expect(m.write(0xc0000080, 0)).toBe(true);
  });
});

describe('performance counters', () => {
  const nops = (m: TestMachine, count: number): void => {
    m.load(Array(count).fill(0x90));
    m.run(count);
  };

  test('of the P6 family count instructions of all levels, and cycles', () => {
    const m = msrMachine('pentium3');
    m.write(0xc2, 0);
    m.write(0x187, 0x30079);
    nops(m, 10);
    // Nothing is counted before the first one enables both.
    expect(m.read(0xc2)).toEqual([0, 0]);
    m.write(0x186, 0x4300c0);
    nops(m, 10);
    expect([m.read(0xc1), m.read(0xc2)]).toEqual([
      [0, 11],
      [0, 12],
    ]);
    m.write(0x186, 0);
    nops(m, 10);
    expect([m.read(0xc1), m.read(0xc2)]).toEqual([
      [0, 13],
      [0, 13],
    ]);
  });

  test('stand still for other events, levels and conditions', () => {
    for (const select of [0x4100c0, 0x4200c0, 0x4301c0, 0xc300c0, 0x14300c0, 0x4700c0, 0x4300c1]) {
      const m = msrMachine('pentium3');
      expect(m.write(0x186, select)).toBe(true);
      nops(m, 5);
      expect(m.read(0xc1)).toEqual([0, 0]);
    }
  });

  test('have 40 bits; of the P6 family the written half is extended by its sign', () => {
    const m = msrMachine('pentiumpro');
    m.write(0xc1, -2, 0);
    expect(m.read(0xc1)).toEqual([0xff, 0xfffffffe]);
    m.write(0x186, 0x4300c0);
    nops(m, 5);
    expect(m.read(0xc1)).toEqual([0, 4]);
    expect(m.write(0xc1, 0, 0x100)).toBe(false);
    expect([m.write(0x186, 0x200000), m.write(0x187, 0x400000), m.write(0x186, 0, 1)]).toEqual([false, false, false]);
  });

  test('of the Pentium are chosen by CESR', () => {
    const m = msrMachine('pentium');
    expect(m.write(0x12, 100, 1)).toBe(true);
    expect(m.write(0x11, 0x00d6 | (0x1c0 << 16))).toBe(true);
    nops(m, 10);
    expect([m.read(0x12), m.read(0x13)]).toEqual([
      [1, 111],
      [0, 12],
    ]);
    m.write(0x11, 0x0056);
    nops(m, 10);
    expect(m.read(0x12)).toEqual([1, 113]);
    expect(m.write(0x11, 0x400)).toBe(false);
  });

  const RDPMC = [0x0f, 0x33];

  test('are read by RDPMC at level 0, and at others with CR4.PCE', () => {
    for (const [cpl, cr4, fault] of [
      [0, 0n, undefined],
      [3, 0n, [13, 0]],
      [3, 0x100n, undefined],
    ] as const) {
      const m = protectedMachine(cpl);
      m.vcpu.setSpecialRegisters({ cr4 });
      m.set({ rcx: 17, rax: 1, rdx: 1 });
      expect(m.faultOf(RDPMC)).toEqual(fault);
      if (fault === undefined) expect([m.get('rdx'), m.get('rax')]).toEqual([0, 0]);
    }
  });

  test('RDPMC counts them, of which models have 2 or 18, as the register does', () => {
    const ask = (m: MsrMachine, number: number): [number, number] | number => {
      m.set({ rcx: number });
      m.load(RDPMC);
      m.run(1);
      return m.get('rip') === CODE + 2 ? [m.get('rdx'), m.get('rax')] : m.get('rip') - HANDLERS;
    };
    const p6 = msrMachine('pentium2');
    p6.write(0xc2, -5);
    expect([ask(p6, 1), ask(p6, 2), ask(p6, 0x80000001)]).toEqual([[0xff, 0xfffffffb], 13, 13]);
    const p5 = msrMachine('pentiummmx');
    p5.write(0x13, 6, 7);
    expect([ask(p5, 1), ask(p5, 2), ask(msrMachine('pentium'), 0)]).toEqual([[7, 6], 13, 6]);
    const p4 = msrMachine();
    p4.write(0x311, 3, 4);
    expect([ask(p4, 17), ask(p4, 0x80000011), ask(p4, 18), ask(p4, 0x80000012)]).toEqual([[4, 3], [0, 3], 13, 13]);
  });
});
