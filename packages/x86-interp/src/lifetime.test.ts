import { Arena, GuestMemory, PAGE_SIZE, Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { createCpu, interp, type X86Cpu } from './index.ts';

const CODE = 0x1000;

function load(cpu: X86Cpu, ...code: number[]): X86Cpu {
  cpu.memory.write(CODE, Uint8Array.from(code));
  enterRealMode(cpu, { segment: 0, offset: CODE });
  return cpu;
}

describe('a CPU that was disposed', () => {
  const CALLS: Record<string, (cpu: X86Cpu) => unknown> = {
    run: (cpu) => cpu.run(),
    step: (cpu) => cpu.step(),
    interrupt: (cpu) => cpu.interrupt(5),
    injectInterrupt: (cpu) => cpu.injectInterrupt(5),
    requestInterruptWindow: (cpu) => cpu.requestInterruptWindow(true),
    nmi: (cpu) => cpu.nmi(),
    kick: (cpu) => cpu.kick(),
    reset: (cpu) => cpu.reset(),
    isStuck: (cpu) => cpu.isStuck(true),
    dump: (cpu) => cpu.dump(),
    translate: (cpu) => cpu.translate(0),
    counters: (cpu) => cpu.counters(),
    getRegisters: (cpu) => cpu.getRegisters(),
    setRegisters: (cpu) => cpu.setRegisters({ rax: 1n }),
    getSpecialRegisters: (cpu) => cpu.getSpecialRegisters(),
    setSpecialRegisters: (cpu) => cpu.setSpecialRegisters({ cr2: 1n }),
    save: (cpu) => cpu.save(),
    load: (cpu) => cpu.load({} as never),
    snapshot: (cpu) => cpu.snapshot(),
    restore: (cpu) => cpu.restore({} as never),
    differences: (cpu) => cpu.differences?.({} as never),
    on: (cpu) => cpu.on('io', () => {}),
    'breakpoints.add': (cpu) => cpu.breakpoints.add({ kind: 'read', address: 0 }),
    'breakpoints.clear': (cpu) => cpu.breakpoints.clear(),
    a20: (cpu) => Object.assign(cpu, { a20: true }),
    ignne: (cpu) => Object.assign(cpu, { ignne: true }),
    apicBase: (cpu) => Object.assign(cpu, { apicBase: undefined }),
    ferr: (cpu) => Object.assign(cpu, { ferr: undefined }),
  };

  test.each(Object.entries(CALLS))('says so: %s', (name, call) => {
    const cpu = createCpu({ memory: 0x10000 });
    cpu.dispose();
    expect(() => call(cpu)).toThrow(
      expect.objectContaining({
        name: 'VmError',
        code: 'ERR_VM_DISPOSED',
        message: `${name}() was called on a CPU that was disposed`,
      }),
    );
    expect(() => cpu.dispose()).not.toThrow();
  });

  test('still tells what it did, and lets go of what it gave', () => {
    const cpu = load(createCpu({ memory: 0x10000 }), 0x40, 0x40, 0xf4);
    const breakpoint = cpu.breakpoints.add({ kind: 'read', address: 0 });
    const hook = cpu.on('io', () => {});
    cpu.run();
    cpu.dispose();
    expect(cpu.instructions).toBe(3);
    expect(() => [breakpoint, hook].map((one) => one[Symbol.dispose]())).not.toThrow();
    expect(cpu.memory.readU8(CODE)).toBe(0x40);
  });

  test('is the vCPU of a VM that was, too', () => {
    const vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 4096 }] });
    const { vcpu } = vm;
    vm.dispose();
    expect(() => vcpu.getRegisters()).toThrow(expect.objectContaining({ code: 'ERR_VM_DISPOSED' }));
    expect(() => vcpu.run({ instructions: 1, nanoseconds: 1e6 })).toThrow(
      expect.objectContaining({ code: 'ERR_VM_DISPOSED' }),
    );
    expect(vm.counters()).toBeDefined();
  });
});

test('a CPU that is disposed inside of its run ends that, and gives its memory back behind it', () => {
  const memory = new GuestMemory(new Arena(0x20000), [{ base: 0, size: 0x10000 }]);
  let inside: unknown;
  const cpu = createCpu({
    memory,
    bus: {
      writePort: () => {
        cpu.dispose();
        try {
          createCpu({ memory });
        } catch (error) {
          inside = error;
        }
      },
    },
  });
  load(cpu, 0x40, 0xe6, 0x80, 0x40, 0xeb, 0xfd); // inc ax; out 80h, al; next: inc ax; jmp next
  expect(cpu.run().reason).toBe('kicked');
  expect(inside).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  expect(cpu.instructions).toBe(2);
  expect(() => cpu.run()).toThrow(expect.objectContaining({ code: 'ERR_VM_DISPOSED' }));
  createCpu({ memory }).dispose();
});

describe('the memory of a CPU', () => {
  const memoryOfOwn = (): GuestMemory => {
    const room = Math.ceil(interp().arenaBytes / PAGE_SIZE) * PAGE_SIZE;
    return new GuestMemory(new Arena(0x10000 + room), [{ base: 0, size: 0x10000 }]);
  };
  const taken = expect.objectContaining({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining('that of another CPU of the interpreter: dispose that one first'),
  });

  test('is its own while it lives, and that of another one behind that, as often as one likes', () => {
    const memory = memoryOfOwn();
    for (let n = 0; n < 50; n++) {
      const cpu = load(createCpu({ memory }), 0x40, 0xf4);
      expect(() => createCpu({ memory })).toThrow(taken);
      expect(cpu.getRegisters().rax).toBe(0n);
      expect(cpu.run({ instructions: 10 }).reason).toBe('halt');
      expect(cpu.getRegisters().rax).toBe(1n);
      expect(cpu.instructions).toBe(2);
      cpu.dispose();
      cpu.dispose();
    }
  });

  test('is that of the vCPU of a VM', () => {
    const vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 4096 }] });
    expect(() => createCpu({ memory: vm.memory })).toThrow(taken);
    vm.dispose();
    createCpu({ memory: vm.memory }).dispose();
  });

  test('is not taken by a CPU that there could not be', () => {
    const memory = memoryOfOwn();
    expect(() => createCpu({ memory, bus: { readPort: 5 } as never })).toThrow('readPort');
    expect(() => createCpu({ memory, cpuModel: 'z80' as never })).toThrow('z80');
    createCpu({ memory }).dispose();
    const small = new GuestMemory(new Arena(0x10000), [{ base: 0, size: 0x10000 }]);
    for (let n = 0; n < 2; n++) {
      expect(() => createCpu({ memory: small })).toThrow(expect.objectContaining({ code: 'ERR_ARENA_FULL' }));
    }
  });

  test('tells a CPU that is gone nothing any more', () => {
    const memory = memoryOfOwn();
    load(createCpu({ memory }), 0x40, 0xf4).dispose();
    const second = load(createCpu({ memory }), 0xa2, 0, 0x30, 0xf4); // mov [3000h], al; hlt
    memory.dirtyLog.start();
    second.run();
    expect(memory.dirtyLog.take()).toEqual([0x3000]);
  });
});
