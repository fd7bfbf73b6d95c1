import { Vm } from '@picovm/core';
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
