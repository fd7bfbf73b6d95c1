import { FieldReader } from '../snapshot/field-reader.ts';
import { Alarms, END_OF_TIME } from './alarms.ts';
import type { Alarm, ClockState, DrivenClock } from './clock.ts';

const NS_PER_MS = 1e6;

/** Guest time runs as the host's does, and stands still while the guest does not run. */
export class RealClock implements DrivenClock {
  readonly #alarms = new Alarms();
  /** Guest time when the guest last stopped, in nanoseconds. */
  #elapsed = 0;
  /** Host time when the guest last started, in milliseconds; undefined while it is stopped. */
  #startedAt: number | undefined;

  now(): number {
    return this.#startedAt === undefined
      ? this.#elapsed
      : this.#elapsed + Math.round((performance.now() - this.#startedAt) * NS_PER_MS);
  }

  alarm(at: number, callback: () => void): Alarm {
    return this.#alarms.add(at, callback);
  }

  cancel(alarm: Alarm): void {
    this.#alarms.cancel(alarm);
  }

  nextAlarm(): number {
    return this.#alarms.next();
  }

  runDueAlarms(): void {
    this.#alarms.run(this.now());
  }

  resume(): void {
    this.#startedAt ??= performance.now();
  }

  pause(): void {
    this.#elapsed = this.now();
    this.#startedAt = undefined;
  }

  skipToNextAlarm(): boolean {
    return false;
  }

  instructionsToNextAlarm(): undefined {
    return undefined;
  }

  snapshot(): ClockState {
    return { kind: 'real', settings: {}, counts: { elapsed: this.now() } };
  }

  restore({ counts }: ClockState): void {
    this.#elapsed = new FieldReader("the clock's state", counts).number('elapsed', END_OF_TIME);
    if (this.#startedAt !== undefined) this.#startedAt = performance.now();
  }
}
