/** Of the text that is kept; a guest that writes for ever must not fill the host's memory. */
const MAX_TEXT = 1 << 20;
const CAPACITY = 64 << 10;

/** What the guest wrote to its serial port and its debug console, as text that can be searched. */
export class Transcript {
  readonly #decoder = new TextDecoder();
  readonly #buffer = new Uint8Array(CAPACITY);
  #length = 0;
  #text = '';
  /** Up to there it was searched, and found. */
  #taken = 0;

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += CAPACITY) {
      const part = bytes.subarray(at, at + CAPACITY);
      if (this.#length + part.length > CAPACITY) this.#decode();
      this.#buffer.set(part, this.#length);
      this.#length += part.length;
    }
  }

  /** Looks for a text behind what `take` found last, and if it is there, takes it. */
  take(text: string): boolean {
    this.#decode();
    const at = this.#text.indexOf(text, this.#taken);
    if (at < 0) return false;
    this.#taken = at + text.length;
    return true;
  }

  /** The last lines. */
  tail(lines: number): string[] {
    this.#decode();
    const all = this.#text.split(/\r*\n/);
    while (all.at(-1) === '') all.pop();
    return all.slice(-lines);
  }

  #decode(): void {
    if (this.#length === 0) return;
    this.#text += this.#decoder.decode(this.#buffer.subarray(0, this.#length), { stream: true });
    this.#length = 0;
    const excess = this.#text.length - MAX_TEXT;
    if (excess <= 0) return;
    this.#text = this.#text.slice(excess);
    this.#taken = Math.max(0, this.#taken - excess);
  }
}
