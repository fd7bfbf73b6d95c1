import type { Random } from '../random.ts';
import type { Action, ActionOptions, Outcome, Target } from './accesses.ts';

/** So many random actions come between two times of the device's own exercise. */
const EXERCISE_EVERY = 256;

/** What things are done to. */
export interface Stirred {
  readonly targets: readonly Target[];
  pick(random: Random, targets: readonly Target[], options?: ActionOptions): Action | undefined;
  act(action: Action): Outcome;
  exercise(seed: number): void;
}

/**
 * Does so many things at random, and the device's own exercise between them, to all benches the same. What is done goes by
 * where the first device is: how long until its next alarm, for one.
 * @param take gets each action, and what it gave on each bench
 */
export function stir(
  benches: readonly [Stirred, ...Stirred[]],
  random: Random,
  count: number,
  take: (action: Action, outcomes: readonly Outcome[]) => void,
  options?: ActionOptions,
): void {
  const [first] = benches;
  const { targets } = first;
  const exercise = (): void => {
    const seed = random.next();
    for (const bench of benches) bench.exercise(seed);
  };
  for (let i = 0; i < count; i++) {
    if (i % EXERCISE_EVERY === 0) exercise();
    const action = first.pick(random, targets, options);
    if (action === undefined) continue;
    take(
      action,
      benches.map((bench) => bench.act(action)),
    );
  }
  exercise();
}
