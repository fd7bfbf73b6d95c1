import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { Guest, needKvm } from './guest.test-util.ts';
import { type Resources, resources } from './resources.test-util.ts';
import { needBuild, startGuestInWorker } from './worker.test-util.ts';

beforeEach(needKvm);
beforeEach(needBuild);

const MIB = 2 ** 20;
const MINUTE = 60_000;

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

  it('64 VMs at once, again and again, leave nothing behind', async () => {
    const together = async (): Promise<void> => {
      const guests = Array.from({ length: 64 }, () => new Guest([0xe6, 0xe9, 0xeb, 0xfc]));
      // Each has memory, a descriptor and a mapping of its own, and goes on where it was.
      for (let turn = 0; turn < 3; turn++) {
        for (const guest of guests) expect(guest.slice(100_000)).toEqual({ reason: 'slice-end' });
        await setImmediate();
      }
      for (const guest of guests) expect(guest.sink.log.length).toBeGreaterThan(0);
      expect((await resources()).kvmMappings).toBe(64);
      for (const guest of guests) guest[Symbol.dispose]();
    };
    await together();
    const before = await resources();
    for (let i = 0; i < 20; i++) await together();
    expectNoGrowth(before, await resources());
  });

  it('1,000 workers terminated in the middle of a run leave nothing behind', { timeout: 20 * MINUTE }, async () => {
    const cycle = async (code: readonly number[]): Promise<void> => {
      const worker = await startGuestInWorker(code);
      await worker.terminate();
    };
    // One exits all the time, the other never.
    const cycles = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await cycle(i % 2 === 0 ? [0xe6, 0xe9, 0xeb, 0xfc] : [0xeb, 0xfe]);
    };
    await cycles(100);
    const before = await resources();
    await cycles(1000);
    expectNoGrowth(before, await resources());
  });
});
