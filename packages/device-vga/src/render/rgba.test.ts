import { describe, expect, it } from 'vitest';
import { renderRgba, vgaFont8x16, vgaText } from '../index.ts';
import { VgaMachine } from '../machine.test-util.ts';
import { PALETTE, screenOf } from './screen.test-util.ts';

/** The colour of a pixel, 0xRRGGBB; fails unless it is opaque. */
function pixel(image: ReturnType<typeof renderRgba>, x: number, y: number): number {
  const [r, g, b, a] = image.data.subarray(4 * (y * image.width + x));
  expect(a).toBe(255);
  return (r << 16) | (g << 8) | b;
}

describe('renderRgba', () => {
  it('draws 640x400 pixels for 80x25 characters', () => {
    const vga = vgaText();
    new VgaMachine(vga);
    const { width, height, data } = renderRgba(vga.screen());
    expect([width, height, data.length]).toEqual([640, 400, 4 * 640 * 400]);
  });

  it('draws the pixels of each glyph in the colours of its cell', () => {
    const image = renderRgba(screenOf(['A█'], { attributes: [[0x1e, 0x04]] }));
    const { rows, height } = vgaFont8x16();
    for (let y = 0; y < 16; y++) {
      for (let x = 0; x < 8; x++) {
        const set = (rows[0x41 * height + y] & (0x80 >> x)) !== 0;
        expect(pixel(image, x, y)).toBe(set ? PALETTE[14] : PALETTE[1]);
        expect(pixel(image, 8 + x, y)).toBe(PALETTE[4]);
      }
    }
  });

  it('draws the cursor over its scan lines in the foreground of its cell', () => {
    const cursor = { column: 1, row: 1, visible: true, start: 13, end: 31 };
    const screen = screenOf(['  ', '  '], { cursor, attributes: [[], [0x07, 0x0c]] });
    const drawn = renderRgba(screen);
    expect(pixel(drawn, 8, 16 + 12)).toBe(0);
    for (let y = 13; y < 16; y++) for (let x = 8; x < 16; x++) expect(pixel(drawn, x, 16 + y)).toBe(PALETTE[12]);
    expect(pixel(drawn, 7, 16 + 13)).toBe(0);
    const upper = renderRgba(screenOf(['  ', '  '], { cursor: { ...cursor, row: 0 } }));
    expect(pixel(upper, 8, 15)).toBe(PALETTE[7]);
    expect(pixel(upper, 8, 16)).toBe(0);
    const black = (options: object): boolean =>
      renderRgba(screen, options).data.every((v, i) => i % 4 === 3 || v === 0);
    expect(black({ cursor: false })).toBe(true);
    expect(black({ blinkOff: true })).toBe(true);
    expect(black({})).toBe(false);
  });

  it('hides blinking characters in the other half of the period, and shows bright backgrounds otherwise', () => {
    const screen = screenOf(['█'], { attributes: [[0x9f]] });
    expect(pixel(renderRgba(screen), 0, 0)).toBe(PALETTE[15]);
    expect(pixel(renderRgba(screen, { blinkOff: true }), 0, 0)).toBe(PALETTE[1]);
    const bright = screenOf([' '], { attributes: [[0x9f]], blink: false });
    expect(pixel(renderRgba(bright, { blinkOff: true }), 0, 0)).toBe(PALETTE[9]);
  });

  it('repeats the eighth pixel of line graphics in cells of nine pixels, and only there', () => {
    const image = renderRgba(screenOf(['─█▐']), { cellWidth: 9 });
    expect([image.width, image.height]).toEqual([27, 16]);
    for (let x = 0; x < 9; x++) expect(pixel(image, x, 7)).toBe(PALETTE[7]);
    for (let x = 9; x < 18; x++) expect(pixel(image, x, 0)).toBe(PALETTE[7]);
    // 0xDE is line graphics too: its right half reaches to the edge.
    expect(pixel(image, 26, 0)).toBe(PALETTE[7]);
    const text = renderRgba(screenOf(['░']), { cellWidth: 9 });
    for (let y = 0; y < 16; y++) expect(pixel(text, 8, y)).toBe(0);
  });

  it('takes another font', () => {
    const rows = new Uint8Array(256 * 8).fill(0xff, 0x41 * 8, 0x42 * 8);
    const image = renderRgba(screenOf(['A', ' ']), { font: { height: 8, rows } });
    expect(image.height).toBe(16);
    expect(pixel(image, 7, 7)).toBe(PALETTE[7]);
    expect(pixel(image, 0, 8)).toBe(0);
  });
});
