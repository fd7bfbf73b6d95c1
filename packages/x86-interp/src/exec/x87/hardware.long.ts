import { expect, test } from 'vitest';
import { differences } from './compare-images.test-util.ts';
import { hardware } from './hardware.test-util.ts';

const run = hardware();

test('each x87 instruction does what the processor of this machine does, 10,000 cases a form', {
  timeout: 1_800_000,
}, (context) => {
  if (typeof run === 'string') {
    console.warn(`x87 instructions are NOT compared with a processor: ${run}`);
    return context.skip(run);
  }
  for (let seed = 1; seed <= 10; seed++) expect(differences(run, 1000, seed).slice(0, 5)).toEqual([]);
});
