import type { Logger } from '@picovm/core';

/** Is called with what a host function threw or rejected with, and the name of the function. */
export type OnHostCallError = (error: unknown, name: string) => void;

/** Tells the host of what went wrong. A guest can make calls fail as often as it likes: each thing is logged once. */
export class FailureReport {
  readonly #onError: OnHostCallError | undefined;
  readonly #logged = new Set<string>();
  #unknownLogged = false;
  /** Where it is logged. */
  log: Logger | undefined;

  constructor(onError: OnHostCallError | undefined) {
    this.#onError = onError;
  }

  /** @param name of a function that there is */
  failed(name: string, error: unknown): void {
    try {
      if (!this.#logged.has(name))
        this.log?.warn(`${name} failed, and later failures are only counted: ${textOf(error)}`);
      this.#logged.add(name);
      const result: unknown = this.#onError?.(error, name);
      // A rejection that nobody hears would end Node.
      if (result instanceof Promise) result.catch(() => {});
    } catch {
      // Nobody is left to tell; the metric has it.
    }
  }

  /** @param name whatever the guest put there: quoted, because a terminal may show it */
  unknown(name: string, known: Iterable<string>): void {
    if (this.#unknownLogged) return;
    this.#unknownLogged = true;
    this.log?.info(`the guest called ${JSON.stringify(name)}, which there is not: there is ${[...known].join(', ')}`);
  }
}

// Anything may be thrown, also what cannot be made a text.
function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return 'what it threw cannot be shown';
  }
}
