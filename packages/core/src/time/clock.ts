/** A pending alarm, as `cancel` takes it. */
export interface Alarm {
  /** When it is due: nanoseconds of guest time. */
  readonly at: number;
}

/** The time of a VM, which devices ask instead of the host's: nanoseconds since the VM was made. */
export interface Clock {
  /** Nanoseconds of guest time. Never goes back. */
  now(): number;
  /**
   * Calls `callback` once, at the first instruction boundary at or after `at` (nanoseconds of guest time); if that is
   * past, at the next one.
   * @throws VmError `ERR_INVALID_ARGUMENT` if `at` is NaN
   */
  alarm(at: number, callback: () => void): Alarm;
  /** Forgets an alarm. Does nothing if it already went off. */
  cancel(alarm: Alarm): void;
}

/** A clock as the run loop drives it: `RealClock`, `VirtualClock`, or one of your own. */
export interface DrivenClock extends Clock {
  /** When the next alarm is due, in nanoseconds of guest time; Infinity if there is none. */
  nextAlarm(): number;
  /** Calls back all alarms that are due, in the order of their times. */
  runDueAlarms(): void;
  /** The guest starts to run. */
  resume(): void;
  /** The guest stops running; guest time stands still. */
  pause(): void;
  /** The guest is halted until the next alarm: a virtual clock jumps there. @returns whether it did */
  skipToNextAlarm(): boolean;
  /**
   * How many instructions fit before the next alarm (Infinity if there is none), at least 1, if time is counted in
   * instructions; else undefined.
   */
  instructionsToNextAlarm(): number | undefined;
  /**
   * Only of clocks that count time in instructions: called once by the VM, with where to read how many the vCPU has
   * retired. The VM then wants an accelerator that counts them.
   */
  countFrom?(instructions: () => number): void;
}
