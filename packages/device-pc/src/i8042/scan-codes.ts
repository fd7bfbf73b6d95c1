import type { ByteQueue } from './byte-queue.ts';
import { KEY_NAMES, keyNumber, SET_2_CODES, SET_3_CODES } from './keys.ts';
import { BREAK, Translator } from './translation.ts';

const EXTENDED = 0xe0;
const PAUSE = keyNumber('Pause');
const PRINT_SCREEN = keyNumber('PrintScreen');
/** Of Pause in set 2, which has none for its release. */
const PAUSE_CODES = [0xe1, 0x14, 0x77, 0xe1, BREAK, 0x14, BREAK, 0x77];
/** With Control it is Break. */
const BREAK_CODES = [EXTENDED, 0x7e, EXTENDED, BREAK, 0x7e];
/** Print Screen comes with a Shift that nobody pressed, but with Alt, where it is System Request. */
const FAKE_SHIFT = 0x12;
const SYSTEM_REQUEST = 0x84;

/** The keys that are held down. */
export class HeldKeys {
  readonly #held = new Uint8Array(KEY_NAMES.length);

  has(key: number): boolean {
    return this.#held[key] !== 0;
  }

  set(key: number, down: boolean): void {
    this.#held[key] = Number(down);
  }

  clear(): void {
    this.#held.fill(0);
  }

  /** Whether a key whose name begins so is held: `Alt`. */
  some(name: string): boolean {
    return this.keys().some((key) => KEY_NAMES[key].startsWith(name));
  }

  /** Their numbers. */
  keys(): number[] {
    return [...KEY_NAMES.keys()].filter((key) => this.has(key));
  }
}

/**
 * Appends the scan codes of a key that goes down or up.
 * @param set the scan code set: 1, 2 or 3
 * @param held the keys that are held besides
 */
export function appendScanCodes(out: ByteQueue, set: number, key: number, down: boolean, held: HeldKeys): void {
  if (set === 3) {
    if (SET_3_CODES[key] === 0) return;
    if (!down) out.push(BREAK);
    out.push(SET_3_CODES[key]);
    return;
  }
  // The codes of set 1 are those of set 2, translated as the controller would.
  const translator = set === 1 ? new Translator() : undefined;
  const push = (byte: number): void => {
    const translated = translator?.next(byte) ?? byte;
    if (translated >= 0) out.push(translated);
  };
  const pushCode = (code: number): void => {
    if (code > 0xff) push(EXTENDED);
    if (!down) push(BREAK);
    push(code & 0xff);
  };
  if (key === PAUSE) {
    if (down) (held.some('Control') ? BREAK_CODES : PAUSE_CODES).forEach(push);
    return;
  }
  if (key === PRINT_SCREEN && held.some('Alt')) {
    pushCode(SYSTEM_REQUEST);
    return;
  }
  const fakeShift = key === PRINT_SCREEN && !held.some('Shift') && !held.some('Control');
  if (fakeShift && down) pushCode(0x100 | FAKE_SHIFT);
  pushCode(SET_2_CODES[key]);
  if (fakeShift && !down) pushCode(0x100 | FAKE_SHIFT);
}
