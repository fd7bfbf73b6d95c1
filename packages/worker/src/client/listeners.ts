import { VmError } from '@picovm/core';
import { textOf } from '../protocol/error-data.ts';

/** Who listens to what, by name. */
export class Listeners {
  /** Called with an error for what a listener throws, or rejects with. */
  onFailure: (failure: VmError) => void = () => {};
  readonly #byName = new Map<string, Set<(value: never) => unknown>>();

  add(name: string, listener: (value: never) => unknown): Disposable {
    // Wrapped: the same function may be added twice.
    const entry = (value: never): unknown => listener(value);
    const entries = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, entries.add(entry));
    return { [Symbol.dispose]: () => void entries.delete(entry) };
  }

  /** Calls all listeners, also if one of them fails, and then `done` when none of them is busy any more. */
  call(name: string, value: unknown, done: () => void): void {
    const failed = (cause: unknown): void => {
      this.onFailure(new VmError('ERR_DEVICE', `a listener of ${name} threw: ${textOf(cause)}`, { name, cause }));
    };
    const busy: Promise<unknown>[] = [];
    for (const listener of [...(this.#byName.get(name) ?? [])]) {
      try {
        const result = listener(value as never);
        if (result instanceof Promise) busy.push(result.catch(failed));
      } catch (error) {
        failed(error);
      }
    }
    if (busy.length === 0) done();
    else void Promise.all(busy).then(done);
  }
}
