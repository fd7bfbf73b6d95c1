import { Vm, VmError } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { CPU_MODELS, type CpuModel, createCpu, interp, type X86Cpu } from './index.ts';

/** A CPU that loops for ever: whatever is taken for no budget would hang. */
function looping(cpuModel: CpuModel = 'pentium4'): X86Cpu {
  const cpu = createCpu({ memory: 0x10000, cpuModel });
  cpu.memory.write(0x1000, Uint8Array.of(0x40, 0xeb, 0xfd)); // inc ax; jmp to it
  enterRealMode(cpu, { segment: 0, offset: 0x1000 });
  return cpu;
}

function refused(action: () => unknown, message: string | RegExp): void {
  expect(action).toThrow(
    expect.objectContaining({
      name: 'VmError',
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    }),
  );
}

describe('setRegisters', () => {
  test.each<[unknown, RegExp]>([
    [5, /^setRegisters\(\) takes an object of registers, not 5$/],
    [null, /takes an object of registers, not null/],
    [[1n], /takes an object of registers, not an array/],
    [{ rbx: 5 }, /^setRegisters\(\): rbx must be a bigint from 0n to 0x(f{16})n, not 5: write 5n$/],
    [{ rbx: '5' }, /rbx must be a bigint .* not '5'$/],
    [{ rbx: null }, /rbx must be a bigint .* not null$/],
    [{ rbx: -1n }, /rbx must be a bigint .* not -1n$/],
    [{ rbx: 1n << 64n }, /rbx must be a bigint/],
    [{ rbx: 10n ** 5000n }, /rbx must be .{1,100}$/],
    [{ eax: 5n }, /^setRegisters\(\) has no register 'eax': it has rax, .*, rip, rflags; did you mean rax\?$/],
    [{ cr0: 5n }, /^setRegisters\(\) has no register 'cr0': setSpecialRegisters\(\) sets it$/],
    [{ rip: 1n << 32n }, /^setRegisters\(\) on a pentium4: the register RIP would be 0x100000000, and has 32 bits$/],
    [{ rflags: 1n << 22n }, /the register RFLAGS would be 0x400000, and has the bits 0x3fffff alone$/],
  ])('takes no %o, and sets nothing', (registers, message) => {
    const cpu = looping();
    const before = cpu.getRegisters();
    const given = typeof registers === 'object' && !Array.isArray(registers) && registers !== null;
    refused(() => cpu.setRegisters((given ? { rax: 1n, ...registers } : registers) as never), message);
    expect(cpu.getRegisters()).toEqual(before);
  });

  test('leaves alone what is undefined', () => {
    const cpu = looping();
    cpu.setRegisters({ rax: undefined, rcx: 7n });
    expect(cpu.getRegisters()).toMatchObject({ rax: 0n, rcx: 7n });
  });
});

