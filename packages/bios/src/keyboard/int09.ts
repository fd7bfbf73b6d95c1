import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import type { LinearMemory } from '../guest/linear-memory.ts';
import { clearKeys, putKey } from './key-buffer.ts';
import { isKeypad, isLetter, keyCodes, keypadDigit } from './scan-codes.ts';

/** Bits of 40:17 and, for the keys that are held, of 40:18. */
const FLAG = {
  RIGHT: 0x01,
  LEFT: 0x02,
  CTRL: 0x04,
  ALT: 0x08,
  SCROLL: 0x10,
  NUM: 0x20,
  CAPS: 0x40,
  INSERT: 0x80,
} as const;
const HELD = { LEFT_CTRL: 0x01, LEFT_ALT: 0x02, SYS_REQ: 0x04, PAUSE: 0x08 } as const;
/** Bits of 40:96. */
const STATUS = { E1: 0x01, E0: 0x02, RIGHT_CTRL: 0x04, RIGHT_ALT: 0x08 } as const;

/** What the stub does behind the call. */
const ACTION = { NONE: 0, BREAK: 1, PRINT: 2, SYS_REQ_DOWN: 3, SYS_REQ_UP: 4, PAUSE: 5 } as const;
type Action = (typeof ACTION)[keyof typeof ACTION];

const WARM = 0x1234;
const KEY = {
  CTRL: 0x1d,
  LEFT_SHIFT: 0x2a,
  RIGHT_SHIFT: 0x36,
  PRINT: 0x37,
  ALT: 0x38,
  CAPS: 0x3a,
  NUM: 0x45,
  SCROLL: 0x46,
};
const SYS_REQ = 0x54;
const INSERT = 0x52;
const DELETE = 0x53;
const LAST_KEY = 0x58;

/** INT 09h, IRQ 1: a byte of scan code set 1 is in AL. Gives in AL what is left to do. */
export function int09(guest: Guest): void {
  const { registers, memory } = guest;
  const byte = registers.al;
  const prefixes = memory.read8(BDA.KEY_STATUS);
  if (byte === 0xe0 || byte === 0xe1) {
    memory.write8(BDA.KEY_STATUS, prefixes | (byte === 0xe0 ? STATUS.E0 : STATUS.E1));
    registers.al = ACTION.NONE;
    return;
  }
  registers.al = onKey(guest, byte & 0x7f, (byte & 0x80) === 0, prefixes);
  // Pause sends E1 1D 45 and E1 9D C5: the prefix counts for two bytes.
  const ctrlOfPause = (prefixes & STATUS.E1) !== 0 && (byte & 0x7f) === KEY.CTRL;
  const spent = ctrlOfPause ? STATUS.E0 : STATUS.E0 | STATUS.E1;
  memory.write8(BDA.KEY_STATUS, memory.read8(BDA.KEY_STATUS) & ~spent);
}

function onKey(guest: Guest, scan: number, down: boolean, prefixes: number): Action {
  const { memory } = guest;
  const grey = (prefixes & STATUS.E0) !== 0;
  if ((prefixes & STATUS.E1) !== 0) return scan === KEY.NUM && down ? pause(memory) : ACTION.NONE;
  if (isModifier(memory, scan, down, grey)) return ACTION.NONE;
  const flags = memory.read8(BDA.KEY_FLAGS);
  if (scan === SYS_REQ) return down ? ACTION.SYS_REQ_DOWN : ACTION.SYS_REQ_UP;
  if (grey && scan === KEY.PRINT) return print(flags, down);
  if (isLock(memory, scan, down, flags)) return ACTION.NONE;
  if (scan === KEY.SCROLL && down && (flags & FLAG.CTRL) !== 0) return breakKey(memory);
  if (scan === KEY.NUM && down && (flags & FLAG.CTRL) !== 0) return pause(memory);
  if (scan === INSERT) insertKey(memory, down, flags);
  if (!down || scan === 0 || scan > LAST_KEY) return ACTION.NONE;
  if ((memory.read8(BDA.KEY_HELD) & HELD.PAUSE) !== 0) {
    // The key that ends a pause types nothing.
    memory.write8(BDA.KEY_HELD, memory.read8(BDA.KEY_HELD) & ~HELD.PAUSE);
    return ACTION.NONE;
  }
  if (scan === DELETE && (flags & (FLAG.CTRL | FLAG.ALT)) === (FLAG.CTRL | FLAG.ALT)) {
    memory.write16(BDA.RESET_FLAG, WARM);
    guest.host.systemEvent('reset');
    return ACTION.NONE;
  }
  type(memory, scan, grey, flags);
  return ACTION.NONE;
}

