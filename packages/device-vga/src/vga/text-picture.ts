import type { BitmapFont } from '../font/font.ts';
import type { VgaRegisters } from '../registers/vga-registers.ts';
import type { TextScreen } from '../render/text-screen.ts';
import type { Planes } from './planes.ts';

const COLORS = 16;
/** Bytes of plane 2 between two glyphs, and between the eight tables of glyphs in the order of their numbers. */
const GLYPH = 32;
const TABLES = [0x0000, 0x4000, 0x8000, 0xc000, 0x2000, 0x6000, 0xa000, 0xe000];
const CELLS = 0x10000;
/** The most that is shown: the CRT controller counts 1024 lines and 256 characters. */
const MAX_ROWS = 512;

/** What a VGA in a text mode shows. */
export function textPicture(planes: Planes, registers: VgaRegisters): TextScreen {
  const { attribute, crtc, dac, sequencer } = registers;
  const values = crtc.registers.values;
  const columns = values[0x01] + 1;
  const cellHeight = (values[0x09] & 0x1f) + 1;
  const rows = Math.max(1, Math.min(MAX_ROWS, Math.floor(crtc.displayedLines / cellHeight)));
  const stride = 2 * values[0x13];
  const cells = new Uint8Array(2 * columns * rows);
  const split = crtc.lineCompare;
  for (let row = 0, first = crtc.startAddress; row < rows; row++, first += stride) {
    // The lines behind the line compare are those of the beginning of memory.
    if (row > 0 && row * cellHeight > split && (row - 1) * cellHeight <= split) first = 0;
    for (let column = 0; column < columns; column++) {
      const word = planes.words[(first + column) % CELLS];
      const at = 2 * (row * columns + column);
      cells[at] = word;
      cells[at + 1] = word >> 8;
    }
  }
  const cell = (crtc.cursorLocation - crtc.startAddress) & 0xffff;
  const column = stride === 0 ? cell : cell % stride;
  const row = stride === 0 ? 0 : Math.floor(cell / stride);
  const shown = crtc.cursorEnabled && crtc.cursorStart <= crtc.cursorEnd && crtc.cursorStart < cellHeight;
  const maps = sequencer.values[0x03];
  const main = fontOf(planes, tableB(maps), cellHeight);
  const second = tableA(maps) === tableB(maps) ? undefined : fontOf(planes, tableA(maps), cellHeight);
  return {
    kind: 'text',
    columns,
    rows,
    cells,
    cursor: {
      column,
      row,
      visible: shown && column < columns && row < rows,
      start: crtc.cursorStart,
      end: crtc.cursorEnd,
    },
    blink: attribute.blink,
    palette: Array.from({ length: COLORS }, (_, color) => dac.rgb(attribute.dacEntry(color))),
    font: main,
    ...(second && { secondFont: second }),
  };
}

/** Which table of glyphs characters have whose attribute bit 3 is set: sequencer register 03h. */
function tableA(maps: number): number {
  return ((maps >> 2) & 3) | ((maps >> 3) & 4);
}

/** The same for the other characters. */
function tableB(maps: number): number {
  return (maps & 3) | ((maps >> 2) & 4);
}

function fontOf({ bytes }: Planes, table: number, height: number): BitmapFont {
  const rows = new Uint8Array(256 * height);
  for (let code = 0; code < 256; code++) {
    const at = TABLES[table] + code * GLYPH;
    for (let line = 0; line < height; line++) rows[code * height + line] = bytes[4 * (at + line) + 2];
  }
  return { height, rows };
}

/** Puts a font into the first table of glyphs, as a video BIOS does. */
export function loadFont({ bytes }: Planes, { height, rows }: BitmapFont): void {
  for (let code = 0; code < 256; code++) {
    for (let line = 0; line < GLYPH; line++) {
      bytes[4 * (code * GLYPH + line) + 2] = line < height ? rows[code * height + line] : 0;
    }
  }
}
