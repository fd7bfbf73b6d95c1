import type { Alarm, Clock } from '@picovm/core';

/** One thing that is due at some time, or not at all: at most one alarm of the clock. */
export class Deadline {
  readonly #onMet: () => void;
  #clock: Clock | undefined;
  #alarm: Alarm | undefined;

  constructor(onMet: () => void) {
    this.#onMet = onMet;
  }

  attach(clock: Clock): void {
    this.#clock = clock;
  }

  /** Whether it is still to come. */
  get pending(): boolean {
    return this.#alarm !== undefined;
  }

  /** Sets it, in place of what was set before. @param at nanoseconds of guest time */
  setAt(at: number): void {
    if (this.#alarm?.at === at) return;
    this.clear();
    this.#alarm = this.#clock?.alarm(at, this.#met);
  }

  /** Sets it to so many nanoseconds from now. */
  setIn(nanoseconds: number): void {
    if (this.#clock !== undefined) this.setAt(this.#clock.now() + nanoseconds);
  }

  clear(): void {
    if (this.#alarm !== undefined) this.#clock?.cancel(this.#alarm);
    this.#alarm = undefined;
  }

  /** Nanoseconds until it is met; -1 if it is not set. */
  get remaining(): number {
    if (this.#alarm === undefined || this.#clock === undefined) return -1;
    return Math.max(0, this.#alarm.at - this.#clock.now());
  }

  set remaining(nanoseconds: number) {
    this.clear();
    if (nanoseconds >= 0) this.setIn(nanoseconds);
  }

  /** Leaves nothing behind in the clock. */
  dispose(): void {
    this.clear();
    this.#clock = undefined;
  }

  readonly #met = (): void => {
    this.#alarm = undefined;
    this.#onMet();
  };
}
