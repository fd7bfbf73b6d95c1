/** A number that only its owner changes and that everybody may read. Starts at 0. */
export interface Counter {
  /** What was counted. */
  value: number;
}

/** The counters of one device, by name. */
export class Metrics {
  readonly #counters = new Map<string, Counter>();
  /** What was restored of counters that the device has not asked for yet. */
  #waiting = new Map<string, number>();

  /** The counter called `name`, made at the first call. Keep it: looking it up on every access is slow. */
  counter(name: string): Counter {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = { value: this.#waiting.get(name) ?? 0 };
      this.#counters.set(name, counter);
      this.#waiting.delete(name);
    }
    return counter;
  }

  /** @internal Sets all counters: those that are not among `values` to 0. */
  restore(values: Readonly<Record<string, number>>): void {
    this.#waiting = new Map(Object.entries(values));
    for (const [name, counter] of this.#counters) {
      counter.value = this.#waiting.get(name) ?? 0;
      this.#waiting.delete(name);
    }
  }

  /** All counters with their values as they are now. */
  values(): Record<string, number> {
    const counted = [...this.#counters].map(([name, { value }]): [string, number] => [name, value]);
    return Object.fromEntries([...counted, ...this.#waiting]);
  }
}
