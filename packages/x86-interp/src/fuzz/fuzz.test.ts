import { describe, expect, test } from 'vitest';
import { forAWhile, repeats, runsInside, slices, survivesSnapshots } from './fuzz.test-util.ts';

const LIMIT = { timeout: 120_000 };

describe('random guests, in all modes of all processors', () => {
  test('stay inside their memory, and come back in time', LIMIT, () => {
    expect(forAWhile(8000, 1, runsInside).instructions).toBeGreaterThan(10_000);
  });

  test('do the same when they run again, with something else around their memory', LIMIT, () => {
    expect(forAWhile(6000, 0x100000, repeats).instructions).toBeGreaterThan(10_000);
  });

  test('do the same instruction by instruction, and with decoded code forgotten', LIMIT, () => {
    expect(forAWhile(9000, 0x200000, slices).instructions).toBeGreaterThan(5000);
  });

  test('do the same after they were saved and restored elsewhere', LIMIT, () => {
    expect(forAWhile(6000, 0x300000, survivesSnapshots).instructions).toBeGreaterThan(5000);
  });
});