describe('setSpecialRegisters', () => {
  const ds = looping().getSpecialRegisters().ds;

  test.each<[unknown, RegExp]>([
    ['ds', /^setSpecialRegisters\(\) takes an object of registers, not 'ds'$/],
    [{ gdtr: {} }, /has no register 'gdtr': .*; did you mean gdt\?$/],
    [{ rax: 5n }, /has no register 'rax': setRegisters\(\) sets it$/],
    [{ cr0: 5 }, /cr0 must be a bigint .* not 5: write 5n$/],
    [{ ds: 8 }, /ds takes an object of fields, not 8$/],
    [
      { ds: { base: 0n, limit: 0xffff } },
      /ds has no selector, type, present, .*whole, such as { \.\.\.getSpecialRegisters\(\)\.ds/,
    ],
    [{ ds: { ...ds, slector: 5 } }, /ds has no field 'slector': .*; did you mean selector\?$/],
    [{ ds: { ...ds, base: 0 } }, /ds\.base must be a bigint .* not 0: write 0n$/],
    [{ ds: { ...ds, limit: -1 } }, /ds\.limit must be an integer from 0 to 0xffffffff, not -1$/],
    [{ ds: { ...ds, limit: 5n } }, /ds\.limit must be an integer .* not 5n: write 5$/],
    [{ ds: { ...ds, limit: Number.NaN } }, /ds\.limit .* not NaN$/],
    [{ ds: { ...ds, limit: '16' } }, /ds\.limit .* not '16'$/],
    [{ ds: { ...ds, selector: 70000 } }, /ds\.selector must be an integer from 0 to 0xffff, not 70000$/],
    [{ ds: { ...ds, dpl: 7 } }, /ds\.dpl must be an integer from 0 to 3, not 7$/],
    [{ ds: { ...ds, present: true } }, /ds\.present must be an integer from 0 to 1, not true$/],
    [{ ds: { ...ds, l: 1 } }, /the L bit of DS would be 0x1, and has none$/],
    [{ ds: { ...ds, base: 1n << 32n } }, /the base of DS would be 0x100000000, and has 32 bits$/],
    [{ gdt: { limit: 5 } }, /gdt has no base: /],
    [{ gdt: { base: 0n, limit: 0x10000 } }, /gdt\.limit must be an integer from 0 to 0xffff, not 65536$/],
    [{ cr0: 0x80000000n }, /CR0\.PG without CR0\.PE would be 0x80000000, and has PG only with PE$/],
    [{ cr0: 0x20000011n }, /CR0\.NW without CR0\.CD/],
    [
      { cr4: 1n << 20n },
      /^setSpecialRegisters\(\) on a pentium4: the register CR4 would be 0x100000, and has the bits 0x7ff alone$/,
    ],
    [{ cr8: 5n }, /the register CR8 would be 0x5, and has none$/],
    [{ efer: 0x500n }, /the register EFER would be 0x500, and has the bits 0x800 alone$/],
    [{ cr3: 1n << 40n }, /the register CR3 would be 0x10000000000, and has 32 bits$/],
  ])('takes no %o, and sets nothing', (registers, message) => {
    const cpu = looping();
    const before = cpu.getSpecialRegisters();
    const given = typeof registers === 'object' ? { es: { ...ds, base: 16n }, cr2: 5n, ...registers } : registers;
    refused(() => cpu.setSpecialRegisters(given as never), message);
    expect(cpu.getSpecialRegisters()).toEqual(before);
  });

  test.each<[CpuModel, Record<string, bigint>]>([
    ['8086', { cr0: 1n }],
    ['80286', { cr0: 0x80000001n }],
    ['80386', { cr4: 1n }],
    ['80486', { efer: 0x800n }],
    ['pentium', { cr4: 0x20n }],
  ])('takes on a %s no %o', (model, registers) => {
    refused(() => looping(model).setSpecialRegisters(registers), `on a ${model}: the register`);
  });

  test.each(CPU_MODELS)('takes on a %s what it has, and whatever it takes, load takes', (model) => {
    const cpu = looping(model);
    for (const [name, bit] of ['cr0', 'cr3', 'cr4', 'efer'].flatMap((one) => range(34).map((n) => [one, n] as const))) {
      const fresh = looping(model);
      const value = fresh.getSpecialRegisters()[name as 'cr0'] ^ (1n << BigInt(bit));
      const attempt = (): void => fresh.setSpecialRegisters({ [name]: value });
      if (takes(attempt)) expect(() => cpu.load(fresh.save()), `${name} bit ${bit}`).not.toThrow();
      else expect(fresh.getSpecialRegisters()[name as 'cr0'], `${name} bit ${bit}`).not.toBe(value);
    }
    const special = cpu.getSpecialRegisters();
    cpu.setSpecialRegisters(special);
    expect(cpu.getSpecialRegisters()).toEqual(special);
  });
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

function takes(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(VmError);
    return false;
  }
}

describe('run', () => {
  test.each<[unknown, RegExp]>([
    [1000, /^run\(\) takes a budget such as { instructions: 1000 } or { milliseconds: 5 }, not 1000$/],
    ['5', /takes a budget .* not '5'$/],
    [null, /takes a budget .* not null$/],
    [{ instruction: 1000 }, /^run\(\) has no option 'instruction': it has .*; did you mean instructions\?$/],
    [{ ms: 5 }, /run\(\) has no option 'ms': it has instructions, milliseconds, nanoseconds$/],
    [{ instructions: 5n }, /^run\(\): instructions must be a whole number from 0 on, not 5n: write 5$/],
    [{ instructions: '5' }, /instructions must be a whole number from 0 on, not '5'$/],
    [{ instructions: 1.5 }, /instructions .* not 1.5$/],
    [{ milliseconds: 5n }, /^run\(\): milliseconds must be a number from 0 on, not 5n: write 5$/],
    [{ milliseconds: '5' }, /milliseconds must be a number from 0 on, not '5'$/],
    [{ milliseconds: true }, /milliseconds .* not true$/],
    [{ milliseconds: null }, /milliseconds .* not null$/],
    [{ milliseconds: [5] }, /milliseconds .* not an array$/],
    [{ nanoseconds: new Date(0) }, /nanoseconds must be a number from 0 on, not an object$/],
    [{ nanoseconds: -1 }, /nanoseconds .* not -1$/],
  ])('has no budget %o', (budget, message) => {
    const cpu = looping();
    refused(() => cpu.run(budget as never), message);
    expect(cpu.instructions).toBe(0);
  });

  test('ends at the first of its limits', () => {
    const begin = performance.now();
    looping().run({ milliseconds: 10_000, nanoseconds: 1e6 });
    looping().run({ milliseconds: 1, nanoseconds: 1e13 });
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});

describe('what is there of a CPU', () => {
  test.each<[string, (cpu: X86Cpu) => unknown, RegExp]>([
    ['interrupt', (cpu) => cpu.interrupt(256), /^interrupt\(\): vector must be an integer from 0 to 255, not 256$/],
    ['interrupt', (cpu) => cpu.interrupt(5n as never), /not 5n: write 5$/],
    [
      'injectInterrupt',
      (cpu) => cpu.injectInterrupt(300),
      /^injectInterrupt\(\): vector must be an integer from 0 to 255/,
    ],
    ['requestInterruptWindow', (cpu) => cpu.requestInterruptWindow(1 as never), /wanted must be true or false, not 1$/],
    ['a20', (cpu) => Object.assign(cpu, { a20: {} }), /^a20 must be true or false, not an object$/],
    ['ignne', (cpu) => Object.assign(cpu, { ignne: 'abc' }), /^ignne must be true or false, not 'abc'$/],
    ['ferr', (cpu) => Object.assign(cpu, { ferr: 5 }), /^ferr must be a function or undefined, not 5$/],
    ['apicBase', (cpu) => Object.assign(cpu, { apicBase: {} }), /^apicBase must be a function or undefined, not an ob/],
    [
      'on',
      (cpu) => cpu.on('exceptions' as 'io', () => {}),
      /^on\(\): there is no event 'exceptions': .*; did you mean exception\?$/,
    ],
    ['on', (cpu) => cpu.on(Symbol('io') as never, () => {}), /there is no event Symbol\(io\)/],
    ['on', (cpu) => cpu.on('io', 'f' as never), /^on\(\): the hook of 'io' must be a function, not 'f'$/],
    ['save', (cpu) => cpu.save({ mem: false } as never), /^save\(\) has no option 'mem': it has memory/],
    ['save', (cpu) => cpu.save({ memory: 0 } as never), /^save\(\): memory must be true or false, not 0$/],
    ['translate', (cpu) => cpu.translate(2 ** 32), /^translate\(\): address must be an integer from 0 to 4294967295/],
  ])('is checked: %s', (_, call, message) => {
    const cpu = looping();
    refused(() => call(cpu), message);
    expect([cpu.a20, cpu.ignne, cpu.ferr, cpu.save().interrupts]).toEqual([true, false, undefined, []]);
  });

  test.each<[unknown, RegExp]>([
    [undefined, /^breakpoints\.add\(\) takes an object of options, not undefined$/],
    [
      { kind: 'exec', address: 1 },
      /^breakpoints\.add\(\): kind must be one of execute, read, write, access, port, not 'exec'$/,
    ],
    [{ kind: 'writes', address: 1 }, /not 'writes'; did you mean write\?$/],
    [{ kind: 'write', addr: 1 }, /has no option 'addr': it has kind, address, length$/],
    [{ kind: 'write' }, /address must be a linear address, an integer from 0 to 0xffffffff, not undefined$/],
    [{ kind: 'write', address: '0x1000' }, /address .* not '0x1000'$/],
    [{ kind: 'write', address: [7] }, /address .* not an array$/],
    [{ kind: 'write', address: true }, /address .* not true$/],
    [{ kind: 'write', address: 1n << 32n }, /address .* not 4294967296n$/],
    [{ kind: 'port', address: 0x10000 }, /address must be a port, an integer from 0 to 0xffff, not 65536$/],
    [{ kind: 'write', address: 1, length: 5n }, /length must be an integer from 1 to 0xffffffff there, not 5n$/],
    [{ kind: 'port', address: 0xffff, length: 2 }, /length must be an integer from 1 to 0x1 there, not 2$/],
    [{ kind: 'execute', address: 1, length: 2 }, /length must be 1 for the kind execute, not 2$/],
  ])('is no breakpoint: %o', (spec, message) => {
    const cpu = looping();
    refused(() => cpu.breakpoints.add(spec as never), message);
    expect(cpu.breakpoints.size).toBe(0);
  });
});

describe('createCpu and interp', () => {
  test.each<[unknown, RegExp]>([
    [undefined, /^createCpu\(\) takes an object of options, not undefined$/],
    [null, /takes an object of options, not null/],
    [{ memory: 4096, cpu: '8086' }, /^createCpu\(\) has no option 'cpu': it has memory, bus, cpuModel$/],
    [{ memory: 4096, cpumodel: '8086' }, /; did you mean cpuModel\?$/],
    [{ memory: 4096, cpuModel: null }, /there is no CPU model null/],
    [{ memory: [] }, /at least one region/],
    [{ memory: 4096n }, /the memory of a CPU is a number of bytes, .* not 4096n/],
    [{ memory: Symbol('s') }, /not Symbol\(s\)/],
    [{ memory: [5] }, /^memory\[0\] of a CPU takes an object of fields, not 5$/],
    [{ memory: [{ base: 0, size: 4096 }, { adress: 0 }] }, /^memory\[1\] of a CPU has no field 'adress'/],
    [
      { memory: [{ size: 4096 }] },
      /^memory\[0\] of a CPU: base must be an address, a multiple of 4096, not undefined$/,
    ],
    [
      { memory: [{ base: 0 }] },
      /^memory\[0\] of a CPU: size must be bytes, a multiple of 4096 above 0, not undefined$/,
    ],
    [{ memory: [{ base: 0, size: 4096n }] }, /size must be .* not 4096n: write 4096$/],
    [{ memory: [{ base: 0, data: null }] }, /data must be a Uint8Array, not null$/],
    [{ memory: [{ base: 0, size: 4096, data: 'abc' }] }, /data must be a Uint8Array, not 'abc'$/],
    [{ memory: [{ base: 0, size: 4096, name: Symbol('x') }] }, /name must be a string, not Symbol\(x\)$/],
    [{ memory: [{ base: 0, size: 4096, readonly: 'no' }] }, /readonly must be true or false, not 'no'$/],
    [{ memory: 4096, bus: 'x' }, /^the bus of a CPU must be an object with functions, .* not 'x'$/],
    [{ memory: 4096, bus: [] }, /not an array$/],
    [{ memory: 4096, bus: () => 5 }, /not a function$/],
    [{ memory: 4096, bus: { readPort: 5 } }, /has a readPort that must be a function, not 5$/],
    [
      { memory: 4096, bus: { readport: () => 0 } },
      /has no function 'readport': it has readPort, .*; did you mean readPort\?$/,
    ],
    [{ memory: 4096, bus: { inb: () => 0 } }, /has no function 'inb': it has readPort, writePort/],
    [
      {
        memory: 4096,
        bus: new (class {
          readMenory(): void {}
        })(),
      },
      /has no function 'readMenory': .*; did you mean readMemory\?$/,
    ],
  ])('take no %o', (options, message) => {
    refused(() => createCpu(options as never), message);
  });

  test.each<[unknown, RegExp]>([
    ['486', /^interp\(\) takes an object of options, not '486'$/],
    [null, /not null$/],
    [{ cpumodel: '8086' }, /^interp\(\) has no option 'cpumodel': it has cpuModel; did you mean cpuModel\?$/],
  ])('take no %o', (options, message) => {
    refused(() => interp(options as never), message);
  });

  test('say of a size what it must be, in words of the user', () => {
    expect(() => createCpu({ memory: 1000 })).toThrow(
      expect.objectContaining({
        code: 'ERR_REGION_ALIGNMENT',
        message: 'the memory of a CPU must be bytes, a multiple of 4096 above 0, not 0x3e8',
      }),
    );
  });

  test('let a bus keep what it needs beside its functions', () => {
    class Bus {
      readonly log: number[] = [];
      tick(): void {}
      writePort(port: number): void {
        this.log.push(port);
      }
    }
    const plain = { log: [] as number[], writePort: (port: number) => void plain.log.push(port) };
    for (const bus of [new Bus(), plain]) {
      const cpu = createCpu({ memory: 0x10000, bus });
      cpu.memory.write(0x1000, Uint8Array.of(0xe6, 0x80, 0xf4));
      enterRealMode(cpu, { segment: 0, offset: 0x1000 });
      cpu.run();
      expect(bus.log).toEqual([0x80]);
    }
  });

  test('and a vCPU of a VM no budget without an end', () => {
    using vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 4096 }] });
    refused(() => vm.vcpu.run({} as never), /^run\(\): nanoseconds must be given, not undefined$/);
    refused(() => vm.vcpu.run({ instructions: 1, milliseconds: 5 } as never), /no option 'milliseconds'/);
    refused(
      () => vm.vcpu.run({ instructions: 1, nanoseconds: '5' } as never),
      /nanoseconds must be a number from 0 on/,
    );
  });

  test('nor does enterRealMode take what is no address', () => {
    refused(() => enterRealMode(looping(), undefined as never), /^the entry of enterRealMode\(\) takes an object/);
  });
});
