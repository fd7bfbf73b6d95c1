import { expect, test } from 'vitest';
import { judgeAll } from './judge-all.test-util.ts';

test('the decoder and iced-x86 agree on every opcode with every ModR/M and SIB byte, and on 1,000,000 random byte strings', {
  timeout: 1_800_000,
}, () => {
  const judge = judgeAll('pentium4', { random: 500_000, modrmOneIn: 1, sibOneIn: 1, seed: 3 });
  expect(judge.differences).toEqual([]);
  console.log(`iced-x86: ${judge.compared} byte strings, ${judge.agreed} the same instruction`);
  for (const [{ reason }, count] of judge.explained) console.log(`  ${count} explained: ${reason}`);
});
