/** A guest did not do what a test expects. The message is the whole report. */
export class GuestError extends Error {
  /** `GuestError`, as in the first line of a stack trace. */
  override readonly name = 'GuestError';
  // Private, because test runners print the fields of an error behind its message, where all of it stands already.
  readonly #summary: string;

  /**
   * @param summary what was expected, and what was seen instead, in a sentence
   * @param report screen, serial output, registers, last exits, outcome
   */
  constructor(summary: string, report: string) {
    super(`${summary}\n\n${report}\n`);
    this.#summary = summary;
  }

  /** What was expected, and what was seen instead: the first line of the message. */
  get summary(): string {
    return this.#summary;
  }
}
