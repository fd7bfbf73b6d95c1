import { describe, it } from 'vitest';
import { fuzz, type Host } from './fuzz.test-util.ts';

const SEEDS = Array.from({ length: 40 }, (_, i) => 1000 + i);

describe.each<Host>(['sync', 'async', 'failing', 'async and failing'])('with a host that is %s', (host) => {
  it.each(SEEDS)('random accesses and commands do no harm: seed %i', (seed) => fuzz(host, seed, 40_000));
});
