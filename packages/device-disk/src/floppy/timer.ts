import type { Alarm, Clock } from '@picovm/core';

/** Something that happens once, some nanoseconds from now. */
export class Timer {
  readonly #callback: () => void;
  #clock: Clock | undefined;
  #alarm: Alarm | undefined;

  constructor(callback: () => void) {
    this.#callback = callback;
  }

  attach(clock: Clock): void {
    this.#clock = clock;
  }

  /** In place of what was set before. @param nanoseconds below 0: never */
  set(nanoseconds: number): void {
    if (this.#alarm !== undefined) this.#clock?.cancel(this.#alarm);
    this.#alarm = undefined;
    if (nanoseconds < 0 || this.#clock === undefined) return;
    this.#alarm = this.#clock.alarm(this.#clock.now() + nanoseconds, () => {
      this.#alarm = undefined;
      this.#callback();
    });
  }

  /** Whether it is still to come. */
  get active(): boolean {
    return this.#alarm !== undefined;
  }

  /** Nanoseconds until then, an integer; -1 if there is nothing to wait for. */
  get remaining(): number {
    if (this.#alarm === undefined || this.#clock === undefined) return -1;
    return Math.max(0, Math.ceil(this.#alarm.at - this.#clock.now()));
  }

  dispose(): void {
    this.set(-1);
    this.#clock = undefined;
  }
}
