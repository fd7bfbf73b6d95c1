import { beforeEach, describe, expect, it } from 'vitest';
import { Guest, needKvm } from './guest.test-util.ts';
import { resources } from './resources.test-util.ts';

beforeEach(needKvm);

function cycle(): void {
  using guest = new Guest([0xe6, 0xe9, 0xf4]);
  expect(guest.run().reason).toBe('halt');
}

describe('200 VMs made, run and disposed', () => {
  it('leave no descriptors and no mappings behind', async () => {
    for (let i = 0; i < 20; i++) cycle();
    const before = await resources();
    for (let i = 0; i < 200; i++) cycle();
    const after = await resources();
    expect(after.kvmDescriptors).toBe(0);
    expect(after.kvmMappings).toBe(0);
    expect(after.descriptors).toBeLessThanOrEqual(before.descriptors);
    expect(after.threads).toBeLessThanOrEqual(before.threads);
    expect(after.arenas).toBeLessThanOrEqual(before.arenas + 1);
  });
});

describe('VMs that nobody disposed', () => {
  it('are given back when they are collected', async () => {
    (() => {
      const forgotten = Array.from({ length: 20 }, () => new Guest([0xe6, 0xe9, 0xf4]));
      for (const guest of forgotten) guest.run();
    })();
    const after = await resources();
    expect(after.kvmDescriptors).toBe(0);
    expect(after.kvmMappings).toBe(0);
  });

  it('keep the memory of their guests until then', async () => {
    const guest = new Guest([0xe6, 0xe9, 0xf4]);
    const { vcpu, sink } = guest;
    await resources();
    expect(vcpu.run({ nanoseconds: 1e9, instructions: undefined }).reason).toBe('halt');
    expect(sink.log).toEqual(['out1 e9 0']);
    guest[Symbol.dispose]();
  });
});

describe('VMs that could not be made', () => {
  it('leave nothing behind either', async () => {
    for (let i = 0; i < 20; i++) {
      using guest = new Guest();
      expect(() => guest.vm.createVcpu(0, guest.sink)).toThrow(expect.objectContaining({ code: 'ERR_KVM' }));
    }
    expect((await resources()).kvmDescriptors).toBe(0);
  });
});
