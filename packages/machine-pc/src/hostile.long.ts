import { describe, it } from 'vitest';
import { fuzzAccesses, fuzzCode } from './hostile-runs.test-util.ts';

const SEEDS = Array.from({ length: 8 }, (_, i) => 100 + i);

describe('a hostile guest, for minutes', () => {
  it.each(SEEDS)('makes random accesses: seed %i', (seed) => fuzzAccesses(seed, seed % 2 === 0, 400_000));

  it.each(SEEDS)('runs random code: seed %i', (seed) => fuzzCode(seed, seed % 2 === 0, 1000));
});
