import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { resources } from '../resources.test-util.ts';
import { needBuild, workerWith } from './process.test-util.ts';
import { MODE, needSmp } from './smp-guest.test-util.ts';

beforeEach(needSmp);
beforeEach(needBuild);

const { count, output, input, halt } = MODE;

const RUN = `
  // What Node itself leaves open when it is interrupted at loading modules is not counted.
  parentPort.postMessage('loaded');
  const vm = machine(workerData);
  vm.run();
  // Also while nothing is answered, and while the event loop is busy.
  setInterval(() => { const end = performance.now() + 2; while (performance.now() < end); }, 3);
`;

describe('a whole machine with several vCPUs in a worker', () => {
  it('is stopped and goes on from another thread', async () => {
    const worker = workerWith(
      `
      const vm = machine(workerData, { shared: true });
      let running;
      parentPort.on('message', async (message) => {
        if (message === 'run') running = vm.run();
        if (message === 'stop') {
          vm.stop();
          parentPort.postMessage((await running).outcome);
        }
      });
      parentPort.postMessage(new Uint32Array(vm.memory.arena.buffer, vm.memory.regions[0].arenaOffset + 0x4400, 4));
    `,
      [count, count, output, input],
    );
    const [counts] = (await once(worker, 'message')) as [Uint32Array];
    for (let i = 0; i < 5; i++) {
      const before = counts.slice();
      worker.postMessage('run');
      while (counts.some((n, id) => n === before[id])) await setTimeout(1);
      worker.postMessage('stop');
      expect(await once(worker, 'message')).toEqual(['stopped']);
      const stopped = counts.slice();
      await setTimeout(10);
      expect(counts).toEqual(stopped);
    }
    await worker.terminate();
  });

  it.each([
    ['computes', [count, count, count, count]],
    ['asks its devices', [output, output, input, input]],
    ['halts', [halt, halt, halt, halt]],
  ])('that %s can be terminated at any moment, and leaves nothing behind', async (_what, modes) => {
    const before = await resources();
    for (let i = 0; i < 12; i++) {
      const worker = workerWith(RUN, modes);
      await once(worker, 'message');
      // From before there is a VM, over its making, into its run.
      await setTimeout(i);
      await worker.terminate();
    }
    const after = await resources();
    expect(after).toMatchObject({ kvmDescriptors: 0, kvmMappings: 0 });
    expect(after.threads).toBeLessThanOrEqual(before.threads);
    expect(after.descriptors).toBeLessThanOrEqual(before.descriptors);
    expect(after.arenas).toBeLessThanOrEqual(before.arenas);
  });
});
