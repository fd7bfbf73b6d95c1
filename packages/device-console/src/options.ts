import { codedError } from './errors.ts';

/** Checks of options, each naming what is wrong in an Error `ERR_INVALID_ARGUMENT`. */
export class OptionChecks {
  readonly #owner: string;

  constructor(owner: string) {
    this.#owner = owner;
  }

  id(id: unknown): void {
    if (typeof id !== 'string' || id === '') {
      throw codedError('ERR_INVALID_ARGUMENT', `${this.#owner}: id must be a string that is not empty`);
    }
  }

  integer(name: string, value: unknown, min: number, max: number): void {
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
      throw codedError(
        'ERR_INVALID_ARGUMENT',
        `${this.#owner}: ${name} must be an integer from ${min} to ${max}, not ${String(value)}`,
      );
    }
  }

  /** A function, or nothing. */
  callback(name: string, value: unknown): void {
    if (value !== undefined && typeof value !== 'function') {
      throw codedError('ERR_INVALID_ARGUMENT', `${this.#owner}: ${name} must be a function`);
    }
  }
}
