import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { Guest, needKvm } from './guest.test-util.ts';
import { resources } from './resources.test-util.ts';
import { needBuild, startGuestInWorker } from './worker.test-util.ts';

beforeEach(needKvm);
beforeEach(needBuild);

describe('a worker', () => {
  it.each([
    ['spins in its guest', [0xeb, 0xfe]],
    ['exits all the time', [0xe6, 0xe9, 0xeb, 0xfc]],
  ])('that %s can be terminated in the middle of it, and leaves nothing behind', async (_what, code) => {
    const before = await resources();
    const workers = await Promise.all([0, 1, 2].map(() => startGuestInWorker(code)));
    // The vCPUs of all threads run, each stopped by its own timer.
    using guest = new Guest([0xeb, 0xfe]);
    for (let i = 0; i < 20; i++) expect(guest.slice(1e6)).toEqual({ reason: 'slice-end' });
    for (const worker of workers) {
      expect(await worker.terminate()).toBe(1);
      await setTimeout(1);
    }
    guest[Symbol.dispose]();
    const after = await resources();
    expect(after.kvmDescriptors).toBe(0);
    expect(after.kvmMappings).toBe(0);
    expect(after.threads).toBeLessThanOrEqual(before.threads);
  });

  it('that ended leaves the timers of other threads alone', async () => {
    const worker = await startGuestInWorker([0xeb, 0xfe]);
    using guest = new Guest([0xeb, 0xfe]);
    expect(guest.slice(1e6)).toEqual({ reason: 'slice-end' });
    await worker.terminate();
    expect(guest.slice(1e6)).toEqual({ reason: 'slice-end' });
  });
});
