/** What a run of a benchmark guest gave. */
export interface GuestRun {
  /** Between `S` and `D`. */
  readonly milliseconds: number;
  /** The 8 hexadecimal digits behind `D`. */
  readonly checksum: string;
}

/** Listens to what a benchmark guest writes to COM1. */
export class GuestClock {
  #started = 0;
  #took = 0;
  #checksum = '';

  /** Takes a byte, at once. @returns whether it was the last one */
  take(byte: number): boolean {
    const character = String.fromCharCode(byte);
    if (this.#started === 0) {
      if (character === 'S') this.#started = performance.now();
    } else if (this.#took === 0) {
      if (character === 'D') this.#took = performance.now() - this.#started;
    } else if (character !== '\n') this.#checksum += character;
    return this.#took !== 0 && character === '\n';
  }

  /** @throws if the guest did not finish */
  result(): GuestRun {
    if (this.#took === 0) throw new Error('the guest did not finish');
    return { milliseconds: this.#took, checksum: this.#checksum };
  }
}
