import { describe, expect, it } from 'vitest';
import { CP437, renderText } from '../index.ts';
import { screenOf } from './screen.test-util.ts';

describe('renderText', () => {
  it('gives a string a row, NUL as a blank, with the blanks at the end left out', () => {
    const screen = screenOf(['A\0B  ', '\0\0\0\0\0', '   C ']);
    expect(renderText(screen)).toEqual(['A B', '', '   C']);
  });

  it('keeps all columns if told so', () => {
    const screen = screenOf(['A\0B  ', '\0\0\0\0\0']);
    expect(renderText(screen, { trim: false })).toEqual(['A B  ', '     ']);
  });

  it('shows code page 437', () => {
    expect(renderText(screenOf(['☺╔═╗ é ÿ½ █ π']))).toEqual(['☺╔═╗ é ÿ½ █ π']);
  });
});

describe('CP437', () => {
  it('has a character of its own for each of the 256 codes, NUL being a space', () => {
    expect(CP437.length).toBe(256);
    expect(new Set(CP437).size).toBe(255);
    expect(CP437.every((character) => character.length === 1)).toBe(true);
    expect(CP437[0]).toBe(' ');
  });

  it('is ASCII where ASCII has printable characters', () => {
    for (let code = 0x20; code < 0x7f; code++) expect(CP437[code]).toBe(String.fromCharCode(code));
  });

  it('agrees with the published table at the places where copies go wrong', () => {
    const known = {
      1: 0x263a,
      2: 0x263b,
      7: 0x2022,
      8: 0x25d8,
      9: 0x25cb,
      10: 0x25d9,
      15: 0x263c,
      16: 0x25ba,
      22: 0x25ac,
      28: 0x221f,
      31: 0x25bc,
      127: 0x2302,
      128: 0xc7,
      155: 0xa2,
      158: 0x20a7,
      159: 0x192,
      169: 0x2310,
      176: 0x2591,
      179: 0x2502,
      186: 0x2551,
      197: 0x253c,
      206: 0x256c,
      215: 0x256b,
      218: 0x250c,
      219: 0x2588,
      223: 0x2580,
      224: 0x3b1,
      225: 0xdf,
      230: 0xb5,
      234: 0x3a9,
      236: 0x221e,
      237: 0x3c6,
      238: 0x3b5,
      244: 0x2320,
      249: 0x2219,
      250: 0xb7,
      252: 0x207f,
      253: 0xb2,
      254: 0x25a0,
      255: 0xa0,
    };
    for (const [code, point] of Object.entries(known)) {
      expect(CP437[Number(code)].codePointAt(0), `code ${code}`).toBe(point);
    }
  });

  it('is what the platform decodes as IBM866 where both code pages agree: the box drawing', () => {
    const decoder = new TextDecoder('ibm866');
    for (let code = 0xb0; code <= 0xdf; code++) expect(CP437[code]).toBe(decoder.decode(Uint8Array.of(code)));
  });
});
