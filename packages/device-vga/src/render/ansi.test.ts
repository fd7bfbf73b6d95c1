import { describe, expect, it } from 'vitest';
import { renderAnsi } from '../index.ts';
import { screenOf } from './screen.test-util.ts';

describe('renderAnsi', () => {
  it('sets colours once for a run of the same attribute, and takes them back at the end of the row', () => {
    expect(renderAnsi(screenOf(['Hello'], { attributes: [[0x0a, 0x0a, 0x0a, 0x0a, 0x0a]] }))).toEqual([
      '\x1b[92;40mHello\x1b[0m',
    ]);
  });

  it('only sets what changes', () => {
    const screen = screenOf(['abcd'], { attributes: [[0x17, 0x1f, 0x1f, 0x4f]] });
    expect(renderAnsi(screen)).toEqual(['\x1b[37;44ma\x1b[97mbc\x1b[41md\x1b[0m']);
  });

  it('does not care for the foreground of blanks', () => {
    const screen = screenOf(['a b\0c'], { attributes: [[0x07, 0x01, 0x07, 0x0e, 0x07]] });
    expect(renderAnsi(screen)).toEqual(['\x1b[37;40ma b c\x1b[0m']);
  });

  it('maps all 16 foregrounds and backgrounds from VGA to ANSI order', () => {
    const order = [0, 4, 2, 6, 1, 5, 3, 7];
    for (let color = 0; color < 16; color++) {
      const bright = color >= 8 ? 60 : 0;
      // The other colour is one that differs, so that the character is no blank on itself.
      const fore = renderAnsi(screenOf(['x'], { attributes: [[color]], blink: false }));
      expect(fore).toEqual([`\x1b[${30 + order[color % 8] + bright};40mx\x1b[0m`]);
      const back = renderAnsi(screenOf(['x'], { attributes: [[color << 4]], blink: false }));
      expect(back).toEqual([`\x1b[30;${40 + order[color % 8] + bright}mx\x1b[0m`]);
    }
  });

  it('takes attribute bit 7 for blinking or for a bright background', () => {
    const attributes = [[0x97, 0x17]];
    expect(renderAnsi(screenOf(['ab'], { attributes, blink: true }))).toEqual(['\x1b[37;5;44ma\x1b[25mb\x1b[0m']);
    expect(renderAnsi(screenOf(['ab'], { attributes, blink: false }))).toEqual(['\x1b[37;104ma\x1b[44mb\x1b[0m']);
  });

  it('leaves out blanks on black at the end, but no coloured ones', () => {
    const attributes = [[], [0x07, 0x07, 0x17, 0x07], []];
    expect(renderAnsi(screenOf(['a   ', 'b   ', '\0\0\0\0'], { attributes }))).toEqual([
      '\x1b[37;40ma\x1b[0m',
      '\x1b[37;40mb \x1b[44m \x1b[0m',
      '',
    ]);
    expect(renderAnsi(screenOf(['a   '], {}), { trim: false })).toEqual(['\x1b[37;40ma   \x1b[0m']);
  });

  it('shows the cursor in reverse video, if asked to and if there is one', () => {
    const cursor = { column: 3, row: 0, visible: true };
    expect(renderAnsi(screenOf(['ab   '], { cursor }), { cursor: true })).toEqual(['\x1b[37;40mab \x1b[7m \x1b[0m']);
    expect(renderAnsi(screenOf(['ab   '], { cursor: { ...cursor, column: 0 } }), { cursor: true })).toEqual([
      '\x1b[37;40;7ma\x1b[27mb\x1b[0m',
    ]);
    const attributes = [[0x07, 0x07, 0x07, 0x0c]];
    expect(renderAnsi(screenOf(['ab   '], { cursor, attributes }), { cursor: true })).toEqual([
      '\x1b[37;40mab \x1b[91;7m \x1b[0m',
    ]);
    const plain = ['\x1b[37;40mab\x1b[0m'];
    expect(renderAnsi(screenOf(['ab   '], { cursor }))).toEqual(plain);
    expect(renderAnsi(screenOf(['ab   '], { cursor: { ...cursor, visible: false } }), { cursor: true })).toEqual(plain);
  });

  it('uses the exact colours of the palette in truecolor', () => {
    const screen = screenOf(['x'], { attributes: [[0x16]] });
    expect(renderAnsi(screen, { colors: 'truecolor' })).toEqual(['\x1b[38;2;170;85;0;48;2;0;0;170mx\x1b[0m']);
  });
});
