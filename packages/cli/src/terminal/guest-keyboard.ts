import type { HostKeyboard } from '@picovm/device-pc';
import { KeyDecoder } from './key-decoder.ts';

/** Characters that may wait in the keyboard: it has room for more. */
const CHUNK = 1000;
const INTERVAL_MS = 10;

/** Characters, or keys that are pressed together. */
type Stroke = string | readonly string[];

/** What is typed or pasted at a terminal, for the keyboard of a guest, as fast as that takes it. */
export class GuestKeyboard {
  readonly #keyboard: HostKeyboard;
  readonly #onUnknown: () => void;
  readonly #decoder: KeyDecoder;
  #waiting: Stroke[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onUnknown called for characters that a keyboard has no key for */
  constructor(keyboard: HostKeyboard, onUnknown: () => void) {
    this.#keyboard = keyboard;
    this.#onUnknown = onUnknown;
    this.#decoder = new KeyDecoder({
      text: (text) => this.#queue(...text.replaceAll('\r\n', '\r')),
      keys: (names) => this.#queue(names),
    });
  }

  feed(bytes: Uint8Array): void {
    this.#decoder.feed(bytes);
  }

  dispose(): void {
    this.#decoder.dispose();
    clearTimeout(this.#timer);
  }

  #queue(...strokes: Stroke[]): void {
    this.#waiting.push(...strokes);
    if (this.#timer === undefined) this.#pass();
  }

  readonly #pass = (): void => {
    this.#timer = undefined;
    const room = Math.max(0, CHUNK - this.#keyboard.pending);
    for (const stroke of this.#waiting.splice(0, room)) this.#press(stroke);
    if (this.#waiting.length > 0) this.#timer = setTimeout(this.#pass, INTERVAL_MS);
  };

  #press(stroke: Stroke): void {
    if (typeof stroke !== 'string') {
      this.#keyboard.tap(...stroke);
      return;
    }
    try {
      this.#keyboard.type(stroke);
    } catch {
      this.#onUnknown();
    }
  }
}
