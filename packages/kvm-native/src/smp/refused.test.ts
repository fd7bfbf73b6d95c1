import { type Device, Vm } from '@picovm/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { ADDON } from '../addon.test-util.ts';
import { kvm } from '../index.ts';
import { needSmp, SmpGuest } from './smp-guest.test-util.ts';

const memory = [{ base: 0, size: 4096 }];

describe('irqchip', () => {
  it('is one of its values', () => {
    expect(() => kvm({ irqchip: 'split' as 'kernel' })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', details: { irqchip: 'split' } }),
    );
  });
});

describe('a VM', () => {
  beforeEach(needSmp);

  it('has one vCPU unless the interrupt controllers are in the kernel', () => {
    expect(() => new Vm({ accelerator: kvm(ADDON), memory, vcpus: 2 })).toThrow(
      expect.objectContaining({
        code: 'ERR_UNSUPPORTED',
        message: expect.stringMatching(/^kvm gives this VM one, not 2 vCPUs/),
      }),
    );
  });

  it('has no more vCPUs than there are', () => {
    const accelerator = kvm({ ...ADDON, irqchip: 'kernel' });
    expect(() => new Vm({ accelerator, memory, vcpus: 256 })).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED', details: expect.objectContaining({ vcpus: 256 }) }),
    );
  });

  it('takes no second interrupt controller', () => {
    const accelerator = kvm({ ...ADDON, irqchip: 'kernel' });
    const pic = {
      id: 'pic',
      type: 'i8259',
      attach: ({ claimInterrupts }: { claimInterrupts: (controller: never) => unknown }) => {
        claimInterrupts({ setLine: () => {}, acknowledge: () => 0 } as never);
      },
    };
    expect(() => new Vm({ accelerator, memory, devices: [pic] })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it.each([
    ['port', 0x21, "KVM's first 8259A"],
    ['port', 0xa0, "KVM's second 8259A"],
    ['port', 0x4d1, "KVM's 8259A (edge or level)"],
    ['mmio', 0xfec00010, "KVM's I/O APIC"],
    ['mmio', 0xfee00300, "KVM's local APIC"],
    ['mmio', 0xfeffc000, "KVM's identity map and TSS"],
  ] as const)('takes no device where KVM answers itself: %s %i', (space, base, owner) => {
    const handler = { read: () => 0, write: () => {} };
    const device: Device = {
      id: 'board',
      type: 'test',
      attach: ({ claimPorts, claimMmio }) => (space === 'port' ? claimPorts : claimMmio)({ base, length: 1 }, handler),
    };
    const accelerator = kvm({ ...ADDON, irqchip: 'kernel' });
    expect(() => new Vm({ accelerator, memory, devices: [device] })).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_OVERLAP', message: expect.stringContaining(`of ${owner}:`) }),
    );
    using vm = new Vm({ accelerator, memory });
    expect(vm.map()).toContainEqual(expect.objectContaining({ space, owner }));
    // Without controllers in the kernel they are anybody's, but for the pages that KVM needs.
    const make = (): void => new Vm({ accelerator: kvm(ADDON), memory, devices: [{ ...device }] }).dispose();
    if (base === 0xfeffc000) expect(make).toThrow(expect.objectContaining({ code: 'ERR_BUS_OVERLAP' }));
    else make();
  });

  it.each([1, 2])('of %i vCPUs with controllers in the kernel has no snapshots, and is as it was', async (vcpus) => {
    using other = new Vm({ accelerator: kvm(ADDON), memory: [{ base: 0, size: 0x10000 }] });
    using guest = new SmpGuest('wake', vcpus);
    const before = guest.vm.vcpu.getRegisters();
    const refused = expect.objectContaining({ code: 'ERR_UNSUPPORTED' });
    expect(() => guest.vm.snapshot()).toThrow(refused);
    expect(() => guest.vm.restore(other.snapshot())).toThrow(refused);
    expect(() => guest.vm.vcpu.snapshot()).toThrow(refused);
    expect(guest.vm.vcpu.getRegisters()).toEqual(before);
    expect((await guest.run()).outcome).toBe('shutdown');
  });
});
