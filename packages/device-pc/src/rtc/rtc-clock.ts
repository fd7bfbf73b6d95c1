import {
  A_DIVIDER,
  A_DIVIDER_RUNS,
  A_POWER_ON,
  A_RATE,
  A_UPDATING,
  B_24_HOURS,
  B_ALARM,
  B_INTERRUPTS,
  B_PERIODIC,
  B_SET,
  B_SQUARE_WAVE,
  B_UPDATE,
  C_IRQ,
  D_VALID,
  REGISTER_A,
  REGISTER_B,
  REGISTER_C,
  REGISTER_D,
} from './bits.ts';
import { passSeconds, secondsToAlarm } from './clock-face.ts';
import { FIRST_UPDATE_NS, nextPeriod, periodTicks, quartzTicks, UPDATE_NS } from './divider.ts';

const NS_PER_SECOND = 1e9;

/**
 * The chip without its wires. It does not tick: `sync` brings it to a time (nanoseconds of guest time), and comes first in
 * whatever is done at that time.
 */
export class RtcClock {
  /** All that the chip has. Of the registers C and D, which are not written, and of the upper bit of A, 0. */
  readonly bytes: Uint8Array;
  /** The flags of register C without the one that sums them up. */
  flags = 0;
  /** When the second that is under way began. While the divider stands: now. */
  base = 0;
  /** Ticks of the quartz since then, at the last `sync`. */
  #ticks = 0;

  /** @param size 64 or 128 bytes */
  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.bytes[REGISTER_A] = A_POWER_ON;
    this.bytes[REGISTER_B] = B_24_HOURS;
  }

  get runs(): boolean {
    return (this.bytes[REGISTER_A] & A_DIVIDER) === A_DIVIDER_RUNS;
  }

  /** The IRQ pin: a flag is set whose interrupt is enabled. */
  get interrupts(): boolean {
    return (this.flags & this.bytes[REGISTER_B] & B_INTERRUPTS) !== 0;
  }

  /** Into the second that is under way. @param now to which it was brought */
  phase(now: number): number {
    return now - this.base;
  }

  /** It is so far into a second now. @param phase 0 to 10^9 - 1 */
  start(now: number, phase: number): void {
    this.base = now - phase;
    this.#ticks = quartzTicks(phase);
  }

  /** The RESET pin: time, memory and register A keep what they have. */
  reset(): void {
    this.bytes[REGISTER_B] &= ~(B_INTERRUPTS | B_SQUARE_WAVE);
    this.flags = 0;
  }

  /** Goes on to a time. */
  sync(now: number): void {
    if (!this.runs) {
      this.start(now, 0);
      return;
    }
    const seconds = Math.floor((now - this.base) / NS_PER_SECOND);
    this.base += seconds * NS_PER_SECOND;
    const ticks = quartzTicks(now - this.base);
    this.#passPeriods(seconds, ticks);
    if (seconds > 0 && !this.#isBeingSet) this.#passSeconds(seconds);
    this.#ticks = ticks;
  }

  /** @param index of a byte that there is */
  read(index: number, now: number): number {
    switch (index) {
      case REGISTER_A:
        return this.bytes[index] | (this.#isUpdating(now) ? A_UPDATING : 0);
      case REGISTER_C: {
        const value = this.flags | (this.interrupts ? C_IRQ : 0);
        this.flags = 0;
        return value;
      }
      case REGISTER_D:
        return D_VALID;
      default:
        return this.bytes[index];
    }
  }

  /** @param index of a byte that there is @param value 8 bits */
  write(index: number, value: number, now: number): void {
    switch (index) {
      case REGISTER_A: {
        const ran = this.runs;
        this.bytes[index] = value & ~A_UPDATING;
        if (this.runs !== ran) this.start(now, this.runs ? NS_PER_SECOND - FIRST_UPDATE_NS : 0);
        break;
      }
      case REGISTER_B: {
        const rises = (value & B_SET) !== 0 && !this.#isBeingSet;
        this.bytes[index] = rises ? value & ~B_UPDATE : value;
        break;
      }
      case REGISTER_C:
      case REGISTER_D:
        break;
      default:
        this.bytes[index] = value;
    }
  }

  /** When the next interrupt comes; Infinity if none does, or one waits already. */
  nextInterrupt(now: number): number {
    const enabled = this.bytes[REGISTER_B];
    if ((enabled & B_INTERRUPTS) === 0 || this.interrupts || !this.runs) return Number.POSITIVE_INFINITY;
    const rate = this.bytes[REGISTER_A] & A_RATE;
    const updates = !this.#isBeingSet;
    return Math.min(
      (enabled & B_PERIODIC) !== 0 && rate > 0
        ? nextPeriod(this.base, this.phase(now), rate)
        : Number.POSITIVE_INFINITY,
      (enabled & B_UPDATE) !== 0 && updates ? this.base + NS_PER_SECOND : Number.POSITIVE_INFINITY,
      (enabled & B_ALARM) !== 0 && updates
        ? this.base + secondsToAlarm(this.bytes) * NS_PER_SECOND
        : Number.POSITIVE_INFINITY,
    );
  }

  get #isBeingSet(): boolean {
    return (this.bytes[REGISTER_B] & B_SET) !== 0;
  }

  #isUpdating(now: number): boolean {
    return this.runs && !this.#isBeingSet && NS_PER_SECOND - this.phase(now) <= UPDATE_NS;
  }

  #passPeriods(seconds: number, ticks: number): void {
    const rate = this.bytes[REGISTER_A] & A_RATE;
    if (rate === 0) return;
    const period = periodTicks(rate);
    if (seconds > 0 || Math.floor(ticks / period) > Math.floor(this.#ticks / period)) this.flags |= B_PERIODIC;
  }

  #passSeconds(seconds: number): void {
    if (secondsToAlarm(this.bytes) <= seconds) this.flags |= B_ALARM;
    passSeconds(this.bytes, seconds);
    this.flags |= B_UPDATE;
  }
}
