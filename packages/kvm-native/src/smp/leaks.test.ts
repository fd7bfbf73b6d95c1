import { beforeEach, describe, expect, it } from 'vitest';
import { resources } from '../resources.test-util.ts';
import { MODE, needSmp, SmpGuest } from './smp-guest.test-util.ts';

beforeEach(needSmp);

const modes = [MODE.count, MODE.output, MODE.input, MODE.halt];

describe('VMs with several vCPUs', () => {
  it('leave no threads, descriptors and mappings behind when they are disposed', async () => {
    const cycle = async (): Promise<void> => {
      using guest = new SmpGuest('modes', 4, modes);
      expect((await guest.run({ maxExits: 10 })).outcome).toBe('max-exits');
    };
    await cycle();
    const before = await resources();
    for (let i = 0; i < 30; i++) await cycle();
    const after = await resources();
    expect(after).toMatchObject({ kvmDescriptors: 0, kvmMappings: 0 });
    expect(after.threads).toBeLessThanOrEqual(before.threads);
    expect(after.descriptors).toBeLessThanOrEqual(before.descriptors);
  });

  it('nor when nobody disposed them', async () => {
    const before = await resources();
    await (async () => {
      for (let i = 0; i < 5; i++) {
        const guest = new SmpGuest('modes', 4, modes);
        expect((await guest.run({ maxExits: 10 })).outcome).toBe('max-exits');
      }
    })();
    const after = await resources();
    expect(after).toMatchObject({ kvmDescriptors: 0, kvmMappings: 0 });
    expect(after.threads).toBeLessThanOrEqual(before.threads);
  });

  it('nor when a vCPU more is refused', async () => {
    using guest = new SmpGuest('modes', 4, modes);
    guest.vm.dispose();
    expect(await resources()).toMatchObject({ kvmDescriptors: 0, kvmMappings: 0 });
  });
});
