import type { Clock } from '@picovm/core';

/** Ticks a second: the clock of colour television, 14.31818 MHz, divided by 4 (ACPI 6.5, section 4.8.3.3). */
const FREQUENCY = 3_579_545;
const SECOND = 1_000_000_000;
const BITS = 24;
/** Ticks from one change of the highest bit to the next one, 2.34 s. */
const HALF = 2 ** (BITS - 1);

/** The power management timer: 24 bits that count at 3.579545 MHz from the reset on, and a note that bit 23 has changed. */
export class PmTimer {
  #clock: Clock | undefined;
  /** Nanoseconds of guest time, whole: when it was 0. */
  #start = 0;
  /** How many changes of bit 23 are taken notice of. */
  #seen = 0;

  attach(clock: Clock): void {
    this.#clock = clock;
    this.reset();
  }

  /** 24 bits. */
  get value(): number {
    return ticksIn(this.elapsed) % 2 ** BITS;
  }

  /** Whether bit 23 has changed since `acknowledge`. */
  get carried(): boolean {
    return this.#changes !== this.#seen;
  }

  /** When bit 23 changes next: nanoseconds of guest time. */
  get nextCarry(): number {
    return this.#start + timeOf((this.#changes + 1) * HALF);
  }

  /** Whole nanoseconds since it was 0. */
  get elapsed(): number {
    return this.#now - this.#start;
  }

  acknowledge(): void {
    this.#seen = this.#changes;
  }

  reset(): void {
    this.restore(0, false);
  }

  restore(elapsed: number, carried: boolean): void {
    this.#start = this.#now - elapsed;
    this.#seen = this.#changes - Number(carried);
  }

  get #now(): number {
    return Math.floor(this.#clock?.now() ?? 0);
  }

  get #changes(): number {
    return Math.floor(ticksIn(this.elapsed) / HALF);
  }
}

// The seconds apart from the rest: a product of nanoseconds and ticks a second would be no exact number after 3 seconds.
function ticksIn(nanoseconds: number): number {
  const rest = nanoseconds % SECOND;
  return ((nanoseconds - rest) / SECOND) * FREQUENCY + Math.floor((rest * FREQUENCY) / SECOND);
}

/** The first nanosecond in which there were so many ticks. */
function timeOf(ticks: number): number {
  const rest = ticks % FREQUENCY;
  return ((ticks - rest) / FREQUENCY) * SECOND + Math.ceil((rest * SECOND) / FREQUENCY);
}
