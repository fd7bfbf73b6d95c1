import { Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { beforeEach, describe, expect, it } from 'vitest';
import { CODE, Guest, needKvm } from './guest.test-util.ts';
import { kvm } from './index.ts';

beforeEach(needKvm);

const disposed = expect.objectContaining({ code: 'ERR_VM_DISPOSED' });

describe('after dispose', () => {
  it('everything is refused with an error, and disposing again is harmless', () => {
    const { vcpu, vm, memory, mapping, sink } = new Guest();
    vcpu.dispose();
    vcpu.dispose();
    expect(() => vcpu.run({ nanoseconds: 1e6, instructions: undefined })).toThrow(disposed);
    expect(() => vcpu.getRegisters()).toThrow(disposed);
    expect(() => vcpu.setRegisters({})).toThrow(disposed);
    expect(() => vcpu.getSpecialRegisters()).toThrow(disposed);
    expect(() => vcpu.setSpecialRegisters({})).toThrow(disposed);
    expect(() => vcpu.reset()).toThrow(disposed);
    expect(() => vcpu.injectInterrupt(1)).toThrow(disposed);
    expect(() => vcpu.isStuck(false)).toThrow(disposed);
    expect(() => vcpu.dump()).toThrow(disposed);
    vcpu.kick();
    vcpu.requestInterruptWindow(true);
    vm.dispose();
    vm.dispose();
    expect(() => vm.createVcpu(1, sink)).toThrow(disposed);
    expect(() => vm.mapMemory(memory.regions[0])).toThrow(disposed);
    mapping[Symbol.dispose]();
  });

  it('of the VM, its vCPU is disposed, too', () => {
    const { vcpu, vm } = new Guest();
    vm.dispose();
    expect(() => vcpu.run({ nanoseconds: 1e6, instructions: undefined })).toThrow(disposed);
  });

  it('by a handler, in the middle of a run, the run ends', () => {
    const g = new Guest([0xe6, 0xe9, 0xeb, 0xfc]);
    g.sink.onAccess = () => g.vm.dispose();
    expect(g.run()).toEqual({ reason: 'kicked' });
    expect(g.sink.log).toEqual(['out1 e9 0']);
    expect(() => g.run()).toThrow(disposed);
  });

  it('by a handler of a Vm, the run ends with a result', async () => {
    const vm = new Vm({ accelerator: kvm(), memory: [{ base: 0, size: 4096 }] });
    vm.on('io', () => {
      vm.dispose();
      return 'resume';
    });
    vm.memory.write(CODE, Uint8Array.of(0xe6, 0xe9, 0xeb, 0xfc));
    enterRealMode(vm.vcpu, { segment: 0, offset: CODE });
    expect((await vm.run()).outcome).toBe('stopped');
  });
});

describe('a run inside of a run', () => {
  it('of the same vCPU is refused', () => {
    using g = new Guest([0xe6, 0xe9, 0xf4]);
    const thrown: unknown[] = [];
    g.sink.onAccess = () => {
      for (const call of [() => g.run(), () => g.vcpu.reset()]) {
        try {
          call();
        } catch (error) {
          thrown.push(error);
        }
      }
    };
    expect(g.run().reason).toBe('halt');
    expect(thrown).toEqual([
      expect.objectContaining({ code: 'ERR_VM_RUNNING' }),
      expect.objectContaining({ code: 'ERR_VM_RUNNING' }),
    ]);
  });

  it('that ends with what the sink threw leaves a vCPU that can go on', () => {
    using g = new Guest([0xb0, 0x07, 0xe6, 0xe9, 0x40, 0xf4]);
    g.sink.onAccess = () => {
      throw new Error('from the sink');
    };
    expect(() => g.run()).toThrow('from the sink');
    g.sink.onAccess = () => {};
    expect(g.vcpu.getRegisters().rip).toBe(BigInt(CODE + 4));
    expect(g.run().reason).toBe('halt');
    expect(g.vcpu.getRegisters().rax).toBe(8n);
  });
});

describe('many VMs', () => {
  it('can exist at once, each with memory of its own', () => {
    const guests = Array.from({ length: 16 }, (_, n) => new Guest([0xb0, n, 0xe6, 0xe9, 0xf4]));
    for (const g of guests) expect(g.run().reason).toBe('halt');
    expect(guests.map((g) => g.sink.log[0])).toEqual(guests.map((_, n) => `out1 e9 ${n.toString(16)}`));
    for (const g of guests) g[Symbol.dispose]();
  });

  it('as core makes them run a whole machine', async () => {
    const written: number[] = [];
    using vm = new Vm({
      accelerator: kvm(),
      memory: [{ base: 0, size: 4096 }],
      devices: [
        {
          id: 'screen',
          type: 'test',
          attach: (context) =>
            context.claimMmio(
              { base: 0xb8000, length: 4000 },
              { read: () => 0, write: (offset, _size, value) => written.push(offset, value) },
            ),
        },
      ],
    });
    // mov ax, 0xb800; mov ds, ax; mov byte [2], 'H'; jmp $
    vm.memory.write(0, Uint8Array.of(0xb8, 0, 0xb8, 0x8e, 0xd8, 0xc6, 6, 2, 0, 0x48, 0xeb, 0xfe));
    enterRealMode(vm.vcpu, { segment: 0, offset: 0 });
    const result = await vm.run();
    expect(result).toMatchObject({ outcome: 'halted', cpu: { location: '0000:000a' } });
    expect(written).toEqual([2, 0x48]);
  });
});

describe('a reset', () => {
  it('ends an instruction that still has something to ask', () => {
    // mov eax,[1ffe]: two accesses, because it crosses a page.
    using g = new Guest([0x66, 0xa1, 0xfe, 0x1f, 0xf4]);
    g.sink.onAccess = () => {
      g.sink.onAccess = () => {};
      throw new Error('in the middle of the instruction');
    };
    expect(() => g.run()).toThrow('in the middle of the instruction');
    g.vcpu.reset();
    g.load([0xe6, 0xe9, 0xf4]); // out e9,al; hlt
    g.sink.log.length = 0;
    expect(g.run().reason).toBe('halt');
    expect(g.sink.log).toEqual(['out1 e9 0']);
    expect(g.vcpu.getRegisters().rip).toBe(BigInt(CODE + 3));
  });
});
