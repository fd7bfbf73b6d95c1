import { restsBeforeAnswer } from '../clock/idle-polls.ts';
import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { nextKey, putKey } from './key-buffer.ts';

/** What AH=09h tells: AH=0Ah is missing, AH=10h to 12h are there. */
const FUNCTIONS = 0x20;

/** INT 16h: keys. */
export function int16(guest: Guest): void {
  const { registers, memory } = guest;
  switch (registers.ah) {
    case 0x00:
      takeKey(guest, plainKey);
      return;
    case 0x10:
      takeKey(guest, enhancedKey);
      return;
    case 0x01:
      peekKey(guest, plainKey);
      return;
    case 0x11:
      peekKey(guest, enhancedKey);
      return;
    case 0x02:
      registers.al = memory.read8(BDA.KEY_FLAGS);
      return;
    case 0x05:
      registers.al = putKey(memory, registers.cx) ? 0 : 1;
      return;
    case 0x09:
      registers.al = FUNCTIONS;
      return;
    case 0x92:
      // Keyboard drivers ask so whether there are AH=10h to 12h: others leave it as it is.
      registers.ah = 0x80;
      return;
    case 0x12:
      registers.al = memory.read8(BDA.KEY_FLAGS);
      registers.ah = secondFlags(guest);
      return;
  }
}

function takeKey(guest: Guest, translate: (key: number) => number): void {
  const key = nextKey(guest.memory, true);
  if (key === undefined) guest.wait(0);
  else guest.registers.ax = translate(key);
}

function peekKey(guest: Guest, translate: (key: number) => number): void {
  const key = nextKey(guest.memory, false);
  if ((key === undefined || guest.token !== 0) && restsBeforeAnswer(guest)) return;
  guest.zero = key === undefined;
  if (key !== undefined) guest.registers.ax = translate(key);
}

// Programs for 84 keys do not know of the grey ones: they look like those of the keypad.
function plainKey(key: number): number {
  if (key === 0xe00d || key === 0xe00a) return 0x1c00 | (key & 0xff);
  if (key === 0xe02f) return 0x352f;
  return (key & 0xff) === 0xe0 && key >> 8 !== 0 ? key & 0xff00 : key;
}

function enhancedKey(key: number): number {
  return key;
}

// Left and right keys, and the locks that are held.
function secondFlags({ memory }: Guest): number {
  const held = memory.read8(BDA.KEY_HELD) & 0x73;
  const right = memory.read8(BDA.KEY_STATUS) & 0x0c;
  return held | right | ((memory.read8(BDA.KEY_HELD) & 0x04) << 5);
}
