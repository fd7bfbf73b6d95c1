import type { CoalescedWrites } from './coalesced-writes.ts';

/** Milliseconds after which writes that wait are looked for, while no vCPU asks anything: twice as many each time. */
const FIRST = 10;
const LONGEST = 200;

/** Nobody tells that a guest in a thread of its own wrote something that waits: it is looked for from time to time. */
export class LookAgain {
  readonly #coalesced: CoalescedWrites;
  readonly #sleeper: { wake(): void };
  #timer: NodeJS.Timeout | undefined;
  #milliseconds = FIRST;

  /** @param sleeper is woken, in the event loop, when there is something to deliver */
  constructor(coalesced: CoalescedWrites, sleeper: { wake(): void }) {
    this.#coalesced = coalesced;
    this.#sleeper = sleeper;
  }

  /** Looks from now on, until something is found. */
  start(): void {
    this.stop();
    this.#timer = setTimeout(() => this.#look(), this.#milliseconds);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** The guest does something: it is looked for more often again. */
  soon(): void {
    this.#milliseconds = FIRST;
  }

  #look(): void {
    if (this.#mayFind()) {
      this.soon();
      this.#sleeper.wake();
    } else {
      // A guest that halts, which most do that ask nothing, is to cost next to nothing.
      this.#milliseconds = Math.min(2 * this.#milliseconds, LONGEST);
      this.start();
    }
  }

  #mayFind(): boolean {
    try {
      return this.#coalesced.take();
    } catch {
      // Nobody hears of it here: who delivers next does.
      return true;
    }
  }
}
