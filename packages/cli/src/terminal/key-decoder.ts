import { ESC, keySequence } from './escape-sequences.ts';

/** Where typed keys go. */
export interface KeyReceiver {
  /** Characters, and control characters. */
  text(text: string): void;
  /** Keys that are pressed together. */
  keys(names: readonly string[]): void;
}

/** So long a terminal takes at most between the bytes of one sequence: an ESC with nothing behind it is the key. */
const PATIENCE_MS = 40;

/** Makes keys out of what a terminal sends for them. */
export class KeyDecoder {
  readonly #receiver: KeyReceiver;
  readonly #decoder = new TextDecoder();
  #waiting = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(receiver: KeyReceiver) {
    this.#receiver = receiver;
  }

  feed(bytes: Uint8Array): void {
    clearTimeout(this.#timer);
    this.#waiting = this.#decode(this.#waiting + this.#decoder.decode(bytes, { stream: true }));
    if (this.#waiting === '') return;
    this.#timer = setTimeout(() => {
      const rest = this.#waiting;
      this.#waiting = '';
      this.#alone(rest);
    }, PATIENCE_MS);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  /** @returns what needs more behind it */
  #decode(text: string): string {
    let rest = text;
    while (rest !== '') {
      const at = rest.indexOf(ESC);
      const plain = at < 0 ? rest : rest.slice(0, at);
      if (plain !== '') this.#receiver.text(plain);
      rest = rest.slice(plain.length);
      if (rest === '') break;
      const found = keySequence(rest);
      if (found === 'unfinished') return rest;
      if (found !== undefined) {
        if (found.keys.length > 0) this.#receiver.keys(found.keys);
        rest = rest.slice(found.length);
      } else rest = this.#withAlt(rest);
    }
    return '';
  }

  // ESC and a character: that key with Alt, or the key Escape and then something else.
  #withAlt(text: string): string {
    const [, character] = Array.from(text.slice(0, 3));
    const keys = altKeys(character);
    if (keys === undefined) {
      this.#receiver.text(ESC);
      return text.slice(1);
    }
    this.#receiver.keys(['AltLeft', ...keys]);
    return text.slice(2);
  }

  // What looked like the beginning of a sequence, and was none.
  #alone(text: string): void {
    if (text === ESC) this.#receiver.text(ESC);
    else if (text.length === 2) this.#withAlt(text);
    else {
      this.#receiver.text(ESC);
      this.#receiver.text(text.slice(1));
    }
  }
}

const OTHERS: Readonly<Record<string, readonly string[]>> = {
  '\r': ['Enter'],
  '\t': ['Tab'],
  '\x7f': ['Backspace'],
  ' ': ['Space'],
  '-': ['Minus'],
  '=': ['Equal'],
  '[': ['BracketLeft'],
  ']': ['BracketRight'],
  ';': ['Semicolon'],
  "'": ['Quote'],
  '`': ['Backquote'],
  '\\': ['Backslash'],
  ',': ['Comma'],
  '.': ['Period'],
  '/': ['Slash'],
};

/** The keys of a character, by name; only of those that are typed with Alt. */
function altKeys(character: string): readonly string[] | undefined {
  if (/^[a-z]$/.test(character)) return [`Key${character.toUpperCase()}`];
  if (/^[A-Z]$/.test(character)) return ['ShiftLeft', `Key${character}`];
  if (/^[0-9]$/.test(character)) return [`Digit${character}`];
  return Object.hasOwn(OTHERS, character) ? OTHERS[character] : undefined;
}
