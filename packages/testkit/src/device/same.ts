import { checkEqual, fail, show } from '../check.ts';
import type { Random } from '../random.ts';
import { type ActionOptions, describeAction } from './accesses.ts';
import type { Bench, Reads } from './bench.ts';
import { stir } from './stir.ts';

/** Nanoseconds that pass one after the other: what is reckoned from the time is looked at as well as what alarms do. */
const WAITS = [100, 10_000, 1_000_000, 20_000_000];
/** So often the alarms that are pending are waited for: each then sets its next one. */
const ALARM_ROUNDS = 3;
/** Of the alarms that are pending, so many are waited for. */
const MAX_ALARMS = 8;
/** More than a day of guest time; alarms behind that are not waited for. */
const HORIZON = 1e14;
/** So many alarms may go off in one wait. Beside a fast alarm a slow one may then not be reached. */
const MAX_STEPS = 2000;

/**
 * Fails unless two devices are in the same state, as far as it can be told: their snapshots, their interrupt lines, and
 * what their ranges read as. The reads come last: they may change the devices, both in the same way.
 * @param what begins the message: what the first device is
 */
export function checkSame(actual: Bench, expected: Bench, what: string): void {
  checkState(actual, expected, what);
  checkReads(actual.reads(), expected.reads(), what);
}

/** The same, without the reads. */
export function checkState(actual: Bench, expected: Bench, what: string): void {
  checkEqual(actual.snapshot(), expected.snapshot(), `${what}: its state`);
  checkEqual(actual.levels(), expected.levels(), `${what}: the interrupt lines`);
}

/** Fails unless two devices read as the same. @param what begins the message: what the first device is */
export function checkReads(actual: Reads, expected: Reads, what: string): void {
  const i = actual.values.findIndex((value, at) => value !== expected.values[at]);
  if (i < 0) return;
  const action = describeAction(actual.reads[i]);
  fail(`${what}: ${action}: expected ${show(expected.values[i])}, got ${show(actual.values[i])}`);
}

/**
 * Does the same to two devices, at random, and fails when one of them reads as something else.
 * @param what begins the message: what the first device is
 */
export function stirAlike(
  actual: Bench,
  expected: Bench,
  random: Random,
  count: number,
  what: string,
  options?: ActionOptions,
): void {
  const compare = (action: Parameters<typeof describeAction>[0], [right, is]: readonly unknown[]): void => {
    if (!Object.is(is, right)) checkEqual(is, right, `${what}: ${describeAction(action)}`);
  };
  stir([expected, actual], random, count, compare, options);
}

/**
 * Lets the same time pass for two devices, alarm by alarm and some more, and fails unless they stay in the same state. An
 * alarm may be there in one of them only, if that makes no difference.
 * @param what begins the message: what the first device is
 */
export function waitAlike(actual: Bench, expected: Bench, what: string): void {
  const clocks = [actual, expected].map(({ machine }) => machine.clock);
  const now = (): number => clocks[0].now();
  const start = now();
  const passUntil = (time: number): void => {
    for (let step = 0; step < MAX_STEPS && now() < time; step++) {
      const next = Math.min(time, ...clocks.map((clock) => Math.ceil(clock.nextAlarm())));
      for (const clock of clocks) clock.advanceTo(Math.max(next, now()));
    }
    checkState(actual, expected, `${what}, ${now() - start} ns later`);
  };
  for (let round = 0; round < ALARM_ROUNDS; round++) {
    const due = clocks.flatMap(({ alarms }) => alarms.map(Math.ceil));
    const ahead = due.filter((time) => time > now() && time <= now() + HORIZON);
    for (const time of [...new Set(ahead)].sort((a, b) => a - b).slice(0, MAX_ALARMS)) passUntil(time);
  }
  for (const nanoseconds of WAITS) passUntil(now() + nanoseconds);
}
