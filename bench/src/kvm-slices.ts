import type { RunOptions, Vm } from '@picovm/core';
import type { Benchmark, Outcome, Row } from './benchmark.ts';
import { lateness, showLateness, TIMER_MS } from './event-loop.ts';
import { MODE, plainVm, SPIN, smpVm, whyNoThreads } from './smp-vm.ts';

const SLICES_MS = [0.5, 1, 2, 4, 8];
const { count, output } = MODE;

/** How late a timer of the host is while a guest of KVM spins, by the length of a slice; and with vCPUs in threads. */
export const kvmSlices: Benchmark = {
  name: `lateness of a ${TIMER_MS} ms timer while KVM runs a guest`,
  page: 'kvm-slices',
  async run(): Promise<Outcome> {
    const skipped = await whyNoThreads();
    if (skipped !== undefined) return { skipped };
    const rows: Row[] = [];
    for (const sliceMs of SLICES_MS) rows.push(await measure(`slices of ${sliceMs} ms`, plainVm(SPIN), { sliceMs }));
    rows.push(await measure('two vCPUs in threads, computing', smpVm([count, count])));
    rows.push(await measure('two vCPUs in threads, one asking', smpVm([count, output])));
    return { rows };
  },
};

async function measure(what: string, vm: Vm, options: RunOptions = {}): Promise<Row> {
  const idle = await lateness();
  const running = vm.run(options);
  const late = await lateness();
  vm.stop();
  await running;
  vm.dispose();
  return { what, figure: showLateness(late), peer: `${showLateness(idle)} (idle)` };
}
