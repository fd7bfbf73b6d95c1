/** Bytes that are gathered before they are written. */
const CAPACITY = 64 * 1024;

/**
 * Gathers what a guest writes byte by byte, and passes it on when the event loop has its turn (after each time slice of
 * the guest), or when there is much of it: a system call for each byte would cost more than the guest itself.
 */
export class BufferedWriter {
  readonly #emit: (bytes: Uint8Array) => void;
  #buffer = new Uint8Array(CAPACITY);
  #length = 0;
  #scheduled: ReturnType<typeof setImmediate> | undefined;

  /** @param emit takes the bytes for good, and does not throw */
  constructor(emit: (bytes: Uint8Array) => void) {
    this.#emit = emit;
  }

  write(bytes: Uint8Array): void {
    if (this.#length + bytes.length > CAPACITY) this.flush();
    if (bytes.length > CAPACITY) {
      this.#emit(Uint8Array.from(bytes));
      return;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    this.#scheduled ??= setImmediate(() => this.flush());
  }

  /** Writes what was gathered. */
  flush(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    if (this.#length === 0) return;
    this.#emit(this.#buffer.slice(0, this.#length));
    this.#length = 0;
  }
}
