import { beforeEach, expect, it } from 'vitest';
import { needKvm } from '../guest.test-util.ts';
import { fuzz } from './fuzz.test-util.ts';

beforeEach(needKvm);

it('random calls with random arguments never do more than fail', () => {
  const seed = Number(process.env.PICOVM_SEED ?? Date.now() % 2 ** 32);
  console.log(`fuzz of the addon, seed ${seed}: PICOVM_SEED repeats it`);
  const { calls, outcomes } = fuzz(seed, 3000);
  // Each kind of end was seen: calls that worked, that the addon refused, and that the kernel refused.
  expect(calls).toBeGreaterThan(1000);
  expect(Object.keys(outcomes)).toEqual(expect.arrayContaining(['returned', 'refused', 'EINVAL']));
});
