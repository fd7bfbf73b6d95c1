import type { Counter, Logger, Metrics } from '@picovm/core';
import type { OnOutputError, Output } from './output.ts';

// One array for each byte that there is: what is handed out for a single byte can be kept, and costs no allocation.
const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const SINGLE: readonly Uint8Array[] = Array.from(ALL_BYTES, (byte) => ALL_BYTES.subarray(byte, byte + 1));

/** The way from a device to the host's `Output`: counts, and keeps the host's failures away from the guest. */
export class OutputPort {
  readonly #output: Output | undefined;
  readonly #onError: OnOutputError | undefined;
  #log: Logger | undefined;
  #bytesOut: Counter = { value: 0 };
  #errors: Counter = { value: 0 };
  #reported = false;

  constructor(output: Output | undefined, onError: OnOutputError | undefined) {
    this.#output = output;
    this.#onError = onError;
  }

  attach(metrics: Metrics, log: Logger): void {
    this.#bytesOut = metrics.counter('bytesOut');
    this.#errors = metrics.counter('outputErrors');
    this.#log = log;
  }

  /** @param byte 0 to 255 */
  send(byte: number): void {
    this.#bytesOut.value++;
    if (this.#output !== undefined) this.#call(this.#output, SINGLE[byte]);
  }

  /** Sends a copy: the accelerator uses its own array again. */
  sendBlock(bytes: Uint8Array): void {
    this.#bytesOut.value += bytes.length;
    if (this.#output !== undefined) this.#call(this.#output, new Uint8Array(bytes));
  }

  /** Calls another function of the host's, with the same care. */
  guard(callback: (() => void) | undefined): void {
    try {
      this.#watch(callback?.());
    } catch (error) {
      this.#failed(error);
    }
  }

  #call(output: Output, bytes: Uint8Array): void {
    try {
      this.#watch(output(bytes));
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#errors.value++;
    try {
      // Once: an output that fails does so for every byte.
      if (!this.#reported) this.#log?.warn(`the output failed, and its bytes are lost: ${String(error)}`);
      this.#reported = true;
      const result: unknown = this.#onError?.(error);
      if (result instanceof Promise) result.catch(() => {});
    } catch {
      // Nobody is left to tell; the counter has it.
    }
  }

  // The host's functions should return nothing; but an async one gives a promise, and one that rejects unheard ends Node.
  #watch(result: unknown): void {
    if (result instanceof Promise) result.catch((error: unknown) => this.#failed(error));
  }
}