function type(memory: LinearMemory, scan: number, grey: boolean, flags: number): void {
  const alt = (flags & FLAG.ALT) !== 0;
  if (alt && !grey && isKeypad(scan)) {
    const digit = keypadDigit(scan);
    if (digit !== undefined) memory.write8(BDA.ALT_NUMBER, memory.read8(BDA.ALT_NUMBER) * 10 + digit);
    return;
  }
  const codes = keyCodes(scan, grey);
  if (codes === undefined) return;
  let shift = (flags & (FLAG.LEFT | FLAG.RIGHT)) !== 0;
  if (isLetter(scan) && !grey && (flags & FLAG.CAPS) !== 0) shift = !shift;
  if (isKeypad(scan) && !grey && (flags & FLAG.NUM) !== 0) shift = !shift;
  const key = codes[alt ? 3 : (flags & FLAG.CTRL) !== 0 ? 2 : shift ? 1 : 0];
  if (key !== 0 && key !== 0xe0) putKey(memory, key);
}

function isModifier(memory: LinearMemory, scan: number, down: boolean, grey: boolean): boolean {
  switch (scan) {
    case KEY.LEFT_SHIFT:
    case KEY.RIGHT_SHIFT:
      // With E0 these are no keys: they surround grey ones.
      if (!grey) change(memory, BDA.KEY_FLAGS, scan === KEY.LEFT_SHIFT ? FLAG.LEFT : FLAG.RIGHT, down);
      return true;
    case KEY.CTRL:
      pair(memory, down, grey, FLAG.CTRL, HELD.LEFT_CTRL, STATUS.RIGHT_CTRL);
      return true;
    case KEY.ALT:
      pair(memory, down, grey, FLAG.ALT, HELD.LEFT_ALT, STATUS.RIGHT_ALT);
      if (!down) endNumber(memory);
      return true;
    default:
      return false;
  }
}

function pair(memory: LinearMemory, down: boolean, grey: boolean, flag: number, left: number, right: number): void {
  if (grey) change(memory, BDA.KEY_STATUS, right, down);
  else change(memory, BDA.KEY_HELD, left, down);
  const any = (memory.read8(BDA.KEY_HELD) & left) !== 0 || (memory.read8(BDA.KEY_STATUS) & right) !== 0;
  change(memory, BDA.KEY_FLAGS, flag, any);
}

// What was typed on the keypad with Alt is a character.
function endNumber(memory: LinearMemory): void {
  const number = memory.read8(BDA.ALT_NUMBER);
  memory.write8(BDA.ALT_NUMBER, 0);
  if (number !== 0) putKey(memory, number);
}

function isLock(memory: LinearMemory, scan: number, down: boolean, flags: number): boolean {
  const ctrl = (flags & FLAG.CTRL) !== 0;
  const lock =
    scan === KEY.CAPS ? FLAG.CAPS : ctrl ? 0 : scan === KEY.NUM ? FLAG.NUM : scan === KEY.SCROLL ? FLAG.SCROLL : 0;
  if (lock === 0) return false;
  const repeated = (memory.read8(BDA.KEY_HELD) & lock) !== 0;
  if (down && !repeated) memory.write8(BDA.KEY_FLAGS, flags ^ lock);
  change(memory, BDA.KEY_HELD, lock, down);
  return true;
}

function insertKey(memory: LinearMemory, down: boolean, flags: number): void {
  const typed = (flags & (FLAG.CTRL | FLAG.ALT)) === 0;
  const repeated = (memory.read8(BDA.KEY_HELD) & FLAG.INSERT) !== 0;
  if (down && typed && !repeated) memory.write8(BDA.KEY_FLAGS, flags ^ FLAG.INSERT);
  change(memory, BDA.KEY_HELD, FLAG.INSERT, down);
}

function breakKey(memory: LinearMemory): Action {
  clearKeys(memory);
  memory.write8(BDA.BREAK, 0x80);
  putKey(memory, 0);
  return ACTION.BREAK;
}

function pause(memory: LinearMemory): Action {
  change(memory, BDA.KEY_HELD, HELD.PAUSE, true);
  return ACTION.PAUSE;
}

function print(flags: number, down: boolean): Action {
  return down && (flags & (FLAG.ALT | FLAG.CTRL)) === 0 ? ACTION.PRINT : ACTION.NONE;
}

function change(memory: LinearMemory, address: number, bits: number, set: boolean): void {
  const before = memory.read8(address);
  memory.write8(address, set ? before | bits : before & ~bits);
}
