import { checkEqual, fail, show } from '../check.ts';
import { describeAction } from './accesses.ts';
import type { Bench, Reads } from './bench.ts';

/**
 * Fails unless two devices are in the same state, as far as it can be told: their snapshots, their interrupt lines, and
 * what their ranges read as. The reads come last: they may change the devices, both in the same way.
 * @param what begins the message: what the first device is
 */
export function checkSame(actual: Bench, expected: Bench, what: string): void {
  checkEqual(actual.snapshot(), expected.snapshot(), `${what}: its state`);
  checkEqual(actual.levels(), expected.levels(), `${what}: the interrupt lines`);
  checkReads(actual.reads(), expected.reads(), what);
}

/** Fails unless two devices read as the same. @param what begins the message: what the first device is */
export function checkReads(actual: Reads, expected: Reads, what: string): void {
  const i = actual.values.findIndex((value, at) => value !== expected.values[at]);
  if (i < 0) return;
  const action = describeAction(actual.reads[i]);
  fail(`${what}: ${action}: expected ${show(expected.values[i])}, got ${show(actual.values[i])}`);
}
