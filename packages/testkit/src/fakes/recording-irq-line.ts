import { type Clock, type IrqLine, SharedIrqLine } from '@picovm/core';

/** A change of an interrupt line. */
export interface LevelChange {
  /** To asserted (true) or deasserted. */
  readonly level: boolean;
  /** Nanoseconds of guest time. */
  readonly at: number;
}

/** An interrupt line that writes down what happens on it. Its level is the OR of its sources'. */
export class RecordingIrqLine implements IrqLine {
  /** Every change of the level, the oldest first. Yours to empty. */
  readonly changes: LevelChange[] = [];
  readonly #line: SharedIrqLine;
  readonly #own: IrqLine;

  /**
   * A deasserted line.
   * @param clock where the times of the changes come from; default: they are 0
   * @param onChange called after each change
   */
  constructor(clock?: Pick<Clock, 'now'>, onChange?: (level: boolean) => void) {
    this.#line = new SharedIrqLine((level) => {
      this.changes.push({ level, at: clock?.now() ?? 0 });
      onChange?.(level);
    });
    this.#own = this.#line.source();
  }

  /** Whether any source asserts it. */
  get level(): boolean {
    return this.#line.level;
  }

  /** A new source, deasserted: what a device gets. */
  source(): IrqLine {
    return this.#line.source();
  }

  /** Asserts or deasserts the line for the test itself, which is a source of its own. */
  set(level: boolean): void {
    this.#own.set(level);
  }

  /** Asserts and deasserts it for the test itself. */
  pulse(): void {
    this.#own.pulse();
  }
}
