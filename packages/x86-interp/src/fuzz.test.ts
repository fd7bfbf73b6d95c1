import { expect, test } from 'vitest';
import { compareSliced, fuzz } from './fuzz.test-util.ts';

test('random bytes as code neither throw nor hang', { timeout: 60_000 }, () => {
  expect(fuzz(5000, 0x1234567)).toBeGreaterThan(10);
});

test('random code that changes itself does the same, however it is sliced and whatever was decoded before', {
  timeout: 60_000,
}, () => {
  expect(compareSliced(3000, 0x89abcdf)).toBeGreaterThan(10);
});
