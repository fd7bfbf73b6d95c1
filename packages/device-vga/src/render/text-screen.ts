import type { BitmapFont } from '../font/font.ts';

/** The cursor of a text screen. */
export interface TextCursor {
  /** 0 is the leftmost. May lie outside the screen if `visible` is false. */
  readonly column: number;
  /** 0 is the topmost. May lie outside the screen if `visible` is false. */
  readonly row: number;
  /** False if the guest switched it off, moved it out of the screen, or gave it no scan lines. */
  readonly visible: boolean;
  /** First scan line of the cell that it covers, 0 to 31. */
  readonly start: number;
  /** Last scan line of the cell that it covers, 0 to 31. */
  readonly end: number;
}

/** What a text screen shows at one moment: plain data, which the renderers turn into text, ANSI or pixels. */
export interface TextScreen {
  /** Tells it from a graphics screen. */
  readonly kind?: 'text';
  /** Cells in a row. */
  readonly columns: number;
  /** Rows of cells. */
  readonly rows: number;
  /**
   * Row by row, two bytes a cell: its code page 437 character, then its attribute (bits 0 to 3 the foreground, 4 to 6
   * the background, 7 blinking or a bright background). `2 * columns * rows` bytes.
   */
  readonly cells: Uint8Array;
  /** Where the cursor is, and how it looks. */
  readonly cursor: TextCursor;
  /** Whether attribute bit 7 makes a character blink (true) or its background bright (false). */
  readonly blink: boolean;
  /** The 16 colours in VGA order (1 is blue, 4 is red), each 0xRRGGBB. */
  readonly palette: readonly number[];
  /** What its characters look like, if the guest may change that. Default: the built-in font. */
  readonly font?: BitmapFont;
  /** What characters look like whose attribute has bit 3 set, where these have a font of their own. */
  readonly secondFont?: BitmapFont;
}
