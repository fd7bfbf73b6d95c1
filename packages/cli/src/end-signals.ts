import { constants } from 'node:os';

/** What users, shells and service managers end a program with. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A program that a signal ended has the signal's number plus this as its status, in the eyes of a shell. */
const SIGNAL_STATUS = 128;

/** Turns the signals that end a program into an abort, so that the run ends in order. A second one ends the program. */
export class EndSignals implements Disposable {
  readonly #abort = new AbortController();
  #status: number | undefined;

  constructor() {
    for (const name of SIGNALS) process.once(name, this.#onSignal);
  }

  /** Aborted when a signal came. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The exit status for the signal that came; undefined if none did. */
  get status(): number | undefined {
    return this.#status;
  }

  [Symbol.dispose](): void {
    for (const name of SIGNALS) process.off(name, this.#onSignal);
  }

  readonly #onSignal = (name: NodeJS.Signals): void => {
    this.#status = SIGNAL_STATUS + constants.signals[name];
    this.#abort.abort();
  };
}
