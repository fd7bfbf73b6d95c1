import { Arena, GuestMemory, VmError } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { type CpuBus, type CpuOptions, createCpu, interp, type X86Cpu } from './index.ts';

const CODE = 0x1000;
const HANDLER = 0x600;

/** A CPU in real mode at CODE, whose interrupts all go to a HLT. */
function cpuWith(code: readonly number[], bus: CpuBus = {}, options: Partial<CpuOptions> = {}): X86Cpu {
  const cpu = createCpu({ memory: 0x100000, bus, ...options });
  cpu.memory.write(CODE, Uint8Array.from(code));
  for (let n = 0; n < 256; n++) cpu.memory.writeU32(n * 4, HANDLER);
  cpu.memory.writeU8(HANDLER, 0xf4);
  enterRealMode(cpu, { segment: 0, offset: CODE });
  cpu.setRegisters({ rsp: 0x8000n });
  return cpu;
}

const rax = (cpu: X86Cpu): number => Number(cpu.getRegisters().rax);
const rip = (cpu: X86Cpu): number => Number(cpu.getRegisters().rip);

describe('the memory of a CPU', () => {
  test('is bytes from 0 on, after RESET', () => {
    const cpu = createCpu({ memory: 0x2000 });
    expect(cpu.memory.regions.map(({ base, size }) => [base, size])).toEqual([[0, 0x2000]]);
    expect(cpu.dump().location).toBe('f000:fff0');
    expect(cpu.instructions).toBe(0);
  });

  test('is regions with what they begin with, copied; a ROM stays as it is', () => {
    const rom = Uint8Array.of(0xc6, 0x06, 0, 0x10, 7, 0xc6, 0x06, 0, 0, 9, 0xf4);
    const cpu = createCpu({
      memory: [
        { base: 0, size: 0x1000 },
        { base: 0x1000, data: rom, readonly: true, name: 'rom' },
        { base: 0x4000, size: 0x2000, data: Uint8Array.of(1, 2) },
      ],
    });
    rom.fill(0);
    enterRealMode(cpu, { segment: 0, offset: 0x1000 });
    expect(cpu.run()).toEqual({ reason: 'halt', interruptsEnabled: false });
    expect(cpu.memory.readU8(0x1000)).toBe(0xc6);
    expect(cpu.memory.readU8(0)).toBe(9);
    expect([...cpu.memory.read(0x4000, 3)]).toEqual([1, 2, 0]);
    expect(cpu.memory.regions.map(({ size }) => size)).toEqual([0x1000, 0x1000, 0x2000]);
  });

  test('may be there already', () => {
    const arena = new Arena(0x10000 + interp().arenaBytes);
    const memory = new GuestMemory(arena, [{ base: 0, size: 0x8000 }]);
    const cpu = createCpu({ memory });
    expect(cpu.memory).toBe(memory);
    memory.write(0x100, Uint8Array.of(0xfe, 0x06, 0, 0x20, 0xf4));
    enterRealMode(cpu, { segment: 0, offset: 0x100 });
    cpu.run();
    expect(memory.view(0x2000, 1)[0]).toBe(1);
  });

  test.each([
    [100, 'ERR_REGION_ALIGNMENT'],
    [0, 'ERR_REGION_ALIGNMENT'],
    [Number.NaN, 'ERR_REGION_ALIGNMENT'],
    [-4096, 'ERR_REGION_ALIGNMENT'],
    [2 ** 45, 'ERR_ARENA_FULL'],
    [2 ** 31, 'ERR_UNSUPPORTED'],
    [new Uint8Array(4096), 'ERR_INVALID_ARGUMENT'],
    [undefined, 'ERR_INVALID_ARGUMENT'],
    [[{ base: 0, data: new Uint16Array(1) }], 'ERR_INVALID_ARGUMENT'],
    [[{ base: 0, size: 4096, data: new Uint8Array(4097) }], 'ERR_INVALID_ARGUMENT'],
    [
      [
        { base: 0, size: 8192 },
        { base: 4096, size: 4096 },
      ],
      'ERR_REGION_OVERLAP',
    ],
    [new GuestMemory(new Arena(0x10000), [{ base: 0, size: 0x10000 }]), 'ERR_ARENA_FULL'],
  ])('is not %o', (memory, code) => {
    expect(() => createCpu({ memory: memory as never })).toThrow(expect.objectContaining({ name: 'VmError', code }));
  });

  test('nor a CPU model that there is not', () => {
    expect(() => createCpu({ memory: 4096, cpuModel: 'z80' as never })).toThrow(VmError);
    expect(createCpu({ memory: 4096, cpuModel: '80286' }).cpuModel).toBe('80286');
  });
});

