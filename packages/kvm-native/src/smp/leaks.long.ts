import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Resources, resources } from '../resources.test-util.ts';
import { needBuild, workerWith } from './process.test-util.ts';
import { MODE, needSmp, SmpGuest } from './smp-guest.test-util.ts';

beforeEach(needSmp);
beforeEach(needBuild);

const { count, output, input, halt } = MODE;
const MIB = 2 ** 20;

function expectNoGrowth(before: Resources, after: Resources): void {
  console.log({ before, after });
  expect(after).toMatchObject({ kvmDescriptors: 0, kvmMappings: 0 });
  expect(after.descriptors).toBeLessThanOrEqual(before.descriptors);
  expect(after.threads).toBeLessThanOrEqual(before.threads);
  expect(after.arenas).toBeLessThanOrEqual(before.arenas + 1);
  expect(after.rss).toBeLessThan(before.rss + 48 * MIB);
}

const RUN = `
  parentPort.postMessage('loaded');
  machine(workerData).run();
`;

describe('over time', () => {
  it('1,000 workers terminated in the middle of a run leave nothing behind', async () => {
    const modes = [[count], [count, output], [output, input, count, halt], [halt, halt]];
    const cycle = async (i: number): Promise<void> => {
      const worker = workerWith(RUN, modes[i % modes.length]);
      await once(worker, 'message');
      await setTimeout((i * 7) % 12);
      await worker.terminate();
    };
    for (let i = 0; i < 100; i++) await cycle(i);
    const before = await resources();
    for (let i = 0; i < 1000; i++) await cycle(i);
    expectNoGrowth(before, await resources());
  });

  it('2,000 VMs of two vCPUs made, run and disposed leave nothing behind', async () => {
    const cycle = async (): Promise<void> => {
      using guest = new SmpGuest('modes', 2, [output, count]);
      expect((await guest.run({ maxExits: 5 })).outcome).toBe('max-exits');
    };
    for (let i = 0; i < 200; i++) await cycle();
    const before = await resources();
    for (let i = 0; i < 2000; i++) await cycle();
    expectNoGrowth(before, await resources());
  });

  it('64 VMs at once, of one to four vCPUs, all make progress, and leave nothing behind', async () => {
    const before = await resources();
    const guests = Array.from({ length: 64 }, (_, i) => {
      return new SmpGuest('modes', 1 + (i % 4), [count, output, input, halt].slice(0, 1 + (i % 4)));
    });
    const running = Promise.all(guests.map((guest) => guest.run({ timeoutMs: 300_000 })));
    for (const [i, guest] of guests.entries()) await guest.started([0, 1, 2].slice(0, 1 + Math.min(i % 4, 2)));
    for (const guest of guests) guest.vm.stop();
    for (const { outcome } of await running) expect(outcome).toBe('stopped');
    for (const guest of guests) guest[Symbol.dispose]();
    guests.length = 0;
    expectNoGrowth(before, await resources());
  });
});
