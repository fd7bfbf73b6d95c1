import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { KeyDecoder } from './key-decoder.ts';
import { PrefixKeys } from './prefix-keys.ts';

/** What comes of bytes; lists are keys that are pressed together. */
async function decoded(...parts: string[]): Promise<(string | readonly string[])[]> {
  const seen: (string | readonly string[])[] = [];
  const decoder = new KeyDecoder({ text: (text) => seen.push(text), keys: (names) => seen.push(names) });
  for (const part of parts) decoder.feed(Buffer.from(part));
  await sleep(80);
  decoder.dispose();
  return seen;
}

describe('KeyDecoder', () => {
  test.each<[string, string, (string | string[])[]]>([
    ['characters', 'abc\r\x03é', ['abc\r\x03é']],
    ['arrows', '\x1b[A\x1b[B\x1bOC\x1bOD', [['ArrowUp'], ['ArrowDown'], ['ArrowRight'], ['ArrowLeft']]],
    ['Home and End', '\x1b[H\x1b[F\x1b[1~\x1b[4~\x1bOH', [['Home'], ['End'], ['Home'], ['End'], ['Home']]],
    ['the block above the arrows', '\x1b[2~\x1b[3~\x1b[5~\x1b[6~', [['Insert'], ['Delete'], ['PageUp'], ['PageDown']]],
    ['F keys of xterm', '\x1bOP\x1bOS\x1b[15~\x1b[21~\x1b[24~', [['F1'], ['F4'], ['F5'], ['F10'], ['F12']]],
    ['F keys of the Linux console', '\x1b[[A\x1b[[E', [['F1'], ['F5']]],
    [
      'with modifiers',
      '\x1b[1;5C\x1b[3;2~\x1b[1;3P',
      [
        ['ControlLeft', 'ArrowRight'],
        ['ShiftLeft', 'Delete'],
        ['AltLeft', 'F1'],
      ],
    ],
    ['Shift-Tab', '\x1b[Z', [['ShiftLeft', 'Tab']]],
    [
      'Alt with letters',
      '\x1bx\x1bX\x1b1',
      [
        ['AltLeft', 'KeyX'],
        ['AltLeft', 'ShiftLeft', 'KeyX'],
        ['AltLeft', 'Digit1'],
      ],
    ],
    ['Escape alone', '\x1b', ['\x1b']],
    ['Escape twice', '\x1b\x1b', ['\x1b', '\x1b']],
    ['text around keys', 'a\x1b[Ab', ['a', ['ArrowUp'], 'b']],
    ['a key that there is not', '\x1b[99~x', ['x']],
    ['Alt-[', '\x1b[', [['AltLeft', 'BracketLeft']]],
  ])('%s', async (_what, text, keys) => {
    expect(await decoded(text)).toEqual(keys);
  });

  test('a sequence that comes in parts', async () => {
    expect(await decoded('\x1b', '[', '1;5', 'D')).toEqual([['ControlLeft', 'ArrowLeft']]);
    const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
    const seen: string[] = [];
    const decoder = new KeyDecoder({ text: (text) => seen.push(text), keys: () => {} });
    decoder.feed(first);
    decoder.feed(second);
    expect(seen.join('')).toBe('é');
  });
});

describe('PrefixKeys', () => {
  test('takes out what is behind Ctrl-A, also across parts', () => {
    const done: string[] = [];
    const prefix = new PrefixKeys({
      quit: () => done.push('quit'),
      controlAltDelete: () => done.push('reset'),
      help: () => done.push('help'),
    });
    const feed = (text: string): string => Buffer.from(prefix.feed(Buffer.from(text))).toString();
    expect(feed('ab')).toBe('ab');
    expect(feed('a\x01ab')).toBe('a\x01b');
    expect(feed('\x01')).toBe('');
    expect(feed('xyz')).toBe('yz');
    expect(feed('\x01C\x01h\x01?\x01\x01')).toBe('\x01');
    expect(done).toEqual(['quit', 'reset', 'help', 'help']);
  });
});
