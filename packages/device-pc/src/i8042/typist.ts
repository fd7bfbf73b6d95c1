import { type Clock, type StateReader, VmError } from '@picovm/core';
import { Deadline } from './deadline.ts';
import type { HostKeyboard, KeyboardLeds } from './i8042-types.ts';
import type { Keyboard } from './keyboard.ts';
import { KEY_NAMES, keyNumber } from './keys.ts';
import { STROKES, StrokeQueue } from './stroke-queue.ts';
import { STROKE_CONTROL, STROKE_SHIFT, US_STROKES } from './us-layout.ts';

/** What a stroke is, beside the number of a key or a byte: a character, with its modifiers, or one of these. */
const KIND = 0x7000;
const PRESS = 0x1000;
const RELEASE = 0x2000;
const BYTE = 0x3000;
/** Nanoseconds until who did not let a character be typed is asked again. */
const ASK_AGAIN = 10_000_000;
const MS = 1_000_000;
/** Nanoseconds: of the longest gap between characters. */
const LONGEST_GAP: number = 10_000 * MS;
/** A modifier and the key, down and up. */
const MOST_STEPS = 4;

/** Who sits at the keyboard: presses keys when the guest has taken what came before. */
export class Typist implements HostKeyboard {
  readonly #keyboard: Keyboard;
  readonly #gap: number;
  readonly #mayType: () => boolean;
  readonly #onQueued: () => void;
  readonly #strokes = new StrokeQueue();
  readonly #wait: Deadline;
  /** How far the character in front was typed: what its next move is. */
  #step = 0;

  /**
   * @param gap milliseconds between characters
   * @param mayType asked before each of them
   * @param onQueued called when there is something to type, and time for it
   */
  constructor(keyboard: Keyboard, gap: number, mayType: () => boolean, onQueued: () => void) {
    this.#keyboard = keyboard;
    this.#gap = gap * MS;
    this.#mayType = mayType;
    this.#onQueued = onQueued;
    this.#wait = new Deadline(onQueued);
  }

  attach(clock: Clock): void {
    this.#wait.attach(clock);
  }

  get pending(): number {
    return this.#strokes.length;
  }

  get leds(): KeyboardLeds {
    const { leds } = this.#keyboard;
    return { scrollLock: (leds & 1) !== 0, numLock: (leds & 2) !== 0, capsLock: (leds & 4) !== 0 };
  }

