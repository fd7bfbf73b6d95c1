import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { type Check, forAWhile, repeats, runsInside, slices, survivesSnapshots } from './fuzz.test-util.ts';

const MINUTE = 60_000;
const WARM_GUESTS = 800;
/** More than are run at once. */
const SEEDS = 10_000;
const LIMIT = { timeout: 20 * MINUTE };
/** Other guests each time. The seed of one that fails is told. */
const first = Date.now() >>> 0;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that are in use. What weak references lead to is kept until the event loop has had its turn. */
async function heap(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const CHECKS: readonly (readonly [string, number, Check])[] = [
  ['stay inside their memory, and come back in time', 3, runsInside],
  ['do the same when they run again, with something else around their memory', 2, repeats],
  ['do the same instruction by instruction, and with decoded code forgotten', 3, slices],
  ['do the same after they were saved and restored elsewhere', 2, survivesSnapshots],
];

describe('random guests, in all modes of all processors, for ten minutes', () => {
  test.each(CHECKS)('%s', LIMIT, async (_, minutes, check) => {
    // The instructions of each processor are looked up once, and kept: after so many guests, those of all.
    let seed = first;
    for (let warm = 0; warm < WARM_GUESTS; seed += SEEDS) warm += forAWhile(MINUTE / 6, seed, check).guests;
    const growth: number[] = [];
    const exceptions = new Set<number>();
    let instructions = 0;
    for (let half = 0; half < 2; half++) {
      const before = await heap();
      const part = forAWhile((minutes * MINUTE) / 2, seed + half * SEEDS, check);
      growth.push((await heap()) - before);
      instructions += part.instructions;
      for (const vector of part.exceptions) exceptions.add(vector);
      const { guests, endings } = part;
      console.log(
        `${guests} guests, ${part.instructions} instructions, ${endings.slow} slow; exceptions ${[...part.exceptions].join()}`,
      );
    }
    // A heap may grow once, for reasons of its own; what leaks grows in both halves.
    expect(Math.min(...growth)).toBeLessThan(16 * 2 ** 20);
    expect(instructions).toBeGreaterThan(100_000);
    // The guests get around: all exceptions that there are, but for machine checks.
    expect([...exceptions].sort((a, b) => a - b)).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 16, 17, 19]);
  });
});
