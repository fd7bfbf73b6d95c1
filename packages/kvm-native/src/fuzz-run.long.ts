import { beforeEach, expect, it } from 'vitest';
import { fuzzInChild } from './fuzz/run-child.test-util.ts';
import { needKvm } from './guest.test-util.ts';

beforeEach(needKvm);

const MINUTE = 60_000;
/** What KVM must have been brought to at least, of what there is on every host. */
const EXITS = ['halt', 'shutdown', 'slice-end', 'kicked'];

it('random states and random memory for ten minutes: no crash, every outcome classified', {
  timeout: 15 * MINUTE,
}, async () => {
  const { rounds, counts } = await fuzzInChild(10 * MINUTE);
  const lines = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  console.log(`${rounds} VMs\n${lines.map(([name, count]) => `  ${name}: ${count}`).join('\n')}`);
  if (process.env.PICOVM_SEED !== undefined) return;
  expect(rounds).toBeGreaterThan(1000);
  for (const reason of EXITS) expect(counts[`exit: ${reason}`]).toBeGreaterThan(0);
});