describe('the bus of a CPU', () => {
  test('answers ports and what is not memory', () => {
    const seen: unknown[] = [];
    const cpu = cpuWith(
      // in al, 60h; out 61h, ax; mov ax, es:[0]; mov es:[4], eax; hlt, with ES at F000
      [0xe4, 0x60, 0xe7, 0x61, 0x26, 0xa1, 0, 0, 0x66, 0x26, 0xa3, 4, 0, 0xf4],
      {
        readPort: (port, size) => {
          seen.push(['in', port, size]);
          return 0x1234;
        },
        writePort: (port, size, value) => void seen.push(['out', port, size, value]),
        readMemory: (address, size) => {
          seen.push(['read', address, size]);
          return -1;
        },
        writeMemory: (address, size, value) => void seen.push(['write', address, size, value]),
      },
      { memory: 0x80000 },
    );
    cpu.setSpecialRegisters({ es: { ...cpu.getSpecialRegisters().es, selector: 0xf000, base: 0xf0000n } });
    expect(cpu.run().reason).toBe('halt');
    expect(seen).toEqual([
      ['in', 0x60, 1],
      ['out', 0x61, 2, 0x34],
      ['read', 0xf0000, 2],
      ['write', 0xf0004, 4, 0xffff],
    ]);
  });

  test('moves strings element by element', () => {
    const written: number[] = [];
    let next = 0x100;
    // mov cx, 3; rep insw; mov cx, 3; rep outsd; hlt
    const cpu = cpuWith([0xb9, 3, 0, 0xf3, 0x6d, 0xb9, 3, 0, 0x66, 0xf3, 0x6f, 0xf4], {
      readPort: () => next++,
      writePort: (_port, size, value) => void written.push(size, value),
    });
    cpu.memory.write(0x3000, Uint8Array.from([1, 0, 0, 0, 2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]));
    cpu.setRegisters({ rdi: 0x2000n, rsi: 0x3000n, rdx: 0x99n });
    cpu.run();
    expect([...cpu.memory.read(0x2000, 6)]).toEqual([0, 1, 1, 1, 2, 1]);
    expect(written).toEqual([4, 1, 4, 2, 4, 0xffffffff]);
  });

  test('floats where it has no answer', () => {
    // in eax, 60h; hlt
    for (const bus of [{}, { readPort: () => undefined }]) {
      const cpu = cpuWith([0x66, 0xe5, 0x60, 0xf4], bus);
      cpu.run();
      expect(rax(cpu)).toBe(0xffffffff);
    }
  });

  test('answers CPUID and MSRs', () => {
    const msrs = new Map([[0x999, 0x1_0000_0002n]]);
    const bus: CpuBus = {
      cpuid: (exit) => {
        if (exit.leaf === 5) exit.ebx = 77.9;
      },
      rdmsr: (index) => msrs.get(index),
      wrmsr: (index, value) => msrs.has(index) && Boolean(msrs.set(index, value)),
    };
    // mov eax, 5; cpuid; mov ecx, 999h; rdmsr; inc ax; wrmsr; hlt
    const code = [0x66, 0xb8, 5, 0, 0, 0, 0x0f, 0xa2, 0x66, 0xb9, 0x99, 9, 0, 0, 0x0f, 0x32, 0x40, 0x0f, 0x30, 0xf4];
    const cpu = cpuWith(code, bus);
    cpu.run();
    expect(cpu.getRegisters().rbx).toBe(77n);
    expect(msrs.get(0x999)).toBe(0x1_0000_0003n);
    msrs.clear();
    enterRealMode(cpu, { segment: 0, offset: CODE });
    cpu.run();
    expect(cpu.counters().exceptions).toEqual({ 13: 1 });
  });

  test('that throws ends the run behind the instruction, and the CPU goes on', () => {
    const cause = new Error('no such port');
    const cpu = cpuWith([0xe4, 0x60, 0x43, 0x43, 0xf4], {
      readPort: () => {
        throw cause;
      },
    });
    const attempt = (): unknown => cpu.run();
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'ERR_DEVICE', cause, message: 'readPort() of the bus threw: no such port' }),
    );
    expect(rax(cpu)).toBe(0xff);
    expect(rip(cpu)).toBe(CODE + 2);
    expect(cpu.instructions).toBe(1);
    expect(cpu.run().reason).toBe('halt');
    expect(cpu.getRegisters().rbx).toBe(2n);
  });

  test.each<[string, number[], CpuBus]>([
    ['readPort', [0xe4, 0x60], { readPort: async () => 1 } as never],
    ['readPort', [0xe4, 0x60], { readPort: () => 'x' } as never],
    ['writePort', [0xe6, 0x60], { writePort: async () => {} }],
    ['cpuid', [0x0f, 0xa2], { cpuid: (exit) => void Object.assign(exit, { eax: 5n }) }],
    ['cpuid', [0x0f, 0xa2], { cpuid: (async () => {}) as never }],
    ['rdmsr', [0x0f, 0x32], { rdmsr: () => 1.5 as never }],
    ['wrmsr', [0x0f, 0x30], { wrmsr: (async () => true) as never }],
    ['readMemory', [0xa0, 0, 0], { readMemory: () => ({}) } as never],
    ['writeMemory', [0xa2, 0, 0], { writeMemory: () => Promise.reject(new Error('late')) as never }],
  ])('cannot answer %s so', (name, code, bus) => {
    const cpu = cpuWith([...code, 0xf4], bus, { memory: 0x10000 });
    cpu.setRegisters({ rcx: 0x12345n, rax: 0n });
    cpu.setSpecialRegisters({ ds: { ...cpu.getSpecialRegisters().ds, base: 0x20000n } });
    expect(() => cpu.run()).toThrow(
      expect.objectContaining({ code: 'ERR_DEVICE', message: expect.stringContaining(name) }),
    );
    expect(cpu.run().reason).toBe('halt');
  });
});

