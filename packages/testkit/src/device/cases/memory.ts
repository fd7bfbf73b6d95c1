import { check, fail } from '../../check.ts';
import type { Bench } from '../bench.ts';
import type { DeviceCase } from '../device-case.ts';
import { heapMeter } from '../host/heap.ts';
import type { Subject } from '../subject.ts';

/** Accesses in which what has a bound fills up, and code is compiled. */
const WARM_UP = 30_000;
/**
 * The stretches whose growth is looked at: each makes all accesses so far more than half as many again, so that lists that are
 * made half as long again when they are full grow in it. What else happens on the heap meanwhile (code is compiled, or thrown
 * away) can look like growth, or hide it, in one of them, but hardly in two.
 */
const STRETCHES: readonly number[] = [30_000, 40_000, 60_000];
const TOO_MANY = 2;
/**
 * Decide if they are suspicious: noise does not grow with the length of a stretch, as a leak does. Code that is compiled late grows
 * the heap in the first of them, a leak in both.
 */
const LONG_STRETCHES: readonly number[] = [480_000, 960_000];
/** Bytes an access; less is noise. */
const SUSPICIOUS = 0.4;
const TOLERATED = 0.5;
const CHUNK = 4000;
const MAX_ALARMS = 1000;

/** Lets a guest write for long, and looks at the heap. */
export const memoryCase: DeviceCase = {
  name: 'does not grow without bound',
  run(subject, skip) {
    const heap = heapMeter();
    if (heap === undefined) return skip('this runtime cannot be asked to collect garbage');
    const bench = subject.bench();
    let accesses = drive(subject, bench, 0, WARM_UP);
    const growth: string[] = [];
    const grows = (count: number, tolerated: number): boolean => {
      const before = heap();
      accesses += drive(subject, bench, accesses, count);
      const bytes = heap() - before;
      if (bytes <= tolerated * count) return false;
      growth.push(`${Math.round(bytes / 1024)} KiB in ${count} accesses`);
      return true;
    };
    if (STRETCHES.filter((count) => grows(count, SUSPICIOUS)).length < TOO_MANY) return;
    if (!LONG_STRETCHES.every((count) => grows(count, TOLERATED))) return;
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
