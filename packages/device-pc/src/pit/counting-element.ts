import {
  HARDWARE_STROBE,
  isPeriodic,
  isTriggered,
  ONE_SHOT,
  RATE_GENERATOR,
  SOFTWARE_STROBE,
  SQUARE_WAVE,
  TERMINAL_COUNT,
} from './modes.ts';

/** There is no such tick. */
export const NEVER = -1;

/**
 * The counting element of one counter with its OUT pin. It does not count: it knows what it was at one tick of its clock, and
 * reckons what it is at another. `advance` brings it there, and comes first in whatever is done at a tick.
 */
export class CountingElement {
  mode: number = TERMINAL_COUNT;
  /** In decimal digits: it counts modulo 10,000, not 65,536. */
  bcd = false;
  gate: boolean;
  /** What is in the count register, 1 to 65,536 (10,000). */
  register = 65_536;
  /** The count register was written since the mode was set. */
  armed = false;
  /** The count register goes into the counting element at this tick. */
  loadAt: number = NEVER;
  /** In periodic modes: the count register becomes the count of the period at this tick. */
  changeAt: number = NEVER;
  /** The count register has what the counting element has not. */
  nullCount = true;
  /** The tick of the numbers below. In periodic modes the tick at which the period began; may be a little before the first. */
  since = 0;
  /** The count at that tick: 0 to the modulus. In periodic modes the count of the period, 1 to the modulus; see `frozen`. */
  count = 0;
  /** It changes with the ticks. */
  counting = false;
  /** In periodic modes: what it reads as while it does not count. */
  frozen = 0;
  /** Not in periodic modes: the count that was loaded has run out. */
  expired = false;
  /** The tick of the strobe of modes 4 and 5. */
  strobeAt: number = NEVER;

  constructor(gate: boolean) {
    this.gate = gate;
  }

