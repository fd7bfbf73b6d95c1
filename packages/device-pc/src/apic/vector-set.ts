const WORDS = 8;

/** A register of 256 bits with one for each vector: IRR, ISR, TMR. */
export class VectorSet {
  readonly words: Uint32Array = new Uint32Array(WORDS);

  has(vector: number): boolean {
    return ((this.words[vector >> 5] >>> (vector & 31)) & 1) !== 0;
  }

  set(vector: number, value: boolean): void {
    const bit = 1 << (vector & 31);
    if (value) this.words[vector >> 5] |= bit;
    else this.words[vector >> 5] &= ~bit;
  }

  /** The vector with the highest priority; -1 if there is none. */
  highest(): number {
    for (let n = WORDS - 1; n >= 0; n--) {
      const word = this.words[n];
      if (word !== 0) return n * 32 + 31 - Math.clz32(word);
    }
    return -1;
  }

  clear(): void {
    this.words.fill(0);
  }
}
