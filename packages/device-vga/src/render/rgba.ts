import { type BitmapFont, vgaFont8x16 } from '../font/font.ts';
import { background, blinks, foreground } from './attribute.ts';
import type { RgbaImage, Screen } from './graphics-screen.ts';
import { pixelOf } from './pixel.ts';
import type { TextScreen } from './text-screen.ts';

/** Attribute bit 3 chooses between two fonts, beside being a part of the colour. */
const SECOND_FONT = 0x08;

/** How {@link renderRgba} draws a screen. */
export interface RgbaOptions {
  /** Of a text screen. Default: what the screen says, or else the built-in 8x16 font. */
  readonly font?: BitmapFont;
  /**
   * Pixels from one character to the next: 8, or 9 as VGA monitors showed it, where the ninth column is background,
   * but repeats the eighth for the line graphics 0xC0 to 0xDF. Default 8: 640x400 pixels for 80x25.
   */
  readonly cellWidth?: 8 | 9;
  /** Shows the cursor. Default true. */
  readonly cursor?: boolean;
  /** Draws the half of the blinking period in which blinking characters and the cursor are hidden. Default false. */
  readonly blinkOff?: boolean;
}

/** Draws a screen as pixels, in the colours of its palette. One in a graphics mode has them already. */
export function renderRgba(screen: Screen, options: RgbaOptions = {}): RgbaImage {
  return screen.kind === 'graphics' ? screen : renderCells(screen, options);
}

function renderCells(screen: TextScreen, options: RgbaOptions): RgbaImage {
  const { font = screen.font ?? vgaFont8x16(), cellWidth = 8, cursor: showCursor = true, blinkOff = false } = options;
  const second = options.font ?? screen.secondFont ?? font;
  const { columns, rows, cells, blink, cursor } = screen;
  const width = columns * cellWidth;
  const height = rows * font.height;
  const data = new Uint8ClampedArray(width * height * 4);
  const palette = screen.palette.map(pixelOf);
  const canvas: Canvas = { pixels: new Uint32Array(data.buffer), width, cellWidth };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = 2 * (row * columns + column);
      const attribute = cells[cell + 1];
      const glyphs = (attribute & SECOND_FONT) !== 0 ? second : font;
      const back = palette[background(attribute, blink)];
      const fore = blinkOff && blinks(attribute, blink) ? back : palette[foreground(attribute)];
      drawGlyph(canvas, row * font.height * width + column * cellWidth, glyphs, cells[cell], fore, back);
    }
  }
  if (showCursor && cursor.visible && !blinkOff) {
    const attribute = cells[2 * (cursor.row * columns + cursor.column) + 1];
    const corner = cursor.row * font.height * width + cursor.column * cellWidth;
    const last = Math.min(cursor.end, font.height - 1);
    for (let line = cursor.start; line <= last; line++) {
      const at = corner + line * width;
      canvas.pixels.fill(palette[foreground(attribute)], at, at + cellWidth);
    }
  }
  return { width, height, data };
}

interface Canvas {
  readonly pixels: Uint32Array;
  readonly width: number;
  readonly cellWidth: 8 | 9;
}

function drawGlyph(canvas: Canvas, corner: number, font: BitmapFont, code: number, fore: number, back: number): void {
  const { pixels, width, cellWidth } = canvas;
  const repeatsEighth = code >= 0xc0 && code <= 0xdf;
  for (let line = 0; line < font.height; line++) {
    const bits = font.rows[code * font.height + line];
    const at = corner + line * width;
    for (let x = 0; x < 8; x++) pixels[at + x] = (bits & (0x80 >> x)) !== 0 ? fore : back;
    if (cellWidth === 9) pixels[at + 8] = repeatsEighth ? pixels[at + 7] : back;
  }
}
