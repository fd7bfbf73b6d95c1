import { expect, test } from 'vitest';
import { differences } from './compare-images.test-util.ts';
import { forms, hardware } from './hardware.test-util.ts';

const run = hardware();

test('each x87 instruction does what the processor of this machine does', { timeout: 120_000 }, (context) => {
  if (typeof run === 'string') {
    console.warn(`x87 instructions are NOT compared with a processor: ${run}`);
    return context.skip(run);
  }
  expect(forms().length).toBeGreaterThan(350);
  expect(differences(run, 40, 1).slice(0, 5)).toEqual([]);
});