  type(text: string): void {
    // A line end may have two characters. What is longer in any case is not looked at.
    const strokes = text.length <= 2 * STROKES && Array.from(text.replaceAll('\r\n', '\n'), strokeOf);
    if (strokes && this.#queue(strokes)) return;
    const { length } = strokes || text;
    throw new VmError(
      'ERR_INVALID_ARGUMENT',
      `a text of ${length} characters cannot be typed now: ${this.pending} wait, and there is room for ${STROKES}`,
      { length, pending: this.pending },
    );
  }

  press(name: string): boolean {
    return this.#queue([PRESS | numberOf(name)]);
  }

  release(name: string): boolean {
    return this.#queue([RELEASE | numberOf(name)]);
  }

  tap(...names: readonly string[]): boolean {
    const keys = names.map(numberOf);
    return this.#queue([...keys.map((key) => PRESS | key), ...keys.reverse().map((key) => RELEASE | key)]);
  }

  send(scanCodes: ArrayLike<number>): boolean {
    if (scanCodes.length > STROKES) return false;
    const bytes = Array.from(scanCodes);
    const wrong = bytes.find((byte) => !Number.isInteger(byte) || byte < 0 || byte > 0xff);
    if (wrong !== undefined) {
      throw new VmError('ERR_INVALID_ARGUMENT', `a scan code is a byte, not ${wrong}`, { scanCode: wrong });
    }
    return this.#queue(bytes.map((byte) => BYTE | byte));
  }

  discard(): void {
    // A character that was begun is done first, or its keys would stay down.
    const { first } = this.#strokes;
    this.#strokes.clear();
    if (this.#step > 0) this.#strokes.push([first]);
  }

  /** Goes on as far as the guest has taken what there was. */
  pump(): void {
    const { output } = this.#keyboard;
    while (this.#strokes.length > 0 && !this.#wait.pending && this.#keyboard.scanning && output.idle) this.#next();
  }

  /** What was sent last did not get through: the character that it belongs to comes again. */
  restart(): void {
    this.#step = 0;
  }

  reset(): void {
    this.#strokes.clear();
    this.#step = 0;
    this.#wait.clear();
  }

  save(): Record<string, unknown> {
    const strokes = this.#strokes.strokes().flatMap((stroke) => [stroke & 0xff, stroke >> 8]);
    return { strokes: Uint8Array.from(strokes), strokeStep: this.#step, strokeIn: this.#wait.remaining };
  }

  /** Checks a state. @returns what takes it */
  read(reader: StateReader): () => void {
    const bytes = reader.bytes('strokes', 2 * STROKES);
    const strokes = Array.from({ length: bytes.length >> 1 }, (_, i) => bytes[2 * i] | (bytes[2 * i + 1] << 8));
    if (bytes.length % 2 !== 0 || !strokes.every(isStroke)) throw reader.error('has strokes that are none');
    const step = reader.integer('strokeStep', MOST_STEPS - 1);
    if (step > 0 && step >= stepsOf(strokes[0] ?? PRESS)) throw reader.error('has no strokeStep of its first stroke');
    const wait = reader.integer('strokeIn', LONGEST_GAP, -1);
    return () => {
      this.#strokes.clear();
      this.#strokes.push(strokes);
      this.#step = step;
      this.#wait.remaining = wait;
    };
  }

  dispose(): void {
    this.#wait.dispose();
  }

  #queue(strokes: readonly number[]): boolean {
    if (!this.#strokes.push(strokes)) return false;
    this.#onQueued();
    return true;
  }

  #next(): void {
    const { first } = this.#strokes;
    if ((first & KIND) === 0) {
      this.#typeOn(first);
      return;
    }
    this.#strokes.shift();
    const keyboard = this.#keyboard;
    const key = first & 0xff;
    const down = (first & KIND) === PRESS;
    if ((first & KIND) === BYTE) keyboard.output.data.push(key);
    else if (keyboard.held.has(key) !== down) {
      // How Print Screen goes up depends on what was held when it went down, without itself.
      keyboard.held.set(key, false);
      keyboard.move(key, down, true);
      keyboard.held.set(key, down);
    }
  }

  /** The next move of a character: modifiers down, the key down and up, modifiers up. */
  #typeOn(stroke: number): void {
    if (this.#step === 0 && !this.#mayType()) {
      this.#wait.setIn(ASK_AGAIN);
      return;
    }
    const steps = stepsOf(stroke);
    const down = this.#step < steps / 2;
    const depth = down ? this.#step : steps - 1 - this.#step;
    this.#keyboard.move(keyAt(stroke, depth), down, false);
    if (++this.#step < steps) return;
    this.#strokes.shift();
    this.#step = 0;
    if (this.#gap > 0) this.#wait.setIn(this.#gap);
  }
}

const SHIFT_KEY = keyNumber('ShiftLeft');
const CONTROL_KEY = keyNumber('ControlLeft');

/** The keys of a character that are down one inside the other: its modifier, if it has one, and its key. */
function keyAt(stroke: number, depth: number): number {
  if (depth === 0 && (stroke & STROKE_SHIFT) !== 0) return SHIFT_KEY;
  if (depth === 0 && (stroke & STROKE_CONTROL) !== 0) return CONTROL_KEY;
  return stroke & 0xff;
}

function stepsOf(stroke: number): number {
  if ((stroke & KIND) !== 0) return 0;
  return (stroke & (STROKE_SHIFT | STROKE_CONTROL)) === 0 ? 2 : 4;
}

function isStroke(stroke: number): boolean {
  const kind = stroke & ~0xff;
  if (kind === BYTE) return true;
  return [0, STROKE_SHIFT, STROKE_CONTROL, PRESS, RELEASE].includes(kind) && (stroke & 0xff) < KEY_NAMES.length;
}

function strokeOf(character: string): number {
  const stroke = US_STROKES.get(character);
  if (stroke !== undefined) return stroke;
  const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  throw new VmError('ERR_INVALID_ARGUMENT', `no key of a US keyboard types '${character}' (U+${code})`, { character });
}

function numberOf(name: string): number {
  const key = keyNumber(name);
  if (key >= 0) return key;
  throw new VmError(
    'ERR_INVALID_ARGUMENT',
    `there is no key '${String(name)}': keys have the names of KeyboardEvent.code, such as Enter, KeyA, Digit1, ArrowUp`,
    { name },
  );
}