describe('the run of a CPU', () => {
  test('keeps its budget, by instructions and by time', () => {
    const cpu = cpuWith([0x40, 0xeb, 0xfd]);
    expect(cpu.run({ instructions: 9 }).reason).toBe('slice-end');
    expect(cpu.instructions).toBe(9);
    expect(cpu.run({ instructions: 0 }).reason).toBe('slice-end');
    expect(cpu.instructions).toBe(9);
    const begin = performance.now();
    expect(cpu.run({ milliseconds: 5 }).reason).toBe('slice-end');
    expect(cpu.run({ nanoseconds: 5e6, instructions: undefined }).reason).toBe('slice-end');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(10);
    expect(cpu.instructions).toBeGreaterThan(1000);
    expect(cpu.step().reason).toBe('slice-end');
  });

  test.each([{ instructions: -1 }, { instructions: 0.5 }, { milliseconds: Number.NaN }, { milliseconds: -1 }])(
    'has no budget of %o',
    (budget) => {
      expect(() => cpuWith([0xf4]).run(budget)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    },
  );

  test('ends with the exit of the guest, behind which it goes on', () => {
    const cpu = cpuWith([0xf4, 0x40, 0xfb, 0xf4]);
    expect(cpu.run()).toEqual({ reason: 'halt', interruptsEnabled: false });
    expect(cpu.run()).toEqual({ reason: 'halt', interruptsEnabled: true });
    expect(rax(cpu)).toBe(1);
    // A stack that there is not, in protected mode: a triple fault.
    cpu.setSpecialRegisters({ cr0: 1n, idt: { base: 0n, limit: 0 } });
    cpu.memory.write(CODE, Uint8Array.of(0x0f, 0x0b));
    cpu.setRegisters({ rip: BigInt(CODE) });
    expect(cpu.run()).toEqual({ reason: 'shutdown' });
  });

  test('is not for use after dispose, nor inside of itself', () => {
    let inside: unknown;
    const cpu = cpuWith([0xe6, 1, 0xf4], {
      writePort: () => {
        try {
          cpu.run();
        } catch (error) {
          inside = error;
        }
      },
    });
    cpu.run();
    expect(inside).toMatchObject({ code: 'ERR_VM_RUNNING' });
    cpu[Symbol.dispose]();
    expect(() => cpu.run()).toThrow(expect.objectContaining({ code: 'ERR_VM_DISPOSED' }));
    expect(() => cpu.step()).toThrow(expect.objectContaining({ code: 'ERR_VM_DISPOSED' }));
  });
});

describe('an interrupt', () => {
  test('waits until it may come', () => {
    // inc ax; sti; nop; hlt
    const cpu = cpuWith([0x40, 0xfb, 0x90, 0x90, 0xf4]);
    cpu.interrupt(0x21);
    expect(cpu.run({ instructions: 1 }).reason).toBe('slice-end');
    expect(rip(cpu)).toBe(CODE + 1);
    expect(cpu.run()).toEqual({ reason: 'halt', interruptsEnabled: false });
    expect(rip(cpu)).toBe(HANDLER + 1);
    // Behind the instruction that follows STI.
    expect(cpu.memory.readU16(0x7ffa)).toBe(CODE + 3);
    expect(cpu.counters().interrupts).toEqual({ external: 1, nmi: 0, software: 0 });
  });

  test('ends a HLT, of which nothing is heard', () => {
    // sti; hlt; inc bx; cli; hlt
    const cpu = cpuWith([0xfb, 0xf4, 0x43, 0xfa, 0xf4]);
    cpu.memory.writeU8(HANDLER, 0xcf);
    expect(cpu.run()).toEqual({ reason: 'halt', interruptsEnabled: true });
    cpu.interrupt(0x30);
    expect(cpu.run()).toEqual({ reason: 'halt', interruptsEnabled: false });
    expect(cpu.getRegisters().rbx).toBe(1n);
    cpu.setRegisters({ rip: BigInt(CODE), rbx: 0n });
    cpu.interrupt(0x30);
    expect(cpu.run()).toEqual({ reason: 'halt', interruptsEnabled: false });
    expect(cpu.getRegisters().rbx).toBe(1n);
    expect(cpu.counters().interrupts.external).toBe(2);
  });

  test('waits behind those that came before it, each vector once', () => {
    const cpu = cpuWith([0xfb, 0x90, 0xf4]);
    const order: number[] = [];
    cpu.on('interrupt', ({ vector }) => order.push(vector));
    // iret: interrupts are on again behind it
    cpu.memory.writeU8(HANDLER, 0xcf);
    for (const vector of [9, 8, 9, 10]) cpu.interrupt(vector);
    cpu.run();
    expect(order).toEqual([9, 8, 10]);
  });

  test('is taken by a step', () => {
    const cpu = cpuWith([0x40, 0x40]);
    cpu.setRegisters({ rflags: 0x202n });
    cpu.interrupt(5);
    expect(cpu.step()).toEqual({ reason: 'halt', interruptsEnabled: false });
    expect(rip(cpu)).toBe(HANDLER + 1);
    expect(rax(cpu)).toBe(0);
  });

  test('is forgotten at a reset', () => {
    const cpu = cpuWith([]);
    cpu.interrupt(5);
    cpu.reset();
    cpu.memory.write(CODE, Uint8Array.of(0xfb, 0x90, 0xf4));
    enterRealMode(cpu, { segment: 0, offset: CODE });
    expect(cpu.run()).toEqual({ reason: 'halt', interruptsEnabled: true });
  });

  test.each([-1, 256, 1.5, Number.NaN, '8' as never])('has no vector %s', (vector) => {
    expect(() => cpuWith([]).interrupt(vector)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  test('leaves the interrupt windows of others alone', () => {
    const cpu = cpuWith([0xfb, 0x90, 0x90, 0xf4]);
    cpu.requestInterruptWindow(true);
    cpu.memory.writeU8(HANDLER, 0xcf);
    cpu.interrupt(8);
    expect(cpu.run().reason).toBe('irq-window');
    cpu.requestInterruptWindow(false);
    expect(cpu.run().reason).toBe('halt');
    expect(cpu.counters().interrupts.external).toBe(1);
  });
});