  get #modulus(): number {
    return this.bcd ? 10_000 : 65_536;
  }

  /** A control word was written: it waits for a count. */
  setMode(mode: number, bcd: boolean, tick: number): void {
    const value = this.valueAt(tick);
    this.mode = mode;
    this.bcd = bcd;
    this.armed = false;
    this.loadAt = NEVER;
    this.changeAt = NEVER;
    this.nullCount = true;
    this.counting = false;
    this.expired = false;
    this.strobeAt = NEVER;
    this.count = value % this.#modulus;
    this.frozen = this.count;
    this.since = tick;
  }

  /** The first of the two bytes of a count was written: mode 0 stops. */
  firstByte(tick: number): void {
    if (this.mode !== TERMINAL_COUNT) return;
    this.#freeze(tick);
    this.expired = false;
    this.armed = false;
    this.loadAt = NEVER;
  }

  /** A whole count was written. @param count 1 to the modulus */
  setRegister(count: number, tick: number): void {
    const first = !this.armed;
    this.register = count;
    this.armed = true;
    this.nullCount = true;
    if (isPeriodic(this.mode) && !first) {
      this.awaitChange(tick);
      return;
    }
    if (this.mode === TERMINAL_COUNT) {
      this.expired = false;
      this.#freeze(tick);
    }
    if (!isTriggered(this.mode)) this.loadAt = tick + 1;
  }

  /** Takes the count register at the end of the period, or of the half of a square wave, that is under way. */
  awaitChange(tick: number): void {
    if (!this.counting || this.loadAt !== NEVER) return;
    const inFirstHalf = this.mode === SQUARE_WAVE && this.outAt(tick);
    this.changeAt = this.since + (inFirstHalf ? this.#highTicks : this.count);
  }

  setGate(level: boolean, tick: number): void {
    if (level === this.gate) return;
    this.gate = level;
    if (isTriggered(this.mode)) {
      if (level && this.armed) this.loadAt = tick + 1;
    } else if (isPeriodic(this.mode)) {
      if (!level) this.#freeze(tick);
      else if (this.armed) this.loadAt = tick + 1;
    } else if (!level) {
      this.#freeze(tick);
    } else if (this.armed && this.loadAt === NEVER) {
      this.since = tick;
      this.counting = true;
    }
  }

  /** Goes on to a tick, not before the one where it is. */
  advance(tick: number): void {
    if (this.loadAt !== NEVER && tick >= this.loadAt) this.#load();
    if (!this.counting) {
      if (this.strobeAt !== NEVER && tick > this.strobeAt) this.strobeAt = NEVER;
      this.since = tick;
      return;
    }
    if (isPeriodic(this.mode)) this.#advancePeriods(tick);
    else this.#countDown(tick);
  }

  /** The count as a guest reads it, 0 to the modulus less one, at a tick to which it was advanced. */
  valueAt(tick: number): number {
    if (!isPeriodic(this.mode)) return this.count % this.#modulus;
    if (!this.counting) return this.frozen % this.#modulus;
    const gone = tick - this.since;
    if (this.mode === RATE_GENERATOR) return (this.count - gone) % this.#modulus;
    // Two at a time, from an even number; an odd count stays at 0 for the last tick of its first half.
    const high = this.#highTicks;
    const inHalf = gone < high ? gone : gone - high;
    return ((this.count & ~1) - 2 * inHalf) % this.#modulus;
  }

  /** The OUT pin, at a tick to which it was advanced. */
  outAt(tick: number): boolean {
    switch (this.mode) {
      case TERMINAL_COUNT:
        return this.expired;
      case ONE_SHOT:
        return !this.counting || this.expired;
      case RATE_GENERATOR:
        // A count of 1 is illegal: there is no room for the pulse.
        return !this.counting || this.count === 1 || tick - this.since < this.count - 1;
      case SQUARE_WAVE:
        return !this.counting || tick - this.since < this.#highTicks;
      default:
        return this.strobeAt !== tick;
    }
  }

  /** The first tick after this one, to which it was advanced, at which OUT rises if nothing is done to it; or `NEVER`. */
  nextRise(tick: number): number {
    // A strobe ends, also if a new count is loaded in the same tick.
    if (this.strobeAt === tick) return tick + 1;
    if (this.loadAt !== NEVER) return this.#riseAfterLoad();
    if (!this.counting) return NEVER;
    if (isPeriodic(this.mode)) return this.#nextPeriodRise();
    if (this.expired) return NEVER;
    const end = this.since + this.count;
    return this.mode === SOFTWARE_STROBE || this.mode === HARDWARE_STROBE ? end + 1 : end;
  }

  // The ticks of the first half of a square wave: with an odd count one more than those of the second.
  get #highTicks(): number {
    return (this.count + 1) >> 1;
  }

  // With a count of 1 OUT stays high.
  #nextPeriodRise(): number {
    const end = this.since + this.count;
    if (this.changeAt === NEVER) return this.count === 1 ? NEVER : end;
    if (this.changeAt !== end) return this.register === 1 ? NEVER : this.changeAt + (this.register >> 1);
    if (this.count > 1) return end;
    return this.register === 1 ? NEVER : end + this.register;
  }

  #riseAfterLoad(): number {
    // Without its gate it is loaded, and stands.
    if (!this.gate && !isTriggered(this.mode)) return NEVER;
    const end = this.loadAt + this.register;
    if (isPeriodic(this.mode)) return this.register === 1 ? NEVER : end;
    return this.mode === SOFTWARE_STROBE || this.mode === HARDWARE_STROBE ? end + 1 : end;
  }

  #load(): void {
    this.since = this.loadAt;
    this.loadAt = NEVER;
    this.changeAt = NEVER;
    this.count = this.register;
    this.frozen = this.mode === SQUARE_WAVE ? this.count & ~1 : this.count;
    this.nullCount = false;
    this.expired = false;
    this.strobeAt = NEVER;
    this.counting = this.gate || isTriggered(this.mode);
  }

  #countDown(tick: number): void {
    const gone = tick - this.since;
    if (gone >= this.count && !this.expired) {
      this.expired = true;
      if (this.mode === SOFTWARE_STROBE || this.mode === HARDWARE_STROBE) this.strobeAt = this.since + this.count;
    }
    if (this.strobeAt !== NEVER && tick > this.strobeAt) this.strobeAt = NEVER;
    // Behind 0 it goes on from the top.
    const left = this.count - gone;
    const modulus = this.#modulus;
    this.count = left >= 0 ? left : ((left % modulus) + modulus) % modulus;
    this.since = tick;
  }

  #advancePeriods(tick: number): void {
    if (this.changeAt !== NEVER && tick >= this.changeAt) this.#takeNewCount();
    const gone = tick - this.since;
    if (gone >= this.count) this.since += gone - (gone % this.count);
  }

  #takeNewCount(): void {
    const isPeriodEnd = this.changeAt === this.since + this.count;
    this.count = this.register;
    // After the first half of a square wave it is as if the period had begun so that this is the end of its first half.
    this.since = isPeriodEnd ? this.changeAt : this.changeAt - this.#highTicks;
    this.changeAt = NEVER;
    this.nullCount = false;
  }

  #freeze(tick: number): void {
    if (!this.counting) return;
    this.frozen = this.valueAt(tick);
    this.counting = false;
    this.changeAt = NEVER;
  }
}
