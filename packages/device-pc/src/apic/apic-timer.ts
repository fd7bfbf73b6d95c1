import type { Alarm, Clock, Counter } from '@picovm/core';
import { DIVIDE_KEPT } from './bits.ts';

/**
 * Ends of the count that come faster than this, in nanoseconds, are taken together: the shortest time between two alarms of a
 * periodic timer. A guest that sets a count of 1 would else bring the host to a standstill.
 */
const MIN_ALARM_NS = 20_000;

/** Nanoseconds of one count, by the divide configuration register: 2, 4, 8, 16, 32, 64, 128, and at last 1. */
export function tickOf(divide: number): number {
  const code = (divide & 3) | ((divide >> 1) & 4);
  return 1 << ((code + 1) & 7);
}

/** What a timer runs by. */
export interface ApicTimerHost {
  /** Whether it starts again by itself. */
  periodic(): boolean;
  /** Whether anybody hears of its ends. */
  heard(): boolean;
  /** The count has come to 0. */
  expired(): void;
}

/**
 * The timer of a local APIC (Intel SDM volume 3A, section 11.5.4) at 1 GHz, which the divider divides. Nothing is counted: the
 * count is reckoned from the clock when somebody looks. There is an alarm only while somebody hears of its end.
 */
export class ApicTimer {
  readonly #host: ApicTimerHost;
  #clock: Clock | undefined;
  #alarm: Alarm | undefined;
  ticks: Counter = { value: 0 };
  lost: Counter = { value: 0 };
  /** The divide configuration register. */
  divide = 0;
  /** The initial count register, 32 bits. */
  initial = 0;
  /** What the count was at {@link since}; 0: it stands still. */
  left = 0;
  /** Guest time, in nanoseconds. */
  since = 0;

  constructor(host: ApicTimerHost) {
    this.#host = host;
  }

  attach(clock: Clock): void {
    this.#clock = clock;
  }

  get now(): number {
    return this.#clock?.now() ?? 0;
  }

  /** Before a guest looks at it or changes it: an end whose alarm is late comes first. */
  catchUp(): void {
    // Those that are taken together wait for their alarm.
    if (this.#alarm !== undefined && this.now < this.#alarm.at) return;
    const ends = this.#advance(this.now);
    if (ends === 0 || !this.#host.heard()) return;
    this.ticks.value++;
    this.lost.value += ends - 1;
    this.update();
    this.#host.expired();
  }

  /** While nobody hears of its ends they are nothing but a count: passes over those that there were. */
  settle(): void {
    if (!this.#host.heard()) this.#advance(this.now);
  }

  /** The current count register. */
  get count(): number {
    const { left, initial } = this;
    const gone = Math.floor((this.now - this.since) / this.#tick);
    if (gone < left) return left - gone;
    return left === 0 || !this.#host.periodic() ? 0 : initial - ((gone - left) % initial);
  }

  /** Starts it with a count, 32 bits; 0 stops it. */
  start(count: number): void {
    this.initial = count;
    this.left = count;
    this.since = this.now;
    this.update();
  }

  /** Sets the divide configuration register. What is left is counted on at the new rate. */
  setDivide(value: number): void {
    this.left = this.count;
    this.since = this.now;
    this.divide = value & DIVIDE_KEPT;
    this.update();
  }

  /** As after RESET. */
  reset(): void {
    this.divide = 0;
    this.start(0);
  }

  /** Sets the alarm for the next end, if anybody hears of it. */
  update(): void {
    if (this.#alarm !== undefined) this.#clock?.cancel(this.#alarm);
    this.#alarm = undefined;
    if (this.left === 0 || this.#clock === undefined || !this.#host.heard()) return;
    let at = this.since + this.left * this.#tick;
    if (this.#host.periodic()) {
      const period = this.initial * this.#tick;
      if (period < MIN_ALARM_NS) at += Math.floor(MIN_ALARM_NS / period) * period;
    }
    this.#alarm = this.#clock.alarm(at, this.#onAlarm);
  }

  dispose(): void {
    if (this.#alarm !== undefined) this.#clock?.cancel(this.#alarm);
    this.#alarm = undefined;
    this.#clock = undefined;
  }

  readonly #onAlarm = (): void => {
    this.#alarm = undefined;
    this.catchUp();
  };

  get #tick(): number {
    return tickOf(this.divide);
  }

  // Passes over the ends that there were. @returns how many
  #advance(now: number): number {
    if (this.left === 0) return 0;
    const end = this.since + this.left * this.#tick;
    if (now < end) return 0;
    if (!this.#host.periodic()) {
      this.left = 0;
      return 1;
    }
    const period = this.initial * this.#tick;
    const ends = Math.floor((now - end) / period) + 1;
    this.left = this.initial;
    this.since = end + (ends - 1) * period;
    return ends;
  }
}
