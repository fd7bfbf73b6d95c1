import { enterRealMode } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { type CpuState, createCpu, type X86Cpu } from './index.ts';

const CODE = 0x1000;

/** A CPU that computes for a while: registers, flags, memory and the x87 change. */
function busy(options: Parameters<typeof createCpu>[0] = { memory: 0x10000 }): X86Cpu {
  const cpu = createCpu(options);
  // fld1; l: add ax, 12345; adc [bx + 2000h], ax; add bx, 3; and bx, 0FFFh; fadd st, st; sti; jmp l
  const code = [0xd9, 0xe8, 0x05, 0x39, 0x30, 0x11, 0x87, 0, 0x20, 0x83, 0xc3, 3, 0x81, 0xe3, 0xff, 0x0f, 0xd8, 0xc0];
  cpu.memory.write(CODE, Uint8Array.from([...code, 0xfb, 0xeb, 0xed]));
  for (const vector of [2, 0x20]) cpu.memory.writeU32(vector * 4, 0x900);
  cpu.memory.write(0x900, Uint8Array.of(0x41, 0xcf));
  enterRealMode(cpu, { segment: 0, offset: CODE });
  cpu.setRegisters({ rsp: 0x8000n });
  return cpu;
}

/** All that can be seen of a CPU. */
function lookAt(cpu: X86Cpu): unknown {
  return { state: cpu.save(), instructions: cpu.instructions, ignne: cpu.ignne };
}

describe('the state of a CPU', () => {
  test('goes to another one, which goes on as the first does', () => {
    const first = busy();
    first.run({ instructions: 1001 });
    first.a20 = false;
    first.ignne = true;
    first.interrupt(0x20);
    first.nmi();
    const saved = structuredClone(first.save());
    const second = createCpu({ memory: 0x10000 });
    second.interrupt(5);
    second.run({ instructions: 5 });
    second.load(saved);
    expect(lookAt(second)).toEqual(lookAt(first));
    for (const cpu of [first, second]) cpu.run({ instructions: 1000 });
    expect(lookAt(second)).toEqual(lookAt(first));
    expect(first.counters().interrupts.external).toBe(1);
    expect(second.counters().interrupts.external).toBe(1);
    expect([second.a20, second.ignne, second.instructions]).toEqual([false, true, 2001]);
  });

  test('brings a CPU back, code that was written meanwhile too', () => {
    const cpu = busy();
    cpu.run({ instructions: 100 });
    const saved = cpu.save();
    const after = (): unknown => {
      cpu.run({ instructions: 500 });
      return lookAt(cpu);
    };
    const expected = after();
    cpu.memory.write(CODE, new Uint8Array(16).fill(0x40));
    cpu.run({ instructions: 50 });
    cpu.load(saved);
    expect(after()).toEqual(expected);
  });

  test('is a copy, with each region, or with none', () => {
    const memory = [
      { base: 0, size: 0x3000 },
      { base: 0xf000, size: 0x1000, readonly: true },
    ];
    const cpu = busy({ memory });
    const saved = cpu.save();
    expect(saved.memory.map(({ base, data }) => [base, data.length])).toEqual([
      [0, 0x3000],
      [0xf000, 0x1000],
    ]);
    cpu.run({ instructions: 100 });
    const { memory: none, ...state } = cpu.save({ memory: false });
    expect(none).toEqual([]);
    expect(saved.memory[0].data[0x2000]).toBe(0);
    const bytes = cpu.memory.read(0x2000, 0x1000);
    cpu.load({ ...state, memory: [] });
    expect(cpu.memory.read(0x2000, 0x1000)).toEqual(bytes);
    cpu.load(saved);
    expect(cpu.memory.readU8(0x2000)).toBe(0);
  });

  test('that does not fit is refused, and nothing has changed', () => {
    const cpu = busy();
    cpu.run({ instructions: 77 });
    const before = lookAt(cpu);
    const state = cpu.save();
    const attempt = (change: object): unknown => cpu.load({ ...state, ...change } as CpuState);
    for (const [change, code] of [
      [{ version: 2 }, 'ERR_SNAPSHOT_VERSION'],
      [{ version: 0 }, 'ERR_SNAPSHOT_FORMAT'],
      [{ interrupts: [256] }, 'ERR_SNAPSHOT_FORMAT'],
      [{ interrupts: 5 }, 'ERR_SNAPSHOT_FORMAT'],
      [{ ignne: 1 }, 'ERR_SNAPSHOT_FORMAT'],
      [{ memory: undefined }, 'ERR_SNAPSHOT_FORMAT'],
      [{ memory: [null] }, 'ERR_SNAPSHOT_FORMAT'],
      [{ memory: [{ base: 0, data: 'x' }] }, 'ERR_SNAPSHOT_FORMAT'],
      [{ memory: [{ base: 0, data: new Uint8Array(0x8000) }] }, 'ERR_SNAPSHOT_MISMATCH'],
      [{ memory: [{ base: 0x1000, data: new Uint8Array(0x10000) }] }, 'ERR_SNAPSHOT_MISMATCH'],
      [{ cpu: { ...state.cpu, model: '8086' } }, 'ERR_SNAPSHOT_MISMATCH'],
      [{ cpu: { ...state.cpu, registers: {} } }, 'ERR_SNAPSHOT_FORMAT'],
      [{ cpu: null }, 'ERR_SNAPSHOT_FORMAT'],
    ] as const) {
      expect(() => attempt(change)).toThrow(expect.objectContaining({ code }));
    }
    expect(() => cpu.load(undefined as never)).toThrow(expect.objectContaining({ code: 'ERR_SNAPSHOT_FORMAT' }));
    expect(lookAt(cpu)).toEqual(before);
  });

  test('lists all that does not fit at once', () => {
    const cpu = busy();
    const other = createCpu({ memory: 0x2000, cpuModel: '80386' }).save();
    expect(() => cpu.load(other)).toThrow(/CPU model.*80386.*; .*the memory: the snapshot has 0x2000 bytes at 0x0/);
  });

  test('is not to be had inside of a run', () => {
    const errors: unknown[] = [];
    const cpu = busy({
      memory: 0x10000,
      bus: {
        writePort: () => {
          for (const attempt of [() => cpu.save(), () => cpu.load(saved)]) {
            try {
              attempt();
            } catch (error) {
              errors.push((error as { code: unknown }).code);
            }
          }
        },
      },
    });
    const saved = cpu.save();
    cpu.memory.write(CODE, Uint8Array.of(0xe6, 1, 0xf4));
    cpu.run();
    expect(errors).toEqual(['ERR_VM_RUNNING', 'ERR_VM_RUNNING']);
    expect(cpu.memory.readU8(CODE)).toBe(0xe6);
  });
});
