/** Bytes that a PS/2 device keeps at most, of what it answers and of what happened to it. */
export const QUEUE_SIZE = 16;

/** A queue of up to 16 bytes. */
export class ByteQueue {
  readonly #bytes = new Uint8Array(QUEUE_SIZE);
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What does not fit is lost. */
  push(byte: number): void {
    if (this.#length === QUEUE_SIZE) return;
    this.#bytes[(this.#first + this.#length++) % QUEUE_SIZE] = byte;
  }

  /** Takes the first byte out. Only if there is one. */
  shift(): number {
    const byte = this.#bytes[this.#first];
    this.#first = (this.#first + 1) % QUEUE_SIZE;
    this.#length--;
    return byte;
  }

  clear(): void {
    this.#first = 0;
    this.#length = 0;
  }

  /** All bytes, the first first. */
  bytes(): Uint8Array {
    return Uint8Array.from({ length: this.#length }, (_, i) => this.#bytes[(this.#first + i) % QUEUE_SIZE]);
  }

  load(bytes: Uint8Array): void {
    this.clear();
    for (const byte of bytes) this.push(byte);
  }
}
