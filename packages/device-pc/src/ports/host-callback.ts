import type { Counter, Logger } from '@picovm/core';

/**
 * A function of the host that a device calls while its guest stands still. What it throws, or what its promise is rejected
 * with, is counted, and the first one is logged: the guest does not notice.
 */
export class HostCallback<T, R = unknown> {
  readonly #name: string;
  readonly #call: ((value: T) => R) | undefined;
  #log: Logger | undefined;
  #errors: Counter = { value: 0 };

  /** @param name of the option, for the log */
  constructor(name: string, call: ((value: T) => R) | undefined) {
    this.#name = name;
    this.#call = call;
  }

  /** @param errors counts failures */
  attach(log: Logger, errors: Counter): void {
    this.#log = log;
    this.#errors = errors;
  }

  /** @returns what the host answers; undefined if it failed, or there is no function */
  call(value: T): R | undefined {
    if (this.#call === undefined) return undefined;
    try {
      const answer = this.#call(value);
      const then = (answer as { then?: unknown } | null | undefined)?.then;
      if (typeof then === 'function') then.call(answer, undefined, this.#failed);
      return answer;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  readonly #failed = (error: unknown): void => {
    if (this.#errors.value++ === 0) this.#log?.warn(`${this.#name} failed: ${String(error)}`);
  };
}
