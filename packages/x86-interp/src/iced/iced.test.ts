import { describe, expect, test } from 'vitest';
import { EVERYTHING } from '../encodings/judges.test-util.ts';
import { CPU_MODELS } from '../index.ts';
import { EXPLAINED, type Explanation } from './explained.test-util.ts';
import { judgeAll, judgeTables } from './judge-all.test-util.ts';

describe('the decoder and iced-x86', () => {
  test('agree: their tables, every opcode with ModR/M bytes, random bytes', { timeout: 120_000 }, () => {
    const judge = judgeAll(EVERYTHING, { random: 30_000, modrmOneIn: 24, sibOneIn: 512, seed: 1 });
    expect(judge.differences).toEqual([]);
    expect(judge.agreed).toBeGreaterThan(70_000);
  });

  // Models before the 80386 have no 32-bit forms, which iced-x86 takes for granted.
  const models = CPU_MODELS.slice(CPU_MODELS.indexOf('80386'));
  test('agree on what each model has, and no explanation is idle', { timeout: 120_000 }, () => {
    const needed = new Set<Explanation>();
    for (const cpuModel of models) {
      const judge = judgeTables(cpuModel, 2);
      expect(judge.differences, cpuModel).toEqual([]);
      for (const explanation of judge.explained.keys()) needed.add(explanation);
    }
    expect(EXPLAINED.filter((explanation) => !needed.has(explanation)).map(({ reason }) => reason)).toEqual([]);
  });
});
