/** Lets a halted machine sleep until something wakes it. */
export class WakeUp {
  #wake: (() => void) | undefined;

  /** Ends a sleep that is under way. */
  wake(): void {
    this.#wake?.();
  }

  /** Sleeps until `wake` is called, at most `milliseconds` (Infinity: no limit). */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      // A timer cannot be set further ahead than 2^31 ms; the caller sleeps again if it wakes early. It counts whole milliseconds, and
      // cuts off the rest: rounded up, one sleep is enough in place of two.
      const timer = setTimeout(() => this.#wake?.(), Math.max(0, Math.min(Math.ceil(milliseconds), 2 ** 31 - 1)));
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
