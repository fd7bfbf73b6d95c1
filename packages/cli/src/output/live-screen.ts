import { renderAnsi, type VgaText } from '@picovm/device-vga';

/** Redraws at most this often. */
const INTERVAL_MS = 33;
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[2J';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';

/** Shows a screen in the terminal while it changes. The terminal is as it was after `stop`. */
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
    this.#out.write(ENTER);
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#out.write(LEAVE);
  }

  #draw(): void {
    if (this.#vga.generation === this.#shown) return;
    this.#shown = this.#vga.generation;
    // Whole rows, because what stood there before has to go.
    const rows = renderAnsi(this.#vga.screen(), { cursor: true, trim: false });
    this.#out.write(HOME + rows.join('\r\n'));
  }
}
