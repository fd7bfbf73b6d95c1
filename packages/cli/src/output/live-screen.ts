import { renderAnsi, type Screen } from '@picovm/device-vga';
import type { ScreenSource } from '../machines/machine.ts';

/** Redraws at most this often. */
const INTERVAL_MS = 33;
/** Pictures are more work, for us and for the terminal. */
const PICTURE_INTERVAL_MS = 150;
/** The alternate screen, without cursor and without line wrapping. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
/** What a terminal has that does not tell its size. */
const DEFAULT_ROWS = 25;
const DEFAULT_COLUMNS = 80;
const NOTICE_MS = 4000;
/** Bytes that may wait for a terminal before frames are left out. */
const MAX_WAITING = 1 << 16;

/**
 * Shows a screen in the terminal while it changes. However the program ends, and while it is suspended, the terminal is
 * as it was before.
 */
export class LiveScreen {
  readonly #vga: ScreenSource;
  readonly #out: NodeJS.WriteStream;
  #timer: ReturnType<typeof setInterval> | undefined;
  #shown = -1;
  /** The rows that the terminal shows. */
  #rows: readonly string[] = [];
  /** What they are rows of: of another mode, nothing may be left. */
  #layout = '';
  #nextPicture = 0;
  #notice: { readonly text: string; readonly until: number } | undefined;

  constructor(vga: ScreenSource, out: NodeJS.WriteStream) {
    this.#vga = vga;
    this.#out = out;
  }

  start(): void {
    process.on('exit', this.#leave);
    process.on('SIGTSTP', this.#suspend);
    process.on('SIGCONT', this.#enter);
    this.#out.on('resize', this.#enter);
    this.#enter();
    this.#timer = setInterval(() => this.#draw(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    process.off('exit', this.#leave);
    process.off('SIGTSTP', this.#suspend);
    process.off('SIGCONT', this.#enter);
    this.#out.off('resize', this.#enter);
    this.#leave();
  }

  /** Shows a line over the last row of the terminal for some seconds. */
  notice(text: string): void {
    this.#notice = { text, until: performance.now() + NOTICE_MS };
    this.#shown = -1;
  }

  readonly #enter = (): void => {
    this.#shown = -1;
    this.#rows = [];
    this.#nextPicture = 0;
    this.#out.write(ENTER);
    this.#draw();
  };

  readonly #leave = (): void => {
    this.#out.write(LEAVE);
  };

  readonly #suspend = (): void => {
    this.#leave();
    process.kill(process.pid, 'SIGSTOP');
  };

  #draw(): void {
    const now = performance.now();
    if (this.#notice !== undefined && this.#notice.until < now) {
      this.#notice = undefined;
      this.#layout = '';
      this.#shown = -1;
    }
    const { generation } = this.#vga;
    if (generation === this.#shown || now < this.#nextPicture || this.#out.writableLength > MAX_WAITING) return;
    this.#shown = generation;
    const screen = this.#vga.screen();
    this.#nextPicture = screen.kind === 'graphics' ? now + PICTURE_INTERVAL_MS : 0;
    const rows = this.#visibleRows(screen);
    const layout = [screen.kind, rows.length, 'columns' in screen ? screen.columns : screen.width].join();
    const clear = layout === this.#layout ? '' : '\x1b[2J';
    if (clear !== '') this.#rows = [];
    this.#layout = layout;
    // Whole rows, because what stood there before has to go; each at its place, because a newline in the last row of a
    // terminal would scroll; and only those that are others than before.
    const drawn = rows.map((row, i) => (row === this.#rows[i] ? '' : `\x1b[${i + 1};1H${row}`));
    this.#rows = rows;
    const text = clear + drawn.join('');
    if (text !== '') this.#out.write(text);
  }

  // On a terminal with fewer rows, those around the cursor; a picture is made to fit.
  #visibleRows(screen: Screen): string[] {
    const { rows: height = DEFAULT_ROWS, columns = DEFAULT_COLUMNS } = this.#out;
    const rows = renderAnsi(screen, {
      cursor: true,
      trim: false,
      columns: screen.kind === 'graphics' ? fittingColumns(screen, columns || DEFAULT_COLUMNS, height) : columns,
    });
    const count = Math.min(rows.length, height || DEFAULT_ROWS);
    const cursor = screen.kind === 'graphics' ? count - 1 : screen.cursor.row;
    const first = Math.max(0, Math.min(cursor - count + 1, rows.length - count));
    const visible = rows.slice(first, first + count);
    if (this.#notice !== undefined) {
      visible.length = Math.max(visible.length, count);
      visible[count - 1] = `\x1b[7m ${this.#notice.text} \x1b[0m`;
    }
    return visible;
  }
}

/** A cell of a picture is one pixel wide and two high. */
function fittingColumns({ width, height }: { width: number; height: number }, columns: number, rows: number): number {
  return Math.max(1, Math.min(columns, Math.floor((2 * (rows || DEFAULT_ROWS) * width) / height)));
}
