import { setTimeout } from 'node:timers/promises';
import { Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { beforeEach, describe, expect, it } from 'vitest';
import { ADDON } from '../addon.test-util.ts';
import { needKvm } from '../guest.test-util.ts';
import { kvm } from '../index.ts';
import { MODE, needSmp, SmpGuest } from './smp-guest.test-util.ts';

/** Of one processor. A timer of 10 ms that does nothing takes 0.01. */
const LIMIT = 0.007;

/** Which part of one processor this process used in 300 ms: the least of some tries, because others work in it, too. */
async function share(): Promise<number> {
  const shares: number[] = [];
  for (let i = 0; i < 4; i++) {
    const used = process.cpuUsage();
    const start = performance.now();
    await setTimeout(300);
    const { user, system } = process.cpuUsage(used);
    shares.push((user + system) / 1000 / (performance.now() - start));
  }
  return Math.min(...shares);
}

describe('a guest in HLT costs no CPU', () => {
  it.each([
    [1, false],
    [4, false],
    [1, true],
    [4, true],
  ])('with the controllers in the kernel, and %i vCPUs (writes that may be late: %s)', async (vcpus, coalesced) => {
    const modes = Array.from({ length: vcpus }, () => MODE.halt);
    using guest = new SmpGuest('modes', vcpus, modes, { coalesced });
    const running = guest.run();
    await guest.started();
    expect(await share()).toBeLessThan(LIMIT);
    // It does not because it is gone.
    expect(guest.vm.running).toBe(true);
    guest.vm.stop();
    expect((await running).outcome).toBe('stopped');
  });

  it('with a controller that is a device', async () => {
    using vm = new Vm({ accelerator: kvm(ADDON), memory: [{ base: 0, size: 4096 }] });
    vm.irqs.controller = { setLine: () => {}, acknowledge: () => 0 };
    vm.memory.write(0x600, Uint8Array.of(0xfb, 0xf4, 0xeb, 0xfd)); // sti; hlt; jmp $-1
    enterRealMode(vm.vcpu, { segment: 0, offset: 0x600 });
    const running = vm.run();
    expect(await share()).toBeLessThan(LIMIT);
    expect(vm.running).toBe(true);
    vm.stop();
    expect((await running).outcome).toBe('stopped');
  });
});

beforeEach(needKvm);
beforeEach(needSmp);
