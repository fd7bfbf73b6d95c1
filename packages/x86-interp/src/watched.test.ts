import { expect, test } from 'vitest';
import { compareStops, compareWatched } from './watched.test-util.ts';

test('random code does the same under breakpoints and hooks as without', { timeout: 120_000 }, () => {
  const { stops, events } = compareWatched(40, 0x2468ace);
  expect(stops).toBeGreaterThan(100);
  expect(events).toBeGreaterThan(100);
});

test('random code stops at breakpoints just as often as single steps find it there', { timeout: 120_000 }, () => {
  expect(compareStops(100, 0x13579bd)).toBeGreaterThan(20);
});
