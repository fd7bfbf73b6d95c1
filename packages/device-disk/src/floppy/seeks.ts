import type { Clock } from '@picovm/core';
import { HEAD, ST0_ABNORMAL, ST0_CHECK, ST0_POLLED, ST0_SEEK_END } from './bits.ts';
import type { FloppyDrive } from './drive.ts';
import { Timer } from './timer.ts';

export const UNITS = 4;
/** A RECALIBRATE gives up after so many steps (data sheet, 5.2.2). */
const RECALIBRATE_STEPS = 79;
/** Nanoseconds. A real drive takes milliseconds for each step. */
const SETTLE_TIME = 100_000;
const STEP_TIME = 10_000;
export const RESET_TIME = 50_000;
/** None of the seeks takes longer: 255 steps. */
export const LONGEST_SEEK: number = SETTLE_TIME + 255 * STEP_TIME;
/** No seek of this unit waits for SENSE INTERRUPT STATUS: no status has all bits. */
const NOTHING = 0xff;

/**
 * What moves the heads, and what SENSE INTERRUPT STATUS tells of it: the ends of seeks, and, after a reset, one status a
 * drive. Heads move at once: only the end of it takes its time.
 */
export class Seeks {
  /** The cylinder at which the controller believes the heads of each unit to be. */
  readonly cylinders: Uint8Array = new Uint8Array(UNITS);
  /** ST0 of the seek of each unit that has ended or is under way, or NOTHING. */
  readonly statuses: Uint8Array = new Uint8Array(UNITS).fill(NOTHING);
  readonly timers: readonly Timer[];
  /** The units whose status after a reset was not yet asked for, a bit each. */
  polled = 0;
  /** The interrupt after a reset, which the first SENSE INTERRUPT STATUS takes back. */
  resetInterrupt = false;
  /** Until then. */
  readonly resetTimer: Timer;
  readonly #drives: readonly FloppyDrive[];

  /** @param onEnd called when there is something new for SENSE INTERRUPT STATUS */
  constructor(drives: readonly FloppyDrive[], onEnd: () => void) {
    this.#drives = drives;
    this.timers = Array.from({ length: UNITS }, () => new Timer(onEnd));
    this.resetTimer = new Timer(() => {
      this.resetInterrupt = true;
      onEnd();
    });
  }

  attach(clock: Clock): void {
    for (const timer of this.#allTimers) timer.attach(clock);
  }

  /** Bit n: unit n is seeking. */
  get busy(): number {
    let bits = 0;
    for (let unit = 0; unit < UNITS; unit++) if (this.timers[unit].active) bits |= 1 << unit;
    return bits;
  }

  /** Whether SENSE INTERRUPT STATUS is asked for. */
  get pending(): boolean {
    return this.resetInterrupt || this.#ended >= 0;
  }

  /** SEEK. @param select the second byte of the command */
  seek(select: number, cylinder: number): void {
    const unit = select & 3;
    const steps = this.move(unit, cylinder);
    this.#start(unit, ST0_SEEK_END | (select & HEAD) | unit, steps);
  }

  /** RELATIVE SEEK. @param steps below 0: outwards */
  seekBy(select: number, steps: number): void {
    this.seek(select, (this.cylinders[select & 3] + steps) & 0xff);
  }

  /** RECALIBRATE. */
  recalibrate(select: number): void {
    const unit = select & 3;
    const drive = this.#drives[unit];
    this.cylinders[unit] = 0;
    const steps = Math.min(drive?.cylinder ?? RECALIBRATE_STEPS, RECALIBRATE_STEPS);
    drive?.step(-steps);
    const failed = drive?.cylinder !== 0;
    this.#start(unit, ST0_SEEK_END | (failed ? ST0_ABNORMAL | ST0_CHECK : 0) | unit, steps);
  }

  /** The heads go to a cylinder, as far as the controller knows. @returns how many steps they take */
  move(unit: number, cylinder: number): number {
    const steps = cylinder - this.cylinders[unit];
    this.cylinders[unit] = cylinder;
    this.#drives[unit]?.step(steps);
    return Math.abs(steps);
  }

  /** SENSE INTERRUPT STATUS. @returns the unit and its ST0 in the low byte; -1 if there was no interrupt */
  sense(): number {
    if (this.polled !== 0) {
      const unit = 31 - Math.clz32(this.polled & -this.polled);
      this.polled &= ~(1 << unit);
      this.#forgetResetInterrupt();
      return (unit << 8) | ST0_POLLED | unit;
    }
    const unit = this.#ended;
    if (unit < 0) return -1;
    const status = this.statuses[unit];
    this.statuses[unit] = NOTHING;
    return (unit << 8) | status;
  }

  /** A reset ends: the drives are polled. */
  poll(): void {
    this.polled = (1 << UNITS) - 1;
    this.resetTimer.set(RESET_TIME);
  }

  /** Something new begins: who did not ask for all the statuses after a reset is not told the rest in its place. */
  forgetPoll(): void {
    this.polled = 0;
    this.#forgetResetInterrupt();
  }

  /** A reset begins. The heads stay where they are. */
  stop(): void {
    this.forgetPoll();
    this.statuses.fill(NOTHING);
    for (const timer of this.#allTimers) timer.set(-1);
  }

  dispose(): void {
    for (const timer of this.#allTimers) timer.dispose();
  }

  get #allTimers(): readonly Timer[] {
    return [...this.timers, this.resetTimer];
  }

  get #ended(): number {
    for (let unit = 0; unit < UNITS; unit++) {
      if (this.statuses[unit] !== NOTHING && !this.timers[unit].active) return unit;
    }
    return -1;
  }

  #forgetResetInterrupt(): void {
    this.resetInterrupt = false;
    this.resetTimer.set(-1);
  }

  #start(unit: number, status: number, steps: number): void {
    this.forgetPoll();
    this.statuses[unit] = status;
    this.timers[unit].set(SETTLE_TIME + steps * STEP_TIME);
  }
}
