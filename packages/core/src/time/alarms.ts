import { VmError } from '../errors.ts';
import type { Alarm } from './clock.ts';

/**
 * Guest time ends here: after 36 years, in nanoseconds. The numbers of JavaScript count on beyond 2^53 in steps of two and
 * more, here of 256; much further on, time would stand still.
 */
export const END_OF_TIME: number = 2 ** 60;

class Entry implements Alarm {
  readonly at: number;
  readonly callback: () => void;
  /** Counts up from one entry to the next. */
  readonly serial: number;

  constructor(at: number, callback: () => void, serial: number) {
    this.at = at;
    this.callback = callback;
    this.serial = serial;
  }
}

/** Pending alarms, sorted by time; those of the same time in the order in which they were set. */
export class Alarms {
  readonly #entries: Entry[] = [];
  #serial = 0;

  /** @throws VmError `ERR_INVALID_ARGUMENT` if `at` is not a number that can be compared */
  add(at: number, callback: () => void): Alarm {
    if (typeof at !== 'number' || Number.isNaN(at)) {
      throw new VmError('ERR_INVALID_ARGUMENT', `an alarm cannot be set to ${at}: it takes nanoseconds of guest time`);
    }
    const entry = new Entry(at, callback, this.#serial++);
    let i = this.#entries.length;
    while (i > 0 && this.#entries[i - 1].at > at) i--;
    this.#entries.splice(i, 0, entry);
    return entry;
  }

  cancel(alarm: Alarm): void {
    const i = this.#entries.indexOf(alarm as Entry);
    if (i >= 0) this.#entries.splice(i, 1);
  }

  /** When the first one is due; Infinity if there is none, or none before the end of time. */
  next(): number {
    const [first] = this.#entries;
    return first === undefined || first.at > END_OF_TIME ? Number.POSITIVE_INFINITY : first.at;
  }

  /**
   * Calls back what is due at `now`. An alarm set by a callback waits for the next call, or it could go on forever; one
   * cancelled by a callback does not go off; and if a callback throws, those behind it stay.
   */
  run(now: number): void {
    const first = this.#serial;
    for (;;) {
      const i = this.#entries.findIndex((entry) => entry.at > now || entry.serial < first);
      if (i < 0 || this.#entries[i].at > now) return;
      const [entry] = this.#entries.splice(i, 1);
      entry.callback();
    }
  }
}
