import type { Alarm, Clock } from '@picovm/core';

/**
 * A deadline that is put off often and met rarely. Putting it off only changes a number: an alarm that goes off too
 * early is set again for the rest.
 */
export class Deadline {
  readonly #onMet: () => void;
  #clock: Clock | undefined;
  #alarm: Alarm | undefined;
  #due: number = Number.POSITIVE_INFINITY;

  constructor(onMet: () => void) {
    this.#onMet = onMet;
  }

  attach(clock: Clock): void {
    this.#clock = clock;
  }

  /** Sets the deadline to so many nanoseconds from now, in place of what was set before. */
  setIn(nanoseconds: number): void {
    if (this.#clock === undefined) return;
    this.#due = this.#clock.now() + nanoseconds;
    // An alarm that is already set goes off no later, but if the deadline came nearer.
    if (this.#alarm !== undefined && this.#alarm.at > this.#due) this.#forgetAlarm();
    this.#alarm ??= this.#clock.alarm(this.#due, this.#onAlarm);
  }

  /** There is no deadline. */
  clear(): void {
    this.#due = Number.POSITIVE_INFINITY;
  }

  /** Nanoseconds until it is met; -1 if there is none. */
  get remaining(): number {
    if (this.#due === Number.POSITIVE_INFINITY || this.#clock === undefined) return -1;
    return Math.max(0, this.#due - this.#clock.now());
  }

  set remaining(nanoseconds: number) {
    if (nanoseconds < 0) this.clear();
    else this.setIn(nanoseconds);
  }

  /** Leaves nothing behind in the clock. */
  dispose(): void {
    this.clear();
    this.#forgetAlarm();
    this.#clock = undefined;
  }

  readonly #onAlarm = (): void => {
    this.#alarm = undefined;
    if (this.#clock === undefined || this.#due === Number.POSITIVE_INFINITY) return;
    if (this.#clock.now() < this.#due) this.#alarm = this.#clock.alarm(this.#due, this.#onAlarm);
    else {
      this.clear();
      this.#onMet();
    }
  };

  #forgetAlarm(): void {
    if (this.#alarm !== undefined) this.#clock?.cancel(this.#alarm);
    this.#alarm = undefined;
  }
}
