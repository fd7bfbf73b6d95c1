import { Random } from '@picovm/testkit';
import { everyModrm, everySib, icedCodes, ourForms, randomStrings } from './byte-strings.test-util.ts';
import type { ProcessorOption } from './comparison.test-util.ts';
import { IcedJudge } from './iced-judge.test-util.ts';

const SIZES = [16, 32] as const;
const CHUNK = 50_000;

/** How much is compared. */
export interface Amount {
  /** Random byte strings, of each code size. */
  readonly random: number;
  /** Of the systematic ones, one in so many; 0: none. */
  readonly modrmOneIn: number;
  readonly sibOneIn: number;
  readonly seed: number;
}

/** Compares the tables of both sides, and byte strings. */
export function judgeAll(cpuModel: ProcessorOption, { random: count, modrmOneIn, sibOneIn, seed }: Amount): IcedJudge {
  const judge = judgeTables(cpuModel, seed);
  const random = new Random(seed);
  for (const size of SIZES) {
    if (modrmOneIn > 0) for (const slots of everyModrm(random, modrmOneIn)) judge.judge(slots, size);
    if (sibOneIn > 0) for (const slots of everySib(random, size, sibOneIn)) judge.judge(slots, size);
    for (let done = 0; done < count; done += CHUNK) {
      judge.judge(randomStrings(random, Math.min(CHUNK, count - done)), size);
    }
  }
  return judge;
}

/** Compares all codes of iced-x86 and all forms of the opcode table. */
export function judgeTables(cpuModel: ProcessorOption, seed: number): IcedJudge {
  const judge = new IcedJudge(cpuModel);
  const random = new Random(seed);
  for (const size of SIZES) {
    const { slots, missing } = icedCodes(size);
    if (missing.length > 0) throw new Error(`these codes of iced-x86 could not be encoded: ${missing.join(', ')}`);
    judge.judge(slots, size);
    judge.judge(ourForms(random, size, 8), size);
  }
  return judge;
}
