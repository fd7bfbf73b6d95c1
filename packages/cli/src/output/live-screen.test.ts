import { setTimeout as sleep } from 'node:timers/promises';
import type { Screen, TextScreen } from '@picovm/device-vga';
import { afterEach, expect, test } from 'vitest';
import { LiveScreen } from './live-screen.ts';

/** A terminal that keeps what it is sent. */
class FakeTerminal {
  text = '';
  rows = 30;
  columns = 100;
  writableLength = 0;
  write(text: string): boolean {
    this.text += text;
    return true;
  }
  on(): this {
    return this;
  }
  off(): this {
    return this;
  }
  /** What came since it was last asked. */
  take(): string {
    const { text } = this;
    this.text = '';
    return text;
  }
}

function text(columns: number, rows: number, first: string): TextScreen {
  const cells = new Uint8Array(2 * columns * rows).fill(0x07);
  for (let i = 0; i < columns * rows; i++) cells[2 * i] = first.charCodeAt(i) || 0x20;
  const cursor = { column: 0, row: rows - 1, visible: false, start: 0, end: 0 };
  return { columns, rows, cells, cursor, blink: false, palette: Array(16).fill(0) };
}

function picture(width: number, height: number): Screen {
  return { kind: 'graphics', width, height, data: new Uint8ClampedArray(4 * width * height) };
}

const source = {
  generation: 0,
  shown: text(80, 25, '') as Screen,
  screen(): Screen {
    return this.shown;
  },
  show(screen: Screen): void {
    this.shown = screen;
    this.generation++;
  },
};

const terminal = new FakeTerminal();
const live = new LiveScreen(source, terminal as unknown as NodeJS.WriteStream);
afterEach(() => live.stop());

test('only rows that change are drawn; of another mode, nothing stays', async () => {
  source.show(text(80, 25, 'first'));
  live.start();
  expect(terminal.take()).toContain('first');
  source.show(text(80, 25, 'second'));
  await sleep(80);
  const drawn = terminal.take();
  expect(drawn.startsWith('\x1b[1;1H')).toBe(true);
  expect(drawn).toContain('second');
  expect(drawn.match(/;1H/g)).toHaveLength(1);
  source.show(text(40, 25, 'third'));
  await sleep(80);
  expect(terminal.take()).toContain('\x1b[2J');
  live.notice('the help');
  await sleep(80);
  expect(terminal.take()).toContain('\x1b[25;1H\x1b[7m the help ');
});

test('a picture is made to fit', async () => {
  source.show(picture(640, 480));
  live.start();
  const blocks = terminal.take().split(/;1H/).slice(1);
  expect(blocks.length).toBeLessThanOrEqual(30);
  expect(blocks.length).toBeGreaterThan(25);
  expect(blocks[0].match(/▀/g)?.length).toBe(80);
});
