/** Who listens to what, by name. */
export class Listeners {
  readonly #byName = new Map<string, Set<(value: never) => unknown>>();

  add(name: string, listener: (value: never) => unknown): Disposable {
    // Wrapped: the same function may be added twice.
    const entry = (value: never): unknown => listener(value);
    const entries = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, entries.add(entry));
    return { [Symbol.dispose]: () => void entries.delete(entry) };
  }

  /**
   * Calls all listeners, and then `done` when none of them is busy any more. What one throws reaches the host program as
   * an uncaught error, as from any event listener, and keeps neither the others nor the machine from going on.
   */
  call(name: string, value: unknown, done: () => void): void {
    const busy: Promise<unknown>[] = [];
    for (const listener of [...(this.#byName.get(name) ?? [])]) {
      try {
        const result = listener(value as never);
        if (result instanceof Promise) busy.push(result);
      } catch (error) {
        uncaught(error);
      }
    }
    if (busy.length === 0) done();
    else void Promise.allSettled(busy.map((promise) => promise.catch(uncaught))).then(done);
  }
}

function uncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
