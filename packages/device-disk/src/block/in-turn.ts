/** Whether somebody has to wait for it. */
export function isPromise(value: void | Promise<void>): value is Promise<void> {
  return typeof (value as Promise<void> | undefined)?.then === 'function';
}

/** Does something with each item, one after the other: at once as long as nothing gives a promise. */
export function inTurn<T>(items: readonly T[], act: (item: T) => void | Promise<void>, from = 0): void | Promise<void> {
  for (let i = from; i < items.length; i++) {
    const done = act(items[i]);
    if (isPromise(done)) return done.then(() => inTurn(items, act, i + 1));
  }
}

/** Lets one thing after the other be done: at once if nothing is under way. */
export class Turnstile {
  #last: Promise<void> | undefined;

  enter(act: () => void | Promise<void>): void | Promise<void> {
    const done = this.#last === undefined ? act() : this.#last.then(act);
    if (!isPromise(done)) return;
    // Those behind it do not care how it went.
    const settled: Promise<void> = done.then(
      () => this.#leave(settled),
      () => this.#leave(settled),
    );
    this.#last = settled;
    return done;
  }

  #leave(settled: Promise<void>): void {
    if (this.#last === settled) this.#last = undefined;
  }
}
