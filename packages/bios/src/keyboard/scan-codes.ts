/**
 * What INT 16h gives for the keys of scan code set 1 (IBM PS/2 BIOS interface reference, "Keyboard"): scan code and character for
 * the key alone, with Shift, Ctrl and Alt. 0: nothing. Letters and functions that follow a rule are computed.
 */
export type KeyCodes = readonly [plain: number, shift: number, ctrl: number, alt: number];

const PUNCTUATION: Readonly<Record<number, KeyCodes>> = {
  1: [0x011b, 0x011b, 0x011b, 0x0100],
  12: [0x0c2d, 0x0c5f, 0x0c1f, 0x8200],
  13: [0x0d3d, 0x0d2b, 0, 0x8300],
  14: [0x0e08, 0x0e08, 0x0e7f, 0x0e00],
  15: [0x0f09, 0x0f00, 0x9400, 0xa500],
  26: [0x1a5b, 0x1a7b, 0x1a1b, 0x1a00],
  27: [0x1b5d, 0x1b7d, 0x1b1d, 0x1b00],
  28: [0x1c0d, 0x1c0d, 0x1c0a, 0x1c00],
  39: [0x273b, 0x273a, 0, 0x2700],
  40: [0x2827, 0x2822, 0, 0x2800],
  41: [0x2960, 0x297e, 0, 0x2900],
  43: [0x2b5c, 0x2b7c, 0x2b1c, 0x2b00],
  51: [0x332c, 0x333c, 0, 0x3300],
  52: [0x342e, 0x343e, 0, 0x3400],
  53: [0x352f, 0x353f, 0, 0x3500],
  55: [0x372a, 0x372a, 0x9600, 0x3700],
  57: [0x3920, 0x3920, 0x3920, 0x3920],
  74: [0x4a2d, 0x4a2d, 0x8e00, 0x4a00],
  76: [0x4c00, 0x4c35, 0x8f00, 0],
  78: [0x4e2b, 0x4e2b, 0x9000, 0x4e00],
  86: [0x565c, 0x567c, 0, 0],
  87: [0x8500, 0x8700, 0x8900, 0x8b00],
  88: [0x8600, 0x8800, 0x8a00, 0x8c00],
};

const SHIFTED_DIGITS = '!@#$%^&*()';
const CTRL_2 = 0x0300;
const CTRL_6 = 0x071e;
/** Letters by the scan code of the first of their row. */
const LETTER_ROWS: Readonly<Record<number, string>> = { 16: 'qwertyuiop', 30: 'asdfghjkl', 44: 'zxcvbnm' };

/** Home to Del on the keypad, from scan code 47h on: the digit, and the codes with Ctrl. */
const KEYPAD = '789-456+1230.';
const KEYPAD_FIRST = 0x47;
const KEYPAD_CTRL = [0x77, 0x8d, 0x84, 0, 0x73, 0, 0x74, 0, 0x75, 0x91, 0x76, 0x92, 0x93];
const GREY_ALT = [0x97, 0x98, 0x99, 0, 0x9b, 0, 0x9d, 0, 0x9f, 0xa0, 0xa1, 0xa2, 0xa3];

/** Whether the key types a letter, which Caps Lock turns. */
export function isLetter(scan: number): boolean {
  return letterOf(scan) !== undefined;
}

/** The codes of a key. @param scan 1 to 58h @param grey whether E0 came before it */
export function keyCodes(scan: number, grey: boolean): KeyCodes | undefined {
  if (grey) return greyKey(scan);
  const letter = letterOf(scan);
  if (letter !== undefined) {
    const code = letter.charCodeAt(0);
    return words(scan, code, code & ~0x20, code & 0x1f, 0, scan << 8);
  }
  if (scan >= 2 && scan <= 11) return digit(scan);
  if (scan >= 59 && scan <= 68) {
    return [scan << 8, (scan + 25) << 8, (scan + 35) << 8, (scan + 45) << 8];
  }
  if (PUNCTUATION[scan] !== undefined) return PUNCTUATION[scan];
  return keypadKey(scan);
}

/** The digit of a key of the keypad, or undefined. */
export function keypadDigit(scan: number): number | undefined {
  const index = '0123456789'.indexOf(KEYPAD[scan - KEYPAD_FIRST] ?? ' ');
  return index < 0 ? undefined : index;
}

/** Whether Num Lock turns the key. */
export function isKeypad(scan: number): boolean {
  return scan >= KEYPAD_FIRST && scan <= 0x53 && scan !== 0x4a && scan !== 0x4e;
}

function letterOf(scan: number): string | undefined {
  for (const [first, row] of Object.entries(LETTER_ROWS)) {
    const letter = row[scan - Number(first)];
    if (letter !== undefined) return letter;
  }
  return undefined;
}

function words(scan: number, plain: number, shift: number, ctrl: number, other: number, alt: number): KeyCodes {
  const high = scan << 8;
  return [high | plain, high | shift, ctrl === 0 ? other : high | ctrl, alt];
}

function digit(scan: number): KeyCodes {
  const plain = '1234567890'.charCodeAt(scan - 2);
  const ctrl = scan === 3 ? CTRL_2 : scan === 7 ? CTRL_6 : 0;
  return words(scan, plain, SHIFTED_DIGITS.charCodeAt(scan - 2), 0, ctrl, (scan + 0x76) << 8);
}

function keypadKey(scan: number): KeyCodes | undefined {
  const at = scan - KEYPAD_FIRST;
  const character = KEYPAD.charCodeAt(at);
  if (Number.isNaN(character)) return undefined;
  return [scan << 8, (scan << 8) | character, KEYPAD_CTRL[at] << 8, 0];
}

function greyKey(scan: number): KeyCodes | undefined {
  if (scan === 0x1c) return [0xe00d, 0xe00d, 0xe00a, 0xa600];
  if (scan === 0x35) return [0xe02f, 0xe02f, 0x9500, 0xa400];
  const at = scan - KEYPAD_FIRST;
  if (!isKeypad(scan) || scan === 0x4c) return undefined;
  const plain = (scan << 8) | 0xe0;
  return [plain, plain, (KEYPAD_CTRL[at] << 8) | 0xe0, GREY_ALT[at] << 8];
}
