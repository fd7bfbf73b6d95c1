import type { Accelerator } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { accelerators, loadImage, pico } from 'picovm';
import { type Benchmark, type Outcome, percentile, type Row } from './benchmark.ts';

/** How long the timers are set for whose lateness is measured. */
export const TIMER_MS = 5;
const TIMERS = 400;
const GOAL_MS = 2;

/** A guest that spins forever, in a loop that is not recognized as one: inc ax / jmp $-1. */
const SPIN = Uint8Array.of(0x40, 0xeb, 0xfd);

/** How late a timer of the host is while a guest spins, at the default slice. */
export const eventLoop: Benchmark = {
  name: `lateness of a ${TIMER_MS} ms timer while a guest spins (default slice)`,
  async run(): Promise<Outcome> {
    const rows: Row[] = [];
    for (const accelerator of await accelerators()) {
      const probe = await accelerator.probe();
      if (probe.available) rows.push(await measure(accelerator));
      else rows.push({ what: accelerator.name, figure: 'skipped', verdict: probe.reason });
    }
    return { rows };
  },
};

async function measure(accelerator: Accelerator<X86Vcpu>): Promise<Row> {
  const idle = await lateness();
  const { vm } = pico({ accelerator });
  loadImage(vm, SPIN);
  const running = vm.run();
  const late = await lateness();
  vm.stop();
  await running;
  vm.dispose();
  const p99 = percentile(late, 99);
  const verdict = `goal p99 ${GOAL_MS} ms: ${p99 <= GOAL_MS ? 'met' : 'missed'}`;
  return { what: accelerator.name, figure: showLateness(late), peer: `${showLateness(idle)} (idle)`, verdict };
}

/** The median and the 99th percentile. */
export function showLateness(values: readonly number[]): string {
  return `p50 ${percentile(values, 50).toFixed(2)} ms, p99 ${percentile(values, 99).toFixed(2)} ms`;
}

/** @returns how late each of a series of timers was, in milliseconds */
export async function lateness(): Promise<number[]> {
  const late: number[] = [];
  for (let i = 0; i < TIMERS; i++) {
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, TIMER_MS));
    late.push(performance.now() - start - TIMER_MS);
  }
  return late;
}
