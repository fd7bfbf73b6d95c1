/** The 256 words that IDENTIFY DEVICE and IDENTIFY PACKET DEVICE give, over the first 512 bytes of a buffer. */
export class IdentifyWords {
  readonly #bytes: Uint8Array;

  constructor(buffer: Uint8Array) {
    this.#bytes = buffer.subarray(0, 512).fill(0);
  }

  set(word: number, value: number): void {
    this.#bytes[2 * word] = value;
    this.#bytes[2 * word + 1] = value >>> 8;
  }

  /** A number of several words, the lowest first. */
  number(word: number, words: number, value: number): void {
    for (let i = 0, rest = value; i < words; i++, rest = Math.floor(rest / 65_536)) this.set(word + i, rest % 65_536);
  }

  /** Text, filled up with spaces. The first character of each word is in its upper byte. */
  text(word: number, words: number, text: string): void {
    const padded = text.padEnd(2 * words);
    for (let i = 0; i < words; i++) {
      this.set(word + i, (padded.charCodeAt(2 * i) << 8) | padded.charCodeAt(2 * i + 1));
    }
  }

  /** Word 255: the sum of all bytes is 0. */
  seal(): void {
    this.#bytes[510] = 0xa5;
    this.#bytes[511] = -this.#bytes.reduce((sum, byte, i) => (i < 511 ? sum + byte : sum), 0);
  }
}
