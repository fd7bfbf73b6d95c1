import { show } from './check.ts';
import { refuse } from './check-options.ts';

const WORDS = 2 ** 32;

/**
 * Seeded numbers for tests of one's own: the same seed gives the same numbers, on every machine, so that a failure
 * repeats. They are good enough to find errors with, and no secrets.
 */
export class Random {
  #state: number;

  /** @param seed an integer, of which the lower 32 bits count; neighbours give different numbers */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** An integer from 0 to 2^32 - 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /**
   * An integer from 0 to `end` - 1.
   * @param end an integer from 1 to 2^53 - 1
   * @throws VmError `ERR_INVALID_ARGUMENT` for any other
   */
  below(end: number): number {
    if (!Number.isSafeInteger(end) || end < 1) refuse(`Random: there is no integer from 0 to below ${show(end)}`);
    // One number alone would leave most integers out of a longer range.
    const fraction = end > WORDS ? (this.next() * 2 ** 21 + (this.next() >>> 11)) / 2 ** 53 : this.next() / WORDS;
    return Math.floor(fraction * end);
  }

  /**
   * True once in `count` times, on average.
   * @param count as the end of {@link below}
   * @throws VmError `ERR_INVALID_ARGUMENT` as {@link below} does
   */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  /** One of the values. @throws VmError `ERR_INVALID_ARGUMENT` if there are none */
  pick<T>(values: ArrayLike<T>): T {
    return values[this.below(values.length)];
  }

  /** So many bytes. @throws RangeError for a length that no array has */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.fill(bytes);
    return bytes;
  }

  /** Puts a byte into every place of `bytes`; four of them are of one {@link next}, the lowest first. */
  fill(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i += 4) {
      const word = this.next();
      bytes[i] = word;
      // What is behind the end is dropped.
      bytes[i + 1] = word >>> 8;
      bytes[i + 2] = word >>> 16;
      bytes[i + 3] = word >>> 24;
    }
  }
}
