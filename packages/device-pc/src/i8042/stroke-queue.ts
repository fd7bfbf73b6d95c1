const INITIAL_SIZE = 64;
/** How many strokes can wait. */
export const STROKES: number = 65_536;

/** Strokes of 16 bits that wait for the guest: a ring that grows as it is needed. */
export class StrokeQueue {
  #ring = new Uint16Array(INITIAL_SIZE);
  #start = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The first one. Only if there is one. */
  get first(): number {
    return this.#ring[this.#start];
  }

  /** All of them, or none if there is no room for all. @returns whether there was */
  push(strokes: readonly number[]): boolean {
    if (this.#length + strokes.length > STROKES) return false;
    while (this.#length + strokes.length > this.#ring.length) this.#grow();
    for (const stroke of strokes) this.#ring[(this.#start + this.#length++) & (this.#ring.length - 1)] = stroke;
    return true;
  }

  /** Takes the first one out. Only if there is one. */
  shift(): void {
    this.#start = (this.#start + 1) & (this.#ring.length - 1);
    this.#length--;
  }

  clear(): void {
    this.#start = 0;
    this.#length = 0;
  }

  /** All of them, the first first. */
  strokes(): number[] {
    return Array.from({ length: this.#length }, (_, i) => this.#ring[(this.#start + i) & (this.#ring.length - 1)]);
  }

  #grow(): void {
    const strokes = this.strokes();
    this.#ring = new Uint16Array(2 * this.#ring.length);
    this.#ring.set(strokes);
    this.#start = 0;
  }
}
