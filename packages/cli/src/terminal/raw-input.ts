/**
 * Standard input of a terminal as it comes, key by key and without echo, also what else would be a signal. However the
 * program ends, and while it is suspended, the terminal is as it was before.
 */
export class RawInput {
  readonly #onData: (bytes: Uint8Array) => void;
  readonly #suspends: boolean;
  readonly #input = process.stdin;

  /**
   * @param suspends whether this is what suspends the program on SIGTSTP; false if something else of it does so, later
   */
  constructor(onData: (bytes: Uint8Array) => void, suspends: boolean) {
    this.#onData = onData;
    this.#suspends = suspends;
  }

  start(): void {
    process.on('exit', this.#leave);
    process.on('SIGTSTP', this.#suspend);
    process.on('SIGCONT', this.#enter);
    this.#input.on('data', this.#onData);
    this.#enter();
    this.#input.resume();
  }

  stop(): void {
    process.off('exit', this.#leave);
    process.off('SIGTSTP', this.#suspend);
    process.off('SIGCONT', this.#enter);
    this.#input.off('data', this.#onData);
    this.#input.pause();
    this.#leave();
  }

  readonly #enter = (): void => {
    this.#input.setRawMode(true);
  };

  readonly #leave = (): void => {
    this.#input.setRawMode(false);
  };

  readonly #suspend = (): void => {
    this.#leave();
    if (this.#suspends) process.kill(process.pid, 'SIGSTOP');
  };
}
