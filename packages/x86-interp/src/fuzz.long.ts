import { expect, test } from 'vitest';
import { compareSliced, fuzz } from './fuzz.test-util.ts';

test('random bytes as code neither throw nor hang, for ten minutes', { timeout: 900_000 }, () => {
  for (let seed = 1; seed <= 60; seed++) expect(fuzz(10_000, seed * 7919)).toBeGreaterThan(10);
});

test('random code that changes itself does the same, however it is sliced, for two minutes', {
  timeout: 300_000,
}, () => {
  for (let seed = 1; seed <= 12; seed++) expect(compareSliced(10_000, seed * 104729)).toBeGreaterThan(10);
});
