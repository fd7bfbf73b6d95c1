import { setImmediate } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { needKvm } from '../guest.test-util.ts';
import { resources } from '../resources.test-util.ts';
import { fuzz } from './fuzz.test-util.ts';

beforeEach(needKvm);

const MINUTES = 5;
const ROUND_MS = 5000;

it('random calls with random arguments, for minutes, never do more than fail, and leave nothing behind', async () => {
  let seed = Number(process.env.PICOVM_SEED ?? Date.now() % 2 ** 32);
  const outcomes: Record<string, number> = {};
  const end = performance.now() + MINUTES * 60_000;
  while (performance.now() < end) {
    console.log(`seed ${seed}`);
    for (const [outcome, count] of Object.entries(fuzz(seed++, ROUND_MS).outcomes)) {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
    }
    await setImmediate();
  }
  console.log(outcomes);
  const { kvmDescriptors, kvmMappings } = await resources();
  expect([kvmDescriptors, kvmMappings]).toEqual([0, 0]);
});
