import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Vm } from '@picovm/core';
import { type Benchmark, type Outcome, percentile, type Row } from './benchmark.ts';
import { MODE, plainVm, SPIN, smpVm, whyNoThreads } from './smp-vm.ts';

const TIMES = 300;
const GOAL_MS = 5;
const { count, halt, output } = MODE;

/**
 * How long a kick takes to be noticed, and a stop until no vCPU runs any more, while guests are busy. Where there are more
 * busy threads than processors, a stop waits until the host lets each vCPU's thread have one.
 */
export const kvmKicks: Benchmark = {
  name: 'KVM kick() and stop(): time until acknowledged',
  page: 'kvm-kicks',
  async run(): Promise<Outcome> {
    const skipped = await whyNoThreads();
    if (skipped !== undefined) return { skipped };
    return {
      rows: [
        row('kick(), one vCPU in the thread of the VM', await kicks(plainVm(SPIN))),
        row('kick(), four vCPUs in threads', await kicks(smpVm([count, count, count, count]))),
        row('stop(), one vCPU in the thread of the VM', await stops(plainVm(SPIN))),
        row('stop(), two vCPUs in threads, computing', await stops(smpVm([count, count]))),
        row('stop(), four vCPUs in threads, computing', await stops(smpVm([count, count, count, count]))),
        row('stop(), four vCPUs in threads, asking', await stops(smpVm([output, output, output, output]))),
        row('stop(), four vCPUs in threads, halted', await stops(smpVm([halt, halt, halt, halt]))),
        row('stop() from another thread, one vCPU', await stopsFromOutside('plainVm(SPIN)')),
        row('stop() from another thread, two vCPUs', await stopsFromOutside('smpVm([1, 1])')),
      ],
    };
  },
};

function row(what: string, times: number[]): Row {
  const p99 = percentile(times, 99);
  const verdict = `goal p99 ${GOAL_MS} ms: ${p99 <= GOAL_MS ? 'met' : 'missed'}`;
  return { what, figure: `p50 ${percentile(times, 50).toFixed(3)} ms, p99 ${p99.toFixed(3)} ms`, verdict };
}

async function kicks(vm: Vm): Promise<number[]> {
  const times: number[] = [];
  let noticed = (): void => {};
  vm.on('kicked', () => {
    noticed();
    return 'resume';
  });
  const running = vm.run();
  for (let i = 0; i < TIMES; i++) {
    await setTimeout(1);
    const start = performance.now();
    await new Promise<void>((resolve) => {
      noticed = () => {
        times.push(performance.now() - start);
        noticed = () => {};
        resolve();
      };
      vm.vcpu.kick();
    });
  }
  vm.stop();
  await running;
  vm.dispose();
  return times;
}

async function stops(vm: Vm): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < TIMES; i++) times.push(await stop(vm));
  vm.dispose();
  return times;
}

async function stop(vm: Vm): Promise<number> {
  const running = vm.run();
  await setTimeout(1);
  const start = performance.now();
  vm.stop();
  await running;
  return performance.now() - start;
}

// As `@picovm/worker` does it, with nothing else in the messages.
async function stopsFromOutside(make: string): Promise<number[]> {
  const program = `
    import { parentPort } from 'node:worker_threads';
    import { plainVm, smpVm, SPIN } from '${new URL('./smp-vm.js', import.meta.url).href}';
    const vm = ${make};
    let running;
    parentPort.on('message', async (message) => {
      if (message === 'stop') {
        vm.stop();
        await running;
      } else running = vm.run();
      parentPort.postMessage(message);
    });
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
  const call = async (message: string): Promise<void> => {
    worker.postMessage(message);
    await once(worker, 'message');
  };
  const times: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    await call('run');
    await setTimeout(1);
    const start = performance.now();
    await call('stop');
    times.push(performance.now() - start);
  }
  await worker.terminate();
  return times;
}
