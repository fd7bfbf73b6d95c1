/** What they all begin with. */
export const ESC = '\x1b';

/** Keys by the last letter of their sequence: `ESC [ A`, `ESC O P`. */
const BY_LETTER: Readonly<Record<string, string>> = {
  A: 'ArrowUp',
  B: 'ArrowDown',
  C: 'ArrowRight',
  D: 'ArrowLeft',
  F: 'End',
  H: 'Home',
  P: 'F1',
  Q: 'F2',
  R: 'F3',
  S: 'F4',
};

/** Keys by the number in `ESC [ 3 ~`. */
const BY_NUMBER: Readonly<Record<string, string>> = {
  1: 'Home',
  2: 'Insert',
  3: 'Delete',
  4: 'End',
  5: 'PageUp',
  6: 'PageDown',
  7: 'Home',
  8: 'End',
  11: 'F1',
  12: 'F2',
  13: 'F3',
  14: 'F4',
  15: 'F5',
  17: 'F6',
  18: 'F7',
  19: 'F8',
  20: 'F9',
  21: 'F10',
  23: 'F11',
  24: 'F12',
};

const LINUX_F_KEYS = 'ABCDE';
const MODIFIERS = ['ShiftLeft', 'AltLeft', 'ControlLeft'] as const;
/** Behind its ESC, a whole sequence: of the Linux console's F keys, of one letter, or with parameters. */
const SEQUENCE = /^(?:\[\[([A-E])|O([A-Z])|\[([0-9;]*)([A-Za-z~]))/;
const UNFINISHED = /^(?:\[\[?[0-9;]*|O)?$/;

/** What stands at the beginning of a text. */
export interface FoundSequence {
  /** How many characters it has. */
  readonly length: number;
  /** Keys to press together; none for a sequence that stands for no key. */
  readonly keys: readonly string[];
}

/**
 * The escape sequence of a key at the beginning of a text, which begins with ESC (ECMA-48, as xterm, the VT220 and the Linux console have them).
 * @returns `unfinished` if more has to come first, undefined if there is none
 */
export function keySequence(text: string): FoundSequence | 'unfinished' | undefined {
  const behind = text.slice(ESC.length);
  const match = SEQUENCE.exec(behind);
  if (match === null) return UNFINISHED.test(behind) ? 'unfinished' : undefined;
  const length = ESC.length + match[0].length;
  const [, linux, single, parameters = '', last = ''] = match;
  if (linux !== undefined) return { length, keys: [`F${LINUX_F_KEYS.indexOf(linux) + 1}`] };
  if (single !== undefined) return { length, keys: named(BY_LETTER, single) };
  const [first, modifier = '1'] = parameters.split(';');
  // Shift and Tab.
  if (last === 'Z') return { length, keys: ['ShiftLeft', 'Tab'] };
  const key = last === '~' ? named(BY_NUMBER, first) : named(BY_LETTER, last);
  const bits = Number(modifier) - 1;
  const held = MODIFIERS.filter((_, bit) => (bits & (1 << bit)) !== 0);
  return { length, keys: key.length === 0 ? [] : [...held, ...key] };
}

function named(table: Readonly<Record<string, string>>, name: string): string[] {
  return Object.hasOwn(table, name) ? [table[name]] : [];
}
