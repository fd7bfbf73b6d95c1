import { type Alarm, type Clock, VirtualClock } from '@picovm/core';

/** So many alarms that go off at one instant are taken for a loop. */
const MAX_AT_ONCE = 10_000;

/** A clock that only moves when it is told to. */
export class FakeClock implements Clock {
  // Counted in "instructions" of one nanosecond, alarms are those of a real VM.
  readonly #alarms = new VirtualClock({ nsPerInstruction: 1 });
  readonly #pending = new Set<Alarm>();
  #now: number;

  /** @param now nanoseconds of guest time at which it starts; default 0 */
  constructor(now = 0) {
    this.#now = now;
    this.#alarms.countFrom(() => this.#now);
  }

  /** Nanoseconds of guest time. */
  now(): number {
    return this.#now;
  }

  /** Calls `callback` when the clock is moved to `at` or beyond. @throws VmError `ERR_INVALID_ARGUMENT` for NaN */
  alarm(at: number, callback: () => void): Alarm {
    const alarm = this.#alarms.alarm(at, () => {
      this.#pending.delete(alarm);
      callback();
    });
    this.#pending.add(alarm);
    return alarm;
  }

  /** Forgets an alarm. Does nothing if it already went off. */
  cancel(alarm: Alarm): void {
    this.#alarms.cancel(alarm);
    this.#pending.delete(alarm);
  }

  /** When the pending alarms are due, in nanoseconds of guest time, the soonest first. */
  get alarms(): number[] {
    return [...this.#pending].map(({ at }) => at).sort((a, b) => a - b);
  }

  /** How many alarms are pending. */
  get pending(): number {
    return this.#pending.size;
  }

  /** When the next alarm is due, in nanoseconds of guest time; Infinity if there is none. */
  nextAlarm(): number {
    return this.#alarms.nextAlarm();
  }

  /** Lets so many nanoseconds pass, with the alarms that fall into them. See {@link FakeClock.advanceTo}. */
  advance(nanoseconds: number): void {
    this.advanceTo(this.#now + nanoseconds);
  }

  /**
   * Lets time pass until `time`, with the alarms that fall into it, each exactly when it is due.
   * @param time nanoseconds of guest time
   * @throws Error if `time` is past, or alarms are set again and again for an instant that has come
   */
  advanceTo(time: number): void {
    if (!(time >= this.#now)) throw new Error(`FakeClock: time cannot go from ${this.#now} ns to ${time} ns`);
    while (this.#alarms.nextAlarm() <= time) {
      this.#now = Math.max(this.#now, Math.ceil(this.#alarms.nextAlarm()));
      this.#runDue();
    }
    this.#now = Math.max(this.#now, time);
  }

  /**
   * Lets so many nanoseconds pass at once, and calls the alarms that fell into them only then: a host that was late.
   * @throws Error if alarms are set again and again for an instant that has passed
   */
  jump(nanoseconds: number): void {
    this.#now += nanoseconds;
    this.#runDue();
  }

  /**
   * Sets the time as it is set when a machine is restored: forwards or backwards, and no alarm goes off. Alarms stay at
   * their times; those that are due then go off when time passes.
   * @param now nanoseconds of guest time
   */
  restore(now: number): void {
    this.#now = now;
  }

  // An alarm that an alarm sets for now or earlier waits for the guest's next instruction: here it has none.
  #runDue(): void {
    for (let runs = 0; this.#alarms.nextAlarm() <= this.#now; runs++) {
      if (runs === MAX_AT_ONCE) {
        throw new Error(
          `FakeClock: at ${this.#now} ns an alarm that is due sets the next one, which is due too, ${MAX_AT_ONCE} times over`,
        );
      }
      this.#alarms.runDueAlarms();
    }
  }
}
