import type { LockStep, Tally } from './lock-step.ts';

/**
 * Runs random programs, each of a seed of its own, until so many instructions were compared. `PICOVM_SEED` repeats one alone.
 * @throws Error at the first difference, with all about it
 */
export function runPrograms(pair: LockStep, instructions: number): Tally {
  const only = Number(process.env.PICOVM_SEED);
  const { tally } = pair;
  for (let seed = only || Date.now() >>> 0; tally.instructions < instructions; seed = (seed + 1) >>> 0) {
    const difference = pair.run(seed);
    if (difference !== undefined) throw new Error(difference);
    if (only) break;
  }
  return tally;
}

/** A tally for people. */
export function tallyText(tally: Tally): string {
  const list = (counts: ReadonlyMap<string | number, number>): string =>
    [...counts]
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  return [
    `${tally.programs} programs, ${tally.instructions} instructions, ${tally.accesses} accesses to devices`,
    `instructions: ${list(tally.mnemonics)}`,
    `exceptions: ${list(tally.exceptions)}`,
    `discarded: ${list(tally.discarded)}`,
  ].join('\n');
}
