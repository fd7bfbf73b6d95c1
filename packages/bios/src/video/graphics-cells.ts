import type { CellArea } from './cell-area.ts';
import type { Pixels } from './pixels.ts';
import type { Screen } from './screen.ts';

/** Vectors of the glyphs: all of them, or in the modes of the CGA the first 128; the others. */
const GLYPHS = 0x43 * 4;
const HIGH_GLYPHS = 0x1f * 4;
const HALF = 128;

/** Characters drawn in graphics modes. */
export class GraphicsCells implements CellArea {
  readonly #screen: Screen;
  readonly #pixels: Pixels;

  constructor(screen: Screen, pixels: Pixels) {
    this.#screen = screen;
    this.#pixels = pixels;
  }

  write(page: number, column: number, row: number, character: number, attribute = 7): void {
    const { charHeight } = this.#screen;
    this.#pixels.drawGlyph(page, column, row * charHeight, this.#glyph(character), attribute);
  }

  read(page: number, column: number, row: number): number {
    const { charHeight } = this.#screen;
    const shown = Array.from({ length: charHeight }, (_, y) =>
      this.#pixels.readRow(page, column, row * charHeight + y),
    );
    for (let code = 0; code < 2 * HALF; code++) {
      const glyph = this.#glyph(code);
      if (shown.every((bits, y) => bits === glyph[y])) return code;
    }
    return 0;
  }

  copyRow(page: number, to: number, from: number, left: number, count: number): void {
    const { charHeight } = this.#screen;
    for (let y = 0; y < charHeight; y++) {
      this.#pixels.copyRow(page, to * charHeight + y, from * charHeight + y, left, count);
    }
  }

  clearRow(page: number, row: number, left: number, count: number, attribute: number): void {
    const { charHeight } = this.#screen;
    for (let y = 0; y < charHeight; y++) this.#pixels.fillRow(page, row * charHeight + y, left, count, attribute);
  }

  #glyph(character: number): Uint8Array {
    const { mode, charHeight, guest } = this.#screen;
    const high = mode?.layout === 'cga' && character >= HALF;
    const vector = high ? HIGH_GLYPHS : GLYPHS;
    const font = guest.memory.read16(vector + 2) * 16 + guest.memory.read16(vector);
    return guest.memory.readBytes(font + (high ? character - HALF : character) * charHeight, charHeight);
  }
}
