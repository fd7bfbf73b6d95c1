import { Arena, GuestMemory } from '@picovm/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CODE, Guest, needKvm, word } from './guest.test-util.ts';
import { kvm } from './index.ts';

beforeEach(needKvm);

let guest: Guest | undefined;
afterEach(() => guest?.[Symbol.dispose]());

describe('the dirty log', () => {
  // mov byte [0x3000], 1; mov byte [0x5004], 2; hlt
  const stores = [0xc6, 0x06, ...word(0x3000), 1, 0xc6, 0x06, ...word(0x5004), 2, 0xf4];

  it('has the pages that the guest wrote, and those of the host', () => {
    guest = new Guest(stores, { pages: 8 });
    const log = guest.memory.dirtyLog;
    log.start();
    expect(guest.run().reason).toBe('halt');
    guest.memory.writeU8(0x7000, 1);
    expect(log.take()).toEqual([0x3000, 0x5000, 0x7000]);
    expect(log.take()).toEqual([]);
    guest.load(stores);
    log.take();
    guest.run();
    expect(log.take()).toEqual([0x3000, 0x5000]);
    log.stop();
  });

  it('has nothing of what happened before it was started', () => {
    guest = new Guest(stores, { pages: 8 });
    guest.run();
    guest.memory.dirtyLog.start();
    expect(guest.memory.dirtyLog.take()).toEqual([]);
  });

  it('can be asked of a VM that is gone', () => {
    guest = new Guest(stores, { pages: 8 });
    guest.memory.dirtyLog.start();
    guest[Symbol.dispose]();
    expect(guest.memory.dirtyLog.take()).toEqual([]);
    guest.memory.dirtyLog.stop();
  });
});

describe('mapping', () => {
  it('ends when it is disposed: accesses go to the sink from then on', () => {
    guest = new Guest([0xa0, ...word(0x100), 0xf4]); // mov al, [0x100]; hlt
    guest.mapping[Symbol.dispose]();
    guest.mapping[Symbol.dispose]();
    const exit = guest.run();
    // Nor is there anything to execute any more.
    expect(['internal-error', 'mmio', 'shutdown']).toContain(exit.reason);
  });

  it('can be repeated, and a region is mapped once at a time', () => {
    guest = new Guest([0xf4]);
    const [region] = guest.memory.regions;
    expect(() => guest?.vm.mapMemory(region)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    guest.mapping[Symbol.dispose]();
    guest.vm.mapMemory(region);
    expect(guest.run().reason).toBe('halt');
  });

  it('of two regions at one address is refused by KVM, which is named', () => {
    guest = new Guest();
    const other = new GuestMemory(guest.memory.arena, [{ base: 0, size: 4096 }]);
    expect(() => guest?.vm.mapMemory(other.regions[0])).toThrow(
      expect.objectContaining({
        code: 'ERR_KVM',
        details: expect.objectContaining({ ioctl: 'KVM_SET_USER_MEMORY_REGION', code: 'EEXIST', errno: 17 }),
      }),
    );
  });

  it('works with memory that threads share', () => {
    const accelerator = kvm();
    const arena = new Arena(4096 + accelerator.arenaBytes, { shared: true });
    const memory = new GuestMemory(arena, [{ base: 0, size: 4096 }]);
    const vm = accelerator.createVm({ arena, memory });
    vm.mapMemory(memory.regions[0]);
    guest = new Guest();
    const vcpu = vm.createVcpu(0, guest.sink);
    memory.write(0xff0, Uint8Array.of(0xe6, 0xe9, 0xf4));
    vcpu.setSpecialRegisters({ cs: { ...vcpu.getSpecialRegisters().cs, base: 0n, selector: 0 } });
    vcpu.setRegisters({ rip: 0xff0n });
    expect(vcpu.run({ nanoseconds: 1e9, instructions: undefined }).reason).toBe('halt');
    expect(guest.sink.log).toEqual(['out1 e9 0']);
    vm.dispose();
  });

  it('keeps 16 MiB under 4 GiB free for firmware', () => {
    const accelerator = kvm();
    const size = 0x100000;
    const arena = new Arena(size + accelerator.arenaBytes);
    const memory = new GuestMemory(arena, [{ base: 2 ** 32 - size, size, readonly: true }]);
    const vm = accelerator.createVm({ arena, memory });
    vm.mapMemory(memory.regions[0]);
    guest = new Guest();
    const vcpu = vm.createVcpu(0, guest.sink);
    memory.write(0xfffffff0, Uint8Array.of(0xe6, 0x80, 0xf4)); // where the CPU begins after RESET
    expect(vcpu.run({ nanoseconds: 1e9, instructions: undefined }).reason).toBe('halt');
    expect(guest.sink.log).toEqual(['out1 80 0']);
    vm.dispose();
  });
});

describe('paging', () => {
  it('is looked through to see whether the guest is stuck', () => {
    guest = new Guest([0xf4], { pages: 8 });
    const { memory, vcpu } = guest;
    // Long mode, because not every host without VT-x and SVM has 32-bit paging. Linear 0x200000 is physical 0.
    memory.writeU64(0x1000, 0x2003n);
    memory.writeU64(0x2000, 0x3003n);
    memory.writeU64(0x3008, 0x4003n);
    memory.writeU64(0x4000, 0x0003n);
    memory.write(CODE, Uint8Array.of(0xeb, 0xfe));
    const { cs, ss } = vcpu.getSpecialRegisters();
    const flat = { base: 0n, limit: 0xffffffff, g: 1 };
    vcpu.setSpecialRegisters({
      cr3: 0x1000n,
      cr4: 0x20n,
      efer: 0x500n,
      cr0: 0x80000011n,
      cs: { ...cs, ...flat, selector: 8, type: 11, l: 1 },
      ss: { ...ss, ...flat, selector: 16, db: 1 },
    });
    vcpu.setRegisters({ rip: 0x200000n + BigInt(CODE) });
    expect(guest.slice(1e6)).toEqual({ reason: 'slice-end' });
    expect(vcpu.isStuck(false)).toBe(true);
    // Not mapped.
    vcpu.setRegisters({ rip: 0x800000n });
    expect(vcpu.isStuck(false)).toBe(false);
  });
});
