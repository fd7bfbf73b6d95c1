import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import type { CellArea } from './cell-area.ts';
import { GraphicsCells } from './graphics-cells.ts';
import { CgaPixels, PackedPixels, type Pixels, PlanarPixels } from './pixels.ts';
import { Screen } from './screen.ts';
import { TextCells } from './text-cells.ts';

const BELL = 0x07;
const BACKSPACE = 0x08;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/** The pixels of the mode; undefined in text modes and where the mode is none. */
export function pixelsOf({ mode, guest, vga, pageSize }: Screen): Pixels | undefined {
  switch (mode?.layout) {
    case 'cga':
      return new CgaPixels(guest.memory, mode.depth);
    case 'packed':
      return new PackedPixels(guest.memory);
    case 'planar':
      return new PlanarPixels(guest.memory, vga, mode.width / 8, pageSize);
    default:
      return undefined;
  }
}

/** The characters of the mode; undefined where the mode is none. */
export function cellsOf(screen: Screen): CellArea | undefined {
  if (screen.mode?.layout === 'text') return new TextCells(screen, screen.mode.base);
  const pixels = pixelsOf(screen);
  return pixels === undefined ? undefined : new GraphicsCells(screen, pixels);
}

/** A part of the screen: columns and rows with both ends. */
export interface CellWindow {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Moves rows of a window up, or down if `lines` is negative, and blanks the others. 0: all are blanked. */
export function scroll(screen: Screen, area: CellWindow, lines: number, attribute: number, page: number): void {
  const cells = cellsOf(screen);
  const right = Math.min(area.right, screen.columns - 1);
  const bottom = Math.min(area.bottom, screen.rows - 1);
  const { left, top } = area;
  if (cells === undefined || left > right || top > bottom) return;
  const width = right - left + 1;
  const height = bottom - top + 1;
  const distance = lines === 0 || Math.abs(lines) > height ? height : Math.abs(lines);
  for (let n = 0; n < height; n++) {
    const row = lines < 0 ? bottom - n : top + n;
    const from = lines < 0 ? row - distance : row + distance;
    if (n < height - distance) cells.copyRow(page, row, from, left, width);
    else cells.clearRow(page, row, left, width, attribute);
  }
}

/**
 * Writes a character as a terminal does: BEL, BS, CR and LF act, and at the end of the screen it scrolls.
 * @param attribute undefined: as it was; in graphics modes the colour
 * @returns whether it scrolled
 */
export function teletype(screen: Screen, page: number, character: number, attribute: number | undefined): boolean {
  let { column, row } = screen.cursor(page);
  switch (character) {
    case BELL:
      return false;
    case BACKSPACE:
      if (column > 0) column--;
      break;
    case RETURN:
      column = 0;
      break;
    case LINE_FEED:
      row++;
      break;
    default:
      cellsOf(screen)?.write(page, column, row, character, attribute);
      column++;
  }
  if (column >= screen.columns) {
    column = 0;
    row++;
  }
  const scrolls = row >= screen.rows;
  if (scrolls) {
    row = screen.rows - 1;
    scrollOne(screen, page, row);
  }
  screen.moveCursor(page, { column, row });
  return scrolls;
}

/** Prints a text with the teletype service. */
export function print(guest: Guest, text: string): void {
  const screen = new Screen(guest);
  for (const character of text.replaceAll('\n', '\r\n'))
    teletype(screen, screen.page, character.charCodeAt(0), undefined);
}

// The new row has the attribute of the last character of the screen.
function scrollOne(screen: Screen, page: number, row: number): void {
  const text = screen.mode?.layout === 'text';
  const attribute = text ? (cellsOf(screen)?.read(page, screen.columns - 1, row) ?? 0) >> 8 : 0;
  scroll(screen, { left: 0, top: 0, right: screen.columns - 1, bottom: row }, 1, attribute, page);
}

/** Sets the shape of the cursor. A shape for cells of eight lines is made one for the cells that there are. */
export function setCursorShape(screen: Screen, first: number, last: number): void {
  const { memory } = screen.guest;
  const height = screen.charHeight;
  memory.write16(BDA.CURSOR_SHAPE, (first << 8) | last);
  let [start, end] = [first & 0x3f, last & 0x1f];
  const scaled = (memory.read8(BDA.VIDEO_CONTROL) & 1) === 0 && height > 8 && end < 8 && start < 0x20;
  if (scaled) {
    const bottom = Math.floor(((end + 1) * height) / 8) - 1;
    start = end === start + 1 ? bottom - 1 : Math.floor(((start + 1) * height) / 8) - 1;
    end = bottom;
  }
  screen.vga.crtc(0x0a, start);
  screen.vga.crtc(0x0b, end);
}
