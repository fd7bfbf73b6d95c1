import { expect, it } from 'vitest';
import { fuzzFloppy, KINDS } from './fuzz.test-util.ts';

const SEEDS = 25;

it.each(KINDS)('whatever a guest does, for long, with a disk that is %s', { timeout: 600_000 }, async (kind) => {
  for (let seed = 1000; seed < 1000 + SEEDS; seed++) {
    await expect(fuzzFloppy(kind, seed, 40_000), `seed ${seed}`).resolves.toBeUndefined();
  }
});
