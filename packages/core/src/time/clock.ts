/** A clock, without what it has counted. */
export interface ClockDescription {
  /** `real`, `virtual`, or the name of a kind of your own. */
  readonly kind: string;
  /** What it was made with. */
  readonly settings: Readonly<Record<string, number | string | boolean>>;
}

/** The state of a clock as plain data. Its alarms are no part of it: they belong to the devices, which set them anew. */
export interface ClockState extends ClockDescription {
  /** What it has counted, such as nanoseconds: finite numbers from 0. */
  readonly counts: Readonly<Record<string, number>>;
}

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
   * past, at the next one; never, if it is beyond 2^60 (36 years).
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
  /** What kind of clock it is, how it was made, and what it has counted. A VM whose clock cannot tell has no snapshots. */
  snapshot?(): ClockState;
  /**
   * Takes what `snapshot` gave: `now` goes on from there, forwards or backwards. Alarms stay, at their times.
   * @param state with the same `kind` and `settings`
   * @throws VmError `ERR_SNAPSHOT_FORMAT` if a count is missing or none; then nothing was changed
   */
  restore?(state: ClockState): void;
}
