import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { type VideoMode, videoMode } from './mode-table.ts';
import { VgaPorts } from './vga-ports.ts';

const MOST_COLUMNS = 132;
const MOST_ROWS = 100;
const PAGES = 8;

/** Where the cursor is. */
export interface Position {
  readonly column: number;
  readonly row: number;
}

/** What the BIOS data area says of the screen. It is the guest's: every value is brought into its range. */
export class Screen {
  /** Whose screen. */
  readonly guest: Guest;
  /** Undefined after a VBE mode was set, or where the number is none. */
  readonly mode: VideoMode | undefined;
  /** 1 to 132. */
  readonly columns: number;
  /** 1 to 100. */
  readonly rows: number;
  /** Scan lines of a character, 1 to 32. */
  readonly charHeight: number;
  /** The page that is shown, 0 to 7. */
  readonly page: number;
  /** Bytes of a page. */
  readonly pageSize: number;
  /** The registers. */
  readonly vga: VgaPorts;

  /** Looks at it. */
  constructor(guest: Guest) {
    const { memory } = guest;
    this.guest = guest;
    this.mode = videoMode(memory.read8(BDA.VIDEO_MODE) & 0x7f);
    const graphics = this.mode === undefined || this.mode.layout === 'text' ? undefined : this.mode;
    this.charHeight = Math.min(32, Math.max(1, memory.read16(BDA.CHAR_HEIGHT)));
    this.columns = Math.min(graphics?.columns ?? MOST_COLUMNS, Math.max(1, memory.read16(BDA.COLUMNS)));
    const mostRows = graphics === undefined ? MOST_ROWS : Math.floor(graphics.height / this.charHeight);
    this.rows = Math.min(mostRows, memory.read8(BDA.ROWS) + 1);
    this.page = memory.read8(BDA.PAGE) & 7;
    this.pageSize = memory.read16(BDA.PAGE_SIZE);
    this.vga = new VgaPorts(guest, memory.read16(BDA.CRTC_PORT));
  }

  /** The cursor of a page. */
  cursor(page: number): Position {
    const at = BDA.CURSORS + 2 * (page & 7);
    return { column: this.guest.memory.read8(at), row: this.guest.memory.read8(at + 1) };
  }

  /** Moves the cursor of a page, also on the screen if the page is shown. */
  moveCursor(page: number, { column, row }: Position): void {
    if (page >= PAGES) return;
    this.guest.memory.write16(BDA.CURSORS + 2 * page, (row << 8) | column);
    if (page === this.page) this.#showCursor({ column, row });
  }

  /** Shows another page. */
  showPage(page: number): void {
    if (page >= PAGES) return;
    const { memory } = this.guest;
    const start = (page * this.pageSize) & 0xffff;
    memory.write8(BDA.PAGE, page);
    memory.write16(BDA.PAGE_START, start);
    this.vga.crtcWord(0x0c, this.mode?.layout === 'text' ? start >> 1 : start);
    this.#showCursor(this.cursor(page), start);
  }

  #showCursor({ column, row }: Position, start: number = this.page * this.pageSize): void {
    if (this.mode?.layout !== 'text') return;
    this.vga.crtcWord(0x0e, ((start >> 1) + row * this.columns + column) & 0xffff);
  }
}
