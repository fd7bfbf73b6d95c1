import { Random as Numbers } from '@picovm/testkit';

/** Numbers that look random, and are the same for the same seed. */
export class Random extends Numbers {
  readonly seed: number;

  constructor(seed: number) {
    super(seed);
    this.seed = seed;
  }

  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }
}

/** The seed of this run: of `PICOVM_SEED`, to repeat one that failed, or a new one. */
export function newRandom(): Random {
  return new Random(Number(process.env.PICOVM_SEED) || (Date.now() ^ (process.pid << 16)) >>> 0);
}
