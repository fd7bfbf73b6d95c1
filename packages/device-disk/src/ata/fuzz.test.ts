import { describe, it } from 'vitest';
import { fuzz, type Host } from './fuzz.test-util.ts';

describe.each<Host>(['sync', 'async', 'failing', 'async and failing'])('with a host that is %s', (host) => {
  it.each([1, 2, 3])('random accesses and commands do no harm: seed %i', (seed) => fuzz(host, seed, 4000));
});
