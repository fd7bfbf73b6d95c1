import { VmError } from '@picovm/core';
import type { Output } from './output/output.ts';

/** What a `ConsoleLog` takes. */
export interface ConsoleLogOptions {
  /** Bytes that it keeps, the last ones, 1 to 2^28. Default 1 MiB. */
  readonly maxBytes?: number;
}

interface Waiter {
  readonly pattern: Uint8Array;
  readonly found: () => void;
}

const MIB = 1024 * 1024;
const MAX_BYTES = 2 ** 28;
const INITIAL_SIZE = 1024;

/** Gathers what a console puts out, for tests and for scripts that wait for a guest to say something. */
export class ConsoleLog {
  /** Give this to a console as its `output`. */
  readonly output: Output = (bytes) => this.#add(bytes);
  readonly #maxBytes: number;
  // Twice as large as what is kept at most: so the bytes are moved only once in `maxBytes` bytes.
  #buffer = new Uint8Array(INITIAL_SIZE);
  #length = 0;
  #total = 0;
  readonly #waiters = new Set<Waiter>();

  /** @throws VmError `ERR_INVALID_ARGUMENT` if an option is out of its range */
  constructor(options: ConsoleLogOptions = {}) {
    const { maxBytes = MIB } = options;
    if (!Number.isInteger(maxBytes) || maxBytes < 1 || maxBytes > MAX_BYTES) {
      throw new VmError('ERR_INVALID_ARGUMENT', `ConsoleLog: maxBytes must be 1 to ${MAX_BYTES}, not ${maxBytes}`);
    }
    this.#maxBytes = maxBytes;
  }

  /** The bytes that are kept, as UTF-8. What is no UTF-8 becomes U+FFFD. */
  get text(): string {
    return new TextDecoder().decode(this.bytes());
  }

  /** How many bytes came too early to be still kept. */
  get dropped(): number {
    return Math.max(0, this.#total - this.#maxBytes);
  }

  /** A copy of the bytes that are kept. */
  bytes(): Uint8Array {
    return this.#buffer.slice(Math.max(0, this.#length - this.#maxBytes), this.#length);
  }

  /**
   * Waits until `text` has come, which may have happened before, as far as it is kept. Waiting costs time for every
   * byte that comes, so `text` should be short.
   * @returns (as a promise) when it has come; rejects with the signal's reason if that comes first
   */
  waitFor(text: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options;
    const pattern = new TextEncoder().encode(text);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const kept = this.bytes();
      for (let end = pattern.length; end <= kept.length; end++) {
        if (!endsWith(kept, end, pattern)) continue;
        resolve();
        return;
      }
      const abort = (): void => {
        this.#waiters.delete(waiter);
        reject(signal?.reason);
      };
      const found = (): void => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const waiter: Waiter = { pattern, found };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  #add(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#length === this.#buffer.length) this.#makeRoom();
      this.#buffer[this.#length++] = byte;
      this.#total++;
      if (this.#waiters.size > 0) this.#wake();
    }
  }

  #makeRoom(): void {
    const limit = 2 * this.#maxBytes;
    if (this.#length >= limit) {
      this.#buffer.copyWithin(0, this.#length - this.#maxBytes, this.#length);
      this.#length = this.#maxBytes;
      return;
    }
    const buffer = new Uint8Array(Math.min(limit, 2 * this.#length));
    buffer.set(this.#buffer);
    this.#buffer = buffer;
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      if (!endsWith(this.#buffer, this.#length, waiter.pattern)) continue;
      this.#waiters.delete(waiter);
      waiter.found();
    }
  }
}

/** Whether the bytes before `end` are those of `pattern`. */
function endsWith(bytes: Uint8Array, end: number, pattern: Uint8Array): boolean {
  const start = end - pattern.length;
  return start >= 0 && pattern.every((byte, i) => bytes[start + i] === byte);
}
