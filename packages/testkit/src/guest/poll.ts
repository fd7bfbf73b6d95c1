import type { ExitRing } from './exit-ring.ts';

/** A screen that lies in plain memory changes without an exit: it is looked at this often at least (milliseconds). */
const AT_LEAST_MS = 20;
/** Looking takes at most about a tenth of the time. */
const COST_FACTOR = 9;

/** Looks whether something is so, when that may have changed, and seldom enough not to hold the guest up. */
export class Poll {
  /** Whether it was so when last looked at. */
  found = false;
  readonly #isSo: () => boolean;
  readonly #exits: ExitRing;
  #notBefore = 0;
  #last: number = performance.now();

  constructor(isSo: () => boolean, exits: ExitRing) {
    this.#isSo = isSo;
    this.#exits = exits;
    exits.written = false;
  }

  /** Looks, if it is time to. @returns whether it is so */
  look(): boolean {
    const start = performance.now();
    if (start < this.#notBefore || (!this.#exits.written && start - this.#last < AT_LEAST_MS)) return false;
    this.#exits.written = false;
    this.found = this.#isSo();
    this.#last = performance.now();
    this.#notBefore = this.#last + COST_FACTOR * (this.#last - start);
    return this.found;
  }
}
