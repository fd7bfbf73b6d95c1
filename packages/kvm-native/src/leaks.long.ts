import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { Guest, needKvm } from './guest.test-util.ts';
import { type Resources, resources } from './resources.test-util.ts';
import { needBuild, startGuestInWorker } from './worker.test-util.ts';

beforeEach(needKvm);
beforeEach(needBuild);

const MIB = 2 ** 20;

function expectNoGrowth(before: Resources, after: Resources): void {
  console.log({ before, after });
  expect(after.kvmDescriptors).toBe(0);
  expect(after.kvmMappings).toBe(0);
  expect(after.descriptors).toBeLessThanOrEqual(before.descriptors);
  expect(after.threads).toBeLessThanOrEqual(before.threads);
  expect(after.arenas).toBeLessThanOrEqual(before.arenas + 1);
  expect(after.rss).toBeLessThan(before.rss + 32 * MIB);
}

describe('over time', () => {
  it('10,000 VMs made, run and disposed leave nothing behind', async () => {
    const cycle = (): void => {
      using guest = new Guest([0xe6, 0xe9, 0xf4]);
      expect(guest.run().reason).toBe('halt');
    };
    // The event loop gets its turn now and then, as in any program: finalizers run there.
    const cycles = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        cycle();
        if (i % 100 === 0) await setImmediate();
      }
    };
    // After so many, the heap of the process has the size that it keeps.
    await cycles(1000);
    const before = await resources();
    await cycles(10_000);
    expectNoGrowth(before, await resources());
  });

  it('1,000 VMs that nobody disposed leave nothing behind', async () => {
    const forget = (): void => {
      expect(new Guest([0xe6, 0xe9, 0xf4]).run().reason).toBe('halt');
    };
    for (let i = 0; i < 100; i++) forget();
    const before = await resources();
    for (let i = 0; i < 1000; i++) {
      forget();
      if (i % 100 === 0) await resources();
    }
    expectNoGrowth(before, await resources());
  });

  it('200 workers terminated in the middle of a run leave nothing behind', async () => {
    const cycle = async (): Promise<void> => {
      const worker = await startGuestInWorker([0xe6, 0xe9, 0xeb, 0xfc]);
      await worker.terminate();
    };
    for (let i = 0; i < 20; i++) await cycle();
    const before = await resources();
    for (let i = 0; i < 200; i++) await cycle();
    expectNoGrowth(before, await resources());
  });
});
