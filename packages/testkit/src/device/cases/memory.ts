import { check, fail } from '../../check.ts';
import type { Bench } from '../bench.ts';
import type { DeviceCase } from '../device-case.ts';
import { heapMeter } from '../host/heap.ts';
import type { Subject } from '../subject.ts';

const FIRST = 40_000;
/** How much longer each stretch is than all before it: lists that double when they are full grow in each of them. */
const FACTOR = 3;
/**
 * Bytes an access, for each stretch; less is noise: code that is compiled meanwhile, and what the test runner does. The
 * first stretch is only a suspicion: noise does not grow with the length of the stretch, as a leak does.
 */
const TOLERATED: readonly number[] = [0.25, 0.5];
/** Bytes that no noise makes. */
const NO_NOISE = 2 ** 24;
const CHUNK = 4000;
const MAX_ALARMS = 1000;

/** Lets a guest write for long, and looks at the heap. */
export const memoryCase: DeviceCase = {
  name: 'does not grow without bound',
  run(subject, skip) {
    const heap = heapMeter();
    if (heap === undefined) return skip('this runtime cannot be asked to collect garbage');
    const bench = subject.bench();
    // What has a bound fills up, and code is compiled.
    let accesses = drive(subject, bench, 0, FIRST);
    const growth: string[] = [];
    for (const tolerated of TOLERATED) {
      const before = heap();
      const count = drive(subject, bench, accesses, FACTOR * accesses);
      const bytes = heap() - before;
      if (bytes <= tolerated * count) return;
      accesses += count;
      growth.push(`${Math.round(bytes / 1024)} KiB in ${count} accesses`);
      if (bytes > NO_NOISE) break;
    }
    fail(`the heap grows and grows: by ${growth.join(', then ')}`);
  },
};

function drive(subject: Subject, bench: Bench, done: number, count: number): number {
  for (let i = 0; i < count; i += CHUNK) {
    bench.stir(subject.random(1000 + done + i), CHUNK);
    bench.forget();
    const { pending } = bench.machine.clock;
    check(pending <= MAX_ALARMS, `${pending} alarms are pending after ${done + i + CHUNK} accesses`);
  }
  return count;
}
