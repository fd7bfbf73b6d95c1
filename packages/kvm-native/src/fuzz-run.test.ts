import { beforeEach, expect, it } from 'vitest';
import { fuzzInChild } from './fuzz/run-child.test-util.ts';
import { needKvm } from './guest.test-util.ts';

beforeEach(needKvm);

it('whatever state a vCPU is put into, its process lives, and every run ends with an exit or an error that is documented', async () => {
  const { rounds, counts } = await fuzzInChild(3000);
  expect(rounds).toBeGreaterThan(0);
  if (process.env.PICOVM_SEED !== undefined) return;
  const names = Object.keys(counts);
  expect(names.some((name) => name.endsWith(': taken'))).toBe(true);
  expect(names.some((name) => name.includes('ERR_'))).toBe(true);
  expect(names.filter((name) => name.startsWith('exit: ')).length).toBeGreaterThan(3);
});
