const INITIAL_SIZE = 16;

/** A bounded first-in, first-out queue of characters with their errors (bits as in the line status register). */
export class CharacterQueue {
  readonly capacity: number;
  // A ring of errors << 8 | byte, whose size is a power of two. It grows as it is needed, up to the capacity.
  #ring = new Uint16Array(INITIAL_SIZE);
  #first = 0;
  #length = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get length(): number {
    return this.#length;
  }

  /** How many characters fit. */
  get room(): number {
    return this.capacity - this.#length;
  }

  /** Only if there is room. */
  push(byte: number, errors: number): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#first + this.#length) & (this.#ring.length - 1)] = byte | (errors << 8);
    this.#length++;
  }

  /** The first character is taken out; its byte is returned. Only if there is one. */
  shift(): number {
    const byte = this.#ring[this.#first] & 0xff;
    this.#first = (this.#first + 1) & (this.#ring.length - 1);
    this.#length--;
    return byte;
  }

  /** The errors of the character at `index`; the first is 0. */
  errorsAt(index: number): number {
    return this.#ring[(this.#first + index) & (this.#ring.length - 1)] >> 8;
  }

  clear(): void {
    this.#first = 0;
    this.#length = 0;
  }

  /** All bytes, the first first. */
  bytes(): Uint8Array {
    return this.#column(0);
  }

  /** The errors of all characters, the first first. */
  errors(): Uint8Array {
    return this.#column(8);
  }

  /** Replaces everything. @param errors one for each of `bytes` */
  load(bytes: Uint8Array, errors: Uint8Array): void {
    this.clear();
    for (let i = 0; i < bytes.length; i++) this.push(bytes[i], errors[i]);
  }

  #column(shift: number): Uint8Array {
    const mask = this.#ring.length - 1;
    return Uint8Array.from({ length: this.#length }, (_, i) => this.#ring[(this.#first + i) & mask] >> shift);
  }

  #grow(): void {
    const ring = new Uint16Array(2 * this.#ring.length);
    ring.set(this.#ring.subarray(this.#first));
    ring.set(this.#ring.subarray(0, this.#first), this.#ring.length - this.#first);
    this.#ring = ring;
    this.#first = 0;
  }
}
