import { keyNumber } from './keys.ts';

/** Bit of a stroke: with Shift. The number of the key is in the bits below. */
export const STROKE_SHIFT = 0x100;
/** Bit of a stroke: with Control. */
export const STROKE_CONTROL = 0x200;

/** The keys of each row, without Shift and with it. */
const ROWS = ['`1234567890-=', 'qwertyuiop[]\\', "asdfghjkl;'", 'zxcvbnm,./'];
const SHIFTED = ['~!@#$%^&*()_+', 'QWERTYUIOP{}|', 'ASDFGHJKL:"', 'ZXCVBNM<>?'];
const FIRST_KEYS = ['Backquote', 'KeyQ', 'KeyA', 'KeyZ'];
const OTHERS: Readonly<Record<string, string>> = {
  ' ': 'Space',
  '\n': 'Enter',
  '\r': 'Enter',
  '\t': 'Tab',
  '\b': 'Backspace',
  '\x7f': 'Backspace',
  '\x1b': 'Escape',
};

/** What to press for a character on a keyboard with US layout. */
export const US_STROKES: ReadonlyMap<string, number> = /* @__PURE__ */ usStrokes();

function usStrokes(): ReadonlyMap<string, number> {
  const strokes = new Map<string, number>();
  // The keys of a row have numbers one after the other.
  FIRST_KEYS.forEach((name, row) => {
    const first = keyNumber(name);
    [...ROWS[row]].forEach((character, i) => void strokes.set(character, first + i));
    [...SHIFTED[row]].forEach((character, i) => void strokes.set(character, (first + i) | STROKE_SHIFT));
  });
  // Control characters, as a terminal sends them: 03h is Control-C. Four of them have keys of their own.
  for (let code = 1; code <= 26; code++) {
    const letter = strokes.get(String.fromCharCode(code + 0x60)) as number;
    strokes.set(String.fromCharCode(code), letter | STROKE_CONTROL);
  }
  for (const [character, name] of Object.entries(OTHERS)) strokes.set(character, keyNumber(name));
  return strokes;
}
