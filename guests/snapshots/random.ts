/** Numbers that look random, and are the same for the same seed (Marsaglia's xorshift32). */
export class Random {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#state = seed | 0 || 1;
  }

  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return min + ((this.#state >>> 0) % (max - min + 1));
  }

  /** 0 to `count - 1`. */
  below(count: number): number {
    return this.integer(0, count - 1);
  }

  /** True once in `count` times. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  /** One of a list. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}

/** The seed of this run: of `PICOVM_SEED`, to repeat one that failed, or a new one. */
export function newRandom(): Random {
  return new Random(Number(process.env.PICOVM_SEED) || (Date.now() ^ (process.pid << 16)) >>> 0);
}
