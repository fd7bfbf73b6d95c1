/** A number that only its owner changes and that everybody may read. Starts at 0. */
export interface Counter {
  /** What was counted. */
  value: number;
}

/** The counters of one device, by name. */
export class Metrics {
  readonly #counters = new Map<string, Counter>();

  /** The counter called `name`, made at the first call. Keep it: looking it up on every access is slow. */
  counter(name: string): Counter {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = { value: 0 };
      this.#counters.set(name, counter);
    }
    return counter;
  }

  /** @internal Sets all counters: those that are not among `values` to 0. */
  restore(values: Readonly<Record<string, number>>): void {
    for (const counter of this.#counters.values()) counter.value = 0;
    for (const [name, value] of Object.entries(values)) this.counter(name).value = value;
  }

  /** All counters with their values as they are now. */
  values(): Record<string, number> {
    return Object.fromEntries([...this.#counters].map(([name, counter]) => [name, counter.value]));
  }
}
