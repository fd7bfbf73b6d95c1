import { expect } from 'vitest';
import type { PcSession } from '../systems/pc-session.ts';
import { type Program, pixel, waitForPixel } from './programs.ts';

const RED = 0xff0000;
const YELLOW = 0xffff55;
const START = Date.UTC(2024, 1, 28, 23, 59, 50);

/** The character and the attribute of a cell of the screen. */
function cell({ pc }: PcSession, row: number, column: number): readonly [string, number] {
  const screen = pc.vga.screen();
  if (screen.kind === 'graphics') return ['', 0];
  const at = 2 * (row * screen.columns + column);
  return [String.fromCharCode(screen.cells[at]), screen.cells[at + 1]];
}

async function waitForCell(session: PcSession, row: number, column: number, code: number): Promise<void> {
  const character = String.fromCharCode(code);
  await session.until(
    () => (cell(session, row, column)[0] === character ? true : undefined),
    `character ${code} in row ${row}, column ${column}`,
  );
}

/** Waits until it is there for some milliseconds more: a game loop has drawn over what it does not draw. */
const SETTLE_MS = 60;

/** Where the boot menu counts. */
const STARTS = 0x5f0;

const frequencies: number[] = [];

/** All programs, in the order of what they use. */
export const PROGRAMS: readonly Program[] = [
  {
    ...{ name: 'mode13: a game loop', file: 'mode13' },
    play: async (session) => {
      await waitForPixel(session, 160, 100, RED);
      await waitForPixel(session, 0, 199, 0x0000c7);
      session.pc.input.keyboard.tap('ArrowRight');
      await waitForPixel(session, 175, 107, RED);
      session.pc.input.keyboard.tap('ArrowUp');
      await waitForPixel(session, 175, 92, RED);
      await session.pass(SETTLE_MS);
      expect(pixel(session, 160, 100)).not.toBe(RED);
      session.type('\x1b');
      await session.waitForScreen('Bye');
    },
  },
  {
    ...{ name: 'snake: a game in text mode', file: 'snake' },
    play: async (session) => {
      // It eats its apple, five steps away, goes down, and on until the wall.
      await waitForCell(session, 12, 31, 2);
      session.type('s');
      await session.waitForScreen('GAME OVER 1');
      expect(session.screen.split('\n')[24]).toContain('▒'.repeat(40));
    },
  },
  {
    ...{ name: 'forth: a calculator', file: 'forth' },
    play: async (session) => {
      await session.waitForScreen('Forth of 512 bytes');
      session.type('2 3 + .\n');
      await session.waitForScreen(/^>2 3 \+ \. 5 ok$/m);
      session.type('6 dup * 2 -x\b . . . . nothing\n');
      await session.waitForScreen('?');
      session.type('7 100 - 3 / .\n');
      await session.waitForScreen(/^>7 100 - 3 \/ \. -31 ok$/m);
    },
  },
  {
    ...{ name: 'loader, from a floppy', file: 'loader' },
    play: async (session) => {
      await session.waitForScreen(/stage 2 by [CL], geometry 01 12 end/);
    },
  },
  {
    ...{ name: 'loader, from a disk', file: 'loader', drive: 'disk' },
    play: async (session) => {
      await session.waitForScreen(/stage 2 by L, geometry 0F 3F end/);
    },
  },
  {
    ...{ name: 'protected: A20, protected mode and back', file: 'protected' },
    play: async (session) => {
      await session.waitForScreen('written in protected mode');
      await session.waitForScreen(/ARH/);
    },
  },
  {
    ...{ name: 'sound: a melody', file: 'sound' },
    machine: { onSpeaker: (frequency) => frequencies.push(Math.round(frequency)) },
    play: async (session) => {
      frequencies.length = 0;
      const start = session.pc.vm.clock.now();
      await session.waitForScreen('played');
      expect(frequencies.filter((each) => each > 0 && each !== 896)).toEqual([262, 330, 392, 523]);
      expect(frequencies.at(-1)).toBe(0);
      expect(session.pc.vm.clock.now() - start).toBeGreaterThan(790e6);
    },
  },
  {
    ...{ name: 'keyboard: a handler of its own', file: 'keyboard' },
    play: async (session) => {
      await session.waitForScreen(/^:/m);
      session.type('aZ');
      await session.waitForScreen(/:1E 9E (2A|36) 2C AC (AA|B6)$/m);
    },
  },
  {
    ...{ name: 'mouse: a pointer', file: 'mouse' },
    play: async (session) => {
      await session.waitForScreen('M');
      await session.pass(SETTLE_MS);
      session.pc.input.mouse.move(80, 40);
      await waitForCell(session, 17, 50, 0xdb);
      session.pc.input.mouse.buttons({ left: true });
      await waitForCell(session, 17, 50, 0x21);
      session.pc.input.mouse.buttons({ left: false });
      session.pc.input.mouse.move(-160, -80);
      await waitForCell(session, 7, 30, 0xdb);
    },
  },
  {
    ...{ name: 'cpuid: what processor it is', file: 'cpuid' },
    play: async (session) => {
      await session.waitForScreen('coprocessor');
      expect(session.screen).toMatch(/vendor \S{6,12}\s/);
    },
  },
  {
    ...{ name: 'rows50: 80x50 characters', file: 'rows50' },
    play: async (session) => {
      await session.waitForScreen('row 49');
      const lines = session.screen.split('\n');
      expect(lines).toHaveLength(50);
      expect(lines[0]).toBe('row 00');
      expect(lines[49]).toBe(`${' '.repeat(49)}row 49`);
      expect(cell(session, 20, 20)).toEqual(['r', 0x0c]);
    },
  },
  {
    ...{ name: 'lines: mode 12h', file: 'lines' },
    play: async (session) => {
      await waitForPixel(session, 479, 479, YELLOW);
      await waitForPixel(session, 639, 400, 0xaa0000);
      expect(pixel(session, 300, 300)).toBe(YELLOW);
      expect(pixel(session, 301, 300)).toBe(0);
      await session.pass(SETTLE_MS);
      // The M of the text, in cyan: its left stem, and the background beside it.
      const { width, data } = session.pc.vga.screen() as { width: number; data: Uint8ClampedArray };
      const colors = new Set<number>();
      for (let y = 80; y < 96; y++) {
        for (let x = 320; x < 384; x++) colors.add(new DataView(data.buffer).getUint32(4 * (y * width + x)) >>> 8);
      }
      expect([...colors].sort()).toEqual([0, 0x55ffff]);
    },
  },
  {
    ...{ name: 'clock: time and date', file: 'clock' },
    machine: { date: START },
    play: async (session) => {
      await session.waitForScreen('2024-02-28 23:59:5');
      // It is a leap year.
      await session.waitForScreen('2024-02-29 00:00:0');
    },
  },
  {
    ...{ name: 'menu: a boot menu', file: 'menu' },
    play: async (session) => {
      const { keyboard } = session.pc.input;
      const selected = (row: number): Promise<true> =>
        session.until(() => (cell(session, row, 10)[1] === 0x70 ? true : undefined), `choice in row ${row}`);
      const begins = (times: number): Promise<true> =>
        session.until(() => (session.pc.vm.memory.readU16(STARTS) === times ? true : undefined), `start ${times}`);
      await selected(4);
      await begins(1);
      await session.waitForScreen(/Boot again\s+Switch off/);
      keyboard.tap('ArrowDown');
      await selected(5);
      session.type('\n');
      // INT 19h: the program begins anew, with its first choice.
      await begins(2);
      await selected(4);
      session.type('\n');
      // So it does by the reset vector: it counts how often it begins.
      await begins(3);
      await selected(4);
      keyboard.tap('ArrowDown');
      keyboard.tap('ArrowDown');
      await selected(6);
      session.type('\n');
      expect(await session.untilEnd({ patienceMs: 20_000 })).toBe('shutdown');
    },
  },
  {
    ...{ name: 'memory: how much there is', file: 'memory' },
    machine: { memory: 32 * 2 ** 20 },
    play: async (session) => {
      await session.waitForScreen('done');
      const lines = session.screen.split('\n');
      // The conventional memory begins at 0, and another range of RAM at 1 MiB, which ends near 32 MiB.
      expect(lines).toContainEqual(expect.stringMatching(/^00000000 0009f[c-f]00 1$/));
      expect(lines).toContainEqual(expect.stringMatching(/^00100000 01[ef].{5} 1$/));
      expect(session.screen).toMatch(/^00003c00 00000(1[0-9a-f]{2}|0f[0-9a-f]) 0000[0-9a-f]{4} 0000027[ef] done/m);
    },
  },
  {
    ...{ name: 'vbe: a linear frame buffer', file: 'vbe' },
    play: async (session) => {
      await waitForPixel(session, 639, 479, 0x9fef00);
      expect(pixel(session, 0, 479)).toBe(0x00ef00);
      expect(pixel(session, 400, 0)).toBe(0x640000);
    },
  },
  {
    ...{ name: 'dos: a shell, and files on a floppy', file: 'dos' },
    play: async (session) => {
      await session.waitForScreen('A:\\>');
      session.type('dir\ntype readme.txt\n');
      await session.waitForScreen(/^README {3}TXT {8}29\n1 file\(s\), 360448 bytes free$/m);
      await session.waitForScreen('A floppy of its own making.');
      session.type('copy readme.txt two.txt\n');
      await session.waitForScreen('1 file copied');
      session.type('del readme.txt\ntype readme.txt\n');
      await session.waitForScreen('File not found');
      session.type('dir\n');
      await session.waitForScreen(/^TWO {6}TXT {8}29\n1 file\(s\), 360448 bytes free$/m);
    },
  },
];
