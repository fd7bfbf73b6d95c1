import { Arena, GuestMemory, Vm, VmError } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { featuresOf } from './cpu/models.ts';
import { CPU_MODELS, type CpuModel, type InstructionForm, interp, opcodes } from './index.ts';
import { TestSink } from './machine.test-util.ts';

describe('interp()', () => {
  test('can run everywhere, and says what it supports', async () => {
    const probe = await interp().probe();
    expect(probe).toMatchObject({
      available: true,
      supports: { arch: 'x86', modes: ['real', 'protected'], instructionCount: true },
    });
  });

  test('refuses a model that there is not', () => {
    const attempt = (): unknown => interp({ cpuModel: '8008' as never });
    expect(attempt).toThrow(VmError);
    expect(attempt).toThrow(/8008.*8086/);
  });

  test('makes one vCPU a VM', () => {
    const accelerator = interp();
    const arena = new Arena(4096 + accelerator.arenaBytes);
    const vm = accelerator.createVm({ arena, memory: new GuestMemory(arena, [{ base: 0, size: 4096 }]) });
    vm.createVcpu(0, new TestSink());
    expect(() => vm.createVcpu(1, new TestSink())).toThrow(/one vCPU/);
  });

  test.each(CPU_MODELS)('a fresh %s begins at the reset vector', (cpuModel) => {
    const vm = new Vm({ accelerator: interp({ cpuModel }), memory: [{ base: 0, size: 4096 }] });
    const old = cpuModel === '8086' || cpuModel === '80186';
    expect(vm.vcpu.cpuModel).toBe(cpuModel);
    expect(vm.vcpu.dump().location).toBe(old ? 'ffff:0000' : 'f000:fff0');
    vm.dispose();
  });

  test('memory can be taken away and given back', () => {
    const accelerator = interp();
    const arena = new Arena(0x2000 + accelerator.arenaBytes);
    const memory = new GuestMemory(arena, [
      { base: 0, size: 4096 },
      { base: 0x1000, size: 4096 },
    ]);
    const vm = accelerator.createVm({ arena, memory });
    const sink = new TestSink();
    vm.mapMemory(memory.regions[0]);
    let mapping = vm.mapMemory(memory.regions[1]);
    const vcpu = vm.createVcpu(0, sink);
    enterRealMode(vcpu, { segment: 0, offset: 0 });
    // l: mov ax, [1234]; jmp l
    memory.write(0, Uint8Array.from([0xa1, 0x34, 0x12, 0xeb, 0xfb]));
    memory.writeU16(0x1234, 0x5678);
    const read = (): bigint => {
      vcpu.run({ instructions: 2, nanoseconds: 1e9 });
      return vcpu.getRegisters().rax;
    };
    expect(read()).toBe(0x5678n);
    mapping[Symbol.dispose]();
    expect(read()).toBe(0xffffn);
    expect(sink.trace).toEqual(['read 1234/2']);
    mapping = vm.mapMemory(memory.regions[1]);
    expect(read()).toBe(0x5678n);
    expect(sink.trace.length).toBe(1);
  });

  test('many VMs leave nothing behind', { timeout: 120_000 }, async () => {
    const make = (count: number): void => {
      for (let i = 0; i < count; i++) {
        const vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 4096 }] });
        vm.memory.write(0, Uint8Array.from([0xf4]));
        vm.vcpu.setSpecialRegisters({ cs: vm.vcpu.getSpecialRegisters().ds });
        vm.vcpu.setRegisters({ rip: 0n });
        if (vm.vcpu.step().reason !== 'halt') throw new Error('the guest did not run');
        vm.dispose();
      }
    };
    const settle = async (): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return process.memoryUsage().external;
    };
    make(200);
    const before = await settle();
    make(1000);
    // What one VM takes stays far below what a thousand would.
    expect((await settle()) - before).toBeLessThan(300 * 2 ** 20);
  });
});

describe('the opcode table', () => {
  test('has every opcode of the one-byte map but prefixes, escapes and holes', () => {
    const known = new Set(
      opcodes()
        .filter(({ map }) => map === 'one-byte')
        .map(({ opcode }) => opcode),
    );
    const missing = Array.from({ length: 256 }, (_, i) => i).filter((opcode) => !known.has(opcode));
    expect(missing).toEqual([0x26, 0x2e, 0x36, 0x3e, 0xf0, 0xf2, 0xf3]);
  });

  test('gives each model one form of an encoding, the later one where there are two', () => {
    const twice: string[] = [];
    for (const model of CPU_MODELS) {
      const forms = opcodes().filter((form) => has(model, form));
      const seen = new Uint16Array(3 * 256 * 1024);
      forms.forEach((form, n) => {
        const before = new Set<string>();
        for (const place of placesOf(form)) {
          if (seen[place] !== 0) before.add(forms[seen[place] - 1].mnemonic);
          seen[place] = n + 1;
        }
        for (const other of before) twice.push(`${model} ${form.opcode.toString(16)}: ${other}, ${form.mnemonic}`);
      });
    }
    expect(twice).toEqual(['8086 8d: LEA, LEA', 'pentium4 90: NOP, PAUSE']);
  });

  test('has nothing that no model has, but for features of processors of one’s own', () => {
    const unused = opcodes().filter((form) => !CPU_MODELS.some((model) => has(model, form)));
    expect([...new Set(unused.map(({ feature }) => feature))].sort()).toEqual(['movbe', 'popcnt']);
  });

  test('tells flags and models', () => {
    const adc = opcodes().find(({ mnemonic }) => mnemonic === 'ADC');
    expect(adc?.flags).toEqual({ read: 'c', written: 'oszapc', undefined: '' });
    expect(opcodes().find(({ mnemonic }) => mnemonic === 'BSWAP')?.since).toBe('80486');
    expect(
      opcodes()
        .filter(({ mnemonic }) => mnemonic === 'Jcc')
        .some(({ condition, flags }) => condition === 4 && flags.read === 'z'),
    ).toBe(true);
  });
});

function has(model: CpuModel, { since, until, feature }: InstructionForm): boolean {
  if (feature !== undefined) return featuresOf(model).has(feature);
  const age = CPU_MODELS.indexOf(model);
  return CPU_MODELS.indexOf(since) <= age && CPU_MODELS.indexOf(until) >= age;
}

// The mandatory prefixes and ModR/M bytes that an encoding is for, as numbers.
function* placesOf({ map, opcode, prefix, digit, modrm, operands }: InstructionForm): Generator<number> {
  const chosen = map !== 'one-byte' || (opcode >= 0xd8 && opcode <= 0xdf);
  const memory = chosen && operands.some((operand) => operand[0] === 'M');
  const register = chosen && operands.some((operand) => operand[0] === 'N' || operand[0] === 'U');
  const first = (['one-byte', '0f', '0f38'].indexOf(map) * 256 + opcode) * 4;
  for (const [n, name] of (['none', 0x66, 0xf2, 0xf3] as const).entries()) {
    if (prefix !== undefined && prefix !== name) continue;
    for (let byte = 0; byte < 256; byte++) {
      if (modrm !== undefined && modrm !== byte) continue;
      if (digit !== undefined && digit !== ((byte >> 3) & 7)) continue;
      if ((memory && byte >= 0xc0) || (register && byte < 0xc0)) continue;
      yield (first + n) * 256 + byte;
    }
  }
}
