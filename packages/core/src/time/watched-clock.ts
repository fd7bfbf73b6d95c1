import type { Alarm, Clock } from './clock.ts';

/** A clock that tells of each alarm that is set, so that a guest that is running or asleep leaves in time for it. */
export class WatchedClock implements Clock {
  readonly #clock: Clock;
  readonly #onAlarm: (at: number) => void;

  constructor(clock: Clock, onAlarm: (at: number) => void) {
    this.#clock = clock;
    this.#onAlarm = onAlarm;
  }

  now(): number {
    return this.#clock.now();
  }

  alarm(at: number, callback: () => void): Alarm {
    const alarm = this.#clock.alarm(at, callback);
    this.#onAlarm(at);
    return alarm;
  }

  cancel(alarm: Alarm): void {
    this.#clock.cancel(alarm);
  }
}
