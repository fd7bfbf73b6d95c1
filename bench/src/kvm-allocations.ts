import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { kvm } from '@picovm/kvm-native';
import type { Benchmark, Outcome, Row } from './benchmark.ts';
import { type ExitGuest, libraryVm, MMIO_WRITES, PORT_WRITES } from './kvm-guest.ts';

const EXITS = 1_000_000;
const WARM_UP_RUNS = 20;
const WARM_UP_EXITS = 20_000;
const GOAL_BYTES = 0.1;

/** What an exit allocates in JavaScript once everything is warm: nothing. */
export const kvmAllocations: Benchmark = {
  name: `KVM, JavaScript heap over ${EXITS.toLocaleString('en')} exits`,
  page: 'kvm-heap',
  async run(): Promise<Outcome> {
    const probe = await kvm().probe();
    if (!probe.available) return { skipped: probe.reason };
    const rows: Row[] = [];
    for (const guest of [PORT_WRITES, MMIO_WRITES]) rows.push(await measure(guest));
    return { rows };
  },
};

async function measure(guest: ExitGuest): Promise<Row> {
  let exits = 0;
  const vm = libraryVm(guest, () => {
    if (--exits === 0) vm.vcpu.kick();
  });
  // Straight into the vCPU, because a run of the VM also allocates for each slice.
  const run = (count: number): void => {
    exits = count;
    while (exits > 0) vm.vcpu.run({ nanoseconds: Number.POSITIVE_INFINITY, instructions: undefined });
  };
  // Entered often, so that all of the loop is compiled, and not only what is in the middle of it.
  for (let i = 0; i < WARM_UP_RUNS; i++) run(WARM_UP_EXITS);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  // That collection is reported later, and is none of the guest's.
  await new Promise((resolve) => setTimeout(resolve, 10));
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  observer.observe({ entryTypes: ['gc'] });
  const before = process.memoryUsage().heapUsed;
  run(EXITS);
  const bytes = process.memoryUsage().heapUsed - before;
  await new Promise((resolve) => setTimeout(resolve, 10));
  observer.disconnect();
  vm.dispose();
  const met = collections === 0 && bytes / EXITS <= GOAL_BYTES;
  return {
    what: guest.name,
    figure: `${bytes} bytes, ${collections} collections`,
    verdict: `${(bytes / EXITS).toFixed(4)} bytes an exit; goal ${GOAL_BYTES}: ${met ? 'met' : 'missed'}`,
  };
}
