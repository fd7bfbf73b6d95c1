/** One source's end of an interrupt line. Interrupts are levels; several sources on one line are OR-ed. */
export interface IrqLine {
  /** Asserts (true) or deasserts (false) the line for this source. Setting it twice is setting it once. */
  set(level: boolean): void;
  /**
   * Asserts and deasserts, for inputs that keep an edge. Those of an 8259A do not: a request that is gone before the CPU has taken it
   * is forgotten. A device that wants to be heard uses `set`, until it is served.
   */
  pulse(): void;
}

/** What a line ends in: called when the OR of its sources changes. */
export type LevelListener = (level: boolean) => void;

/** A line that several sources share: its level is the OR of theirs. */
export class SharedIrqLine {
  readonly #onChange: LevelListener;
  #asserted = 0;

  /** @param onChange what the line ends in */
  constructor(onChange: LevelListener) {
    this.#onChange = onChange;
  }

  /** Whether any source asserts the line. */
  get level(): boolean {
    return this.#asserted > 0;
  }

  /** A new source on this line, deasserted. */
  source(): IrqLine {
    let mine = false;
    const set = (level: boolean): void => {
      if (level === mine) return;
      mine = level;
      const before = this.level;
      this.#asserted += level ? 1 : -1;
      if (this.level !== before) this.#onChange(this.level);
    };
    return {
      set,
      pulse: () => {
        set(true);
        set(false);
      },
    };
  }
}
