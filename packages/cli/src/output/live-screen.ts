import { renderAnsi, type VgaText } from '@picovm/device-vga';

/** Redraws at most this often. */
const INTERVAL_MS = 33;
/** The alternate screen, without cursor and without line wrapping. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
/** What a terminal has that does not tell its size. */
const DEFAULT_ROWS = 25;

/**
 * Shows a screen in the terminal while it changes. However the program ends, and while it is suspended, the terminal is
 * as it was before.
 */
export class LiveScreen {
  readonly #vga: VgaText;
  readonly #out: NodeJS.WriteStream;
  #timer: ReturnType<typeof setInterval> | undefined;
  #shown = -1;

  constructor(vga: VgaText, out: NodeJS.WriteStream) {
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

  readonly #enter = (): void => {
    this.#shown = -1;
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
    if (this.#vga.generation === this.#shown) return;
    this.#shown = this.#vga.generation;
    const screen = this.#vga.screen();
    // Whole rows, because what stood there before has to go; each at its place, because a newline in the last row of a
    // terminal would scroll. On a terminal with fewer rows, those around the cursor.
    const rows = renderAnsi(screen, { cursor: true, trim: false });
    const height = Math.min(rows.length, this.#out.rows || DEFAULT_ROWS);
    const first = Math.max(0, Math.min(screen.cursor.row - height + 1, rows.length - height));
    const drawn = rows.slice(first, first + height).map((row, i) => `\x1b[${i + 1};1H${row}`);
    this.#out.write(drawn.join(''));
  }
}
