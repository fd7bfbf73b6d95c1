import { VmError } from '@picovm/core';
import { describe, expect, it } from 'vitest';
import { type Driver, driver } from './driver.test-util.ts';

const SET_1_ROWS = ['..1234567890-=\b\t', 'qwertyuiop[]\n', "asdfghjkl;'`", '\\zxcvbnm,./'];
const STARTS = [0, 0x10, 0x1e, 0x2b];
const SHIFTED = ["1234567890-=[]\\;'`,./", '!@#$%^&*()_+{}|:"~<>?'];

/** A guest's keyboard driver for set 1 and US layout: made from the rows of the keyboard, not from the device's tables. */
function decode(bytes: readonly number[]): string {
  let text = '';
  let shift = false;
  let control = false;
  for (const byte of bytes) {
    const code = byte & 0x7f;
    const down = byte < 0x80;
    if (code === 0x2a) shift = down;
    else if (code === 0x1d) control = down;
    else if (down) {
      const row = STARTS.findLastIndex((start) => code >= start);
      let character = code === 0x39 ? ' ' : code === 0x01 ? '\x1b' : SET_1_ROWS[row][code - STARTS[row]];
      if (shift) {
        const at = SHIFTED[0].indexOf(character);
        character = at >= 0 ? SHIFTED[1][at] : character.toUpperCase();
      }
      text += control ? String.fromCharCode(character.charCodeAt(0) & 0x1f) : character;
    }
  }
  return text;
}

const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i)).join('');

describe('typing', () => {
  it('gives a guest the text: all of ASCII, and the keys that have a character', () => {
    const d = driver();
    const text = `${PRINTABLE}\n\t\b\x1b\x03\x1a`;
    d.device.keyboard.type(text);
    expect(decode(d.readAll())).toBe(text);
    expect(d.device.keyboard.pending).toBe(0);
  });

  it('takes all line ends as Enter, and DEL as Backspace', () => {
    const d = driver();
    d.device.keyboard.type('a\r\nb\rc\nd\x7f');
    expect(decode(d.readAll())).toBe('a\nb\nc\nd\b');
  });

  it('refuses a text with a character that has no key, as a whole', () => {
    const d = driver();
    const typing = (text: string) => () => d.device.keyboard.type(text);
    for (const text of ['naïve', 'ok\0', 'a\u{1f600}', 'x\x1c']) {
      expect(typing(text)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    }
    expect(typing('naïve')).toThrow("types 'ï' (U+00EF)");
    expect(d.device.keyboard.pending).toBe(0);
    expect(d.readAll()).toEqual([]);
  });

  it('takes 65,536 characters, and refuses what is more as a whole', () => {
    const { keyboard } = driver().device;
    keyboard.type('x'.repeat(65_535));
    expect(() => keyboard.type('yz')).toThrow(VmError);
    expect(keyboard.tap('Enter')).toBe(false);
    expect(keyboard.press('Enter')).toBe(true);
    expect(keyboard.press('Enter')).toBe(false);
    expect(keyboard.send([1])).toBe(false);
    expect(keyboard.pending).toBe(65_536);
  });

  it('loses nothing of a long text, however slow the guest is', () => {
    const d = driver({ typingGap: 0 });
    const text = Array.from({ length: 2000 }, (_, i) => PRINTABLE[(i * 7) % 95]).join('');
    d.device.keyboard.type(text);
    const bytes: number[] = [];
    for (let i = 0; d.device.keyboard.pending > 0 || (d.status() & 1) !== 0; i++) {
      if ((d.status() & 1) !== 0) bytes.push(d.machine.readPort(0x60));
      d.machine.clock.advance(1e5 * (1 + ((i * 7919) % 40)));
    }
    expect(decode([...bytes, ...d.readAll()])).toBe(text);
  });

  it('leaves the gap between characters that it was told to', () => {
    const times = (typingGap: number): number[] => {
      const d = driver({ typingGap });
      d.device.keyboard.type('ab');
      const seen: number[] = [];
      for (let i = 0; i < 200; i++) {
        if ((d.status() & 1) !== 0 && d.machine.readPort(0x60) < 0x80) seen.push(i);
        d.machine.clock.advance(1e6);
      }
      return seen;
    };
    expect(times(50)).toEqual([0, 50]);
    expect(times(0)).toEqual([0, 2]);
  });

  it('asks before each character whether there is room, again and again', () => {
    let room = 1;
    const asked: string[] = [];
    const d = driver({
      typingGap: 0,
      mayType: () => {
        asked.push('?');
        return room-- > 0;
      },
    });
    d.device.keyboard.type('abc');
    expect(decode(d.readAll())).toBe('a');
    expect(asked.length).toBeGreaterThan(10);
    room = 2;
    expect(decode(d.readAll())).toBe('bc');
  });

  it('waits for a keyboard that is disabled, and begins a character again when it is reset', () => {
    const d = driver();
    d.keyboard(0xf5);
    d.device.keyboard.type('ok');
    expect(d.readAll()).toEqual([]);
    d.data(0xf4);
    expect(decode(d.readAll().slice(1))).toBe('ok');
    // What firmware does first: whatever was begun comes once more.
    d.command(0xad);
    d.device.keyboard.type('Q');
    expect(d.keyboard(0xff).slice(0, 2)).toEqual([0xfa, 0xaa]);
    d.device.keyboard.type('Q');
    expect(decode(d.readAll())).toBe('Q');
  });

  it('keeps the order of texts, keys and bytes', () => {
    const d = driver();
    d.device.keyboard.press('AltLeft');
    d.device.keyboard.type('a');
    d.device.keyboard.release('AltLeft');
    d.device.keyboard.send([0x76, 0xf0, 0x76]);
    expect(d.readAll()).toEqual([0x38, 0x1e, 0x9e, 0xb8, 0x01, 0x81]);
  });

  it('begins before there is a machine, and gives up what is discarded', () => {
    const d: Driver = driver();
    d.device.keyboard.type('Abc');
    d.device.keyboard.discard();
    // A character that was begun comes to its end: no key stays down.
    expect(decode(d.readAll())).toBe('A');
    expect(d.device.keyboard.pending).toBe(0);
  });

  it('refuses keys and bytes that there are not', () => {
    const { keyboard } = driver().device;
    for (const act of [() => keyboard.press('a'), () => keyboard.tap('KeyA', 'Ctrl'), () => keyboard.send([256])]) {
      expect(act).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    }
    expect(keyboard.pending).toBe(0);
  });

  it('is part of a snapshot', () => {
    const first = driver();
    first.device.keyboard.type('Hello');
    for (let i = 0; i < 5; i++) first.read();
    const second = driver();
    second.device.restore(structuredClone(first.device.snapshot()));
    expect(second.readAll()).toEqual(first.readAll());
  });
});
