import { background, blinks, foreground, isBlank } from './attribute.ts';
import { renderBlocks } from './blocks.ts';
import { CP437 } from './cp437.ts';
import type { Screen } from './graphics-screen.ts';
import type { TextScreen } from './text-screen.ts';

/** How {@link renderAnsi} writes a screen. */
export interface AnsiOptions {
  /** Shows the cursor as a cell in reverse video. Default false. */
  readonly cursor?: boolean;
  /**
   * `16` uses the 16 colours of the terminal, whose shades are its user's choice; `'truecolor'` the exact ones of the
   * screen's palette. Default 16.
   */
  readonly colors?: 16 | 'truecolor';
  /** Leaves out the blanks on black at the end of each row. Default true; a redraw in place needs false. */
  readonly trim?: boolean;
  /** Cells in a row that a picture of a graphics mode may take: it is made smaller until it fits. Default 80. */
  readonly columns?: number;
}

const BLOCK_COLUMNS = 80;

// ECMA-48 numbers its colours with red as bit 0, the VGA with blue as bit 0.
const ANSI_COLOR = [0, 4, 2, 6, 1, 5, 3, 7];
const RESET = '\x1b[0m';

/**
 * A screen as text with ANSI (ECMA-48) escape sequences, one string a row. Sequences stand only where a colour changes;
 * each row begins with the terminal's defaults and goes back to them. A picture of a graphics mode becomes half blocks, two
 * pixels a cell, in exact colours.
 */
export function renderAnsi(screen: Screen, options: AnsiOptions = {}): string[] {
  if (screen.kind === 'graphics') return renderBlocks(screen, options.columns ?? BLOCK_COLUMNS);
  const { columns, rows, cursor } = screen;
  const cursorCell = options.cursor && cursor.visible ? cursor.row * columns + cursor.column : -1;
  return Array.from({ length: rows }, (_, row) => {
    const first = row * columns;
    let end = first + columns;
    if (options.trim ?? true) while (end > first && end - 1 !== cursorCell && isEmpty(screen, end - 1)) end--;
    return renderRow(screen, first, end, cursorCell, options.colors ?? 16);
  });
}

function isEmpty({ cells, blink }: TextScreen, cell: number): boolean {
  return isBlank(cells[2 * cell]) && background(cells[2 * cell + 1], blink) === 0;
}

/** The state of the terminal between two cells; undefined: its default, which is not one of the 16 colours. */
interface Pen {
  foreground: number | undefined;
  background: number | undefined;
  blinking: boolean;
  reversed: boolean;
}

function renderRow(
  screen: TextScreen,
  first: number,
  end: number,
  cursorCell: number,
  colors: 16 | 'truecolor',
): string {
  const pen: Pen = { foreground: undefined, background: undefined, blinking: false, reversed: false };
  let line = '';
  for (let cell = first; cell < end; cell++) {
    const character = screen.cells[2 * cell];
    line += changePen(pen, screen, cell, cell === cursorCell, colors) + CP437[character];
  }
  return line === '' ? '' : line + RESET;
}

/** Gives `pen` what the cell needs. @returns the escape sequence for what changes, or nothing */
function changePen(
  pen: Pen,
  { cells, blink, palette }: TextScreen,
  cell: number,
  reversed: boolean,
  colors: 16 | 'truecolor',
): string {
  const attribute = cells[2 * cell + 1];
  const codes: string[] = [];
  const back = background(attribute, blink);
  // A blank shows no foreground, so what is set stays set, unless it is turned around.
  if (!isBlank(cells[2 * cell]) || reversed) {
    const fore = foreground(attribute);
    const blinking = blinks(attribute, blink);
    if (fore !== pen.foreground) codes.push(colorCode(fore, 30, palette, colors));
    if (blinking !== pen.blinking) codes.push(blinking ? '5' : '25');
    pen.foreground = fore;
    pen.blinking = blinking;
  }
  if (back !== pen.background) codes.push(colorCode(back, 40, palette, colors));
  if (reversed !== pen.reversed) codes.push(reversed ? '7' : '27');
  pen.background = back;
  pen.reversed = reversed;
  return codes.length === 0 ? '' : `\x1b[${codes.join(';')}m`;
}

/** @param base 30 for the foreground, 40 for the background */
function colorCode(color: number, base: 30 | 40, palette: readonly number[], colors: 16 | 'truecolor'): string {
  if (colors === 16) return String(base + ANSI_COLOR[color & 7] + (color & 8 ? 60 : 0));
  const rgb = palette[color];
  return `${base + 8};2;${(rgb >> 16) & 0xff};${(rgb >> 8) & 0xff};${rgb & 0xff}`;
}
