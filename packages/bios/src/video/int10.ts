import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { cellsOf, pixelsOf, scroll, setCursorShape, teletype } from './characters.ts';
import { fontService } from './font-service.ts';
import { displayCombination, functionality, select } from './info-service.ts';
import { paletteService } from './palette-service.ts';
import { Screen } from './screen.ts';
import { setMode } from './set-mode.ts';
import { vbe } from './vbe.ts';

/** The most characters that one call writes: a page of 64 KiB has no more. */
const MOST_CELLS = 0x4000;
const KEEP = 0x80;

/** INT 10h: the screen. */
export function int10(guest: Guest): void {
  SERVICES[guest.registers.ah]?.(guest);
}

const SERVICES: Readonly<Record<number, (guest: Guest) => void>> = {
  0: (guest) => {
    const { registers } = guest;
    setMode(guest, registers.al);
    registers.al = (registers.al & 0x7f) === 6 ? 0x3f : (registers.al & 0x7f) > 7 ? 0x20 : 0x30;
  },
  1: (guest) => setCursorShape(new Screen(guest), guest.registers.ch, guest.registers.cl),
  2: (guest) => {
    const { dl, dh, bh } = guest.registers;
    new Screen(guest).moveCursor(bh, { column: dl, row: dh });
  },
  3: cursorPosition,
  4: ({ registers }) => {
    registers.ah = 0; // no light pen
  },
  5: (guest) => new Screen(guest).showPage(guest.registers.al),
  6: (guest) => scrollWindow(guest, 1),
  7: (guest) => scrollWindow(guest, -1),
  8: readCharacter,
  9: (guest) => writeCharacters(guest, guest.registers.bl),
  10: (guest) => writeCharacters(guest, undefined),
  11: cgaPalette,
  12: (guest) => {
    const { registers } = guest;
    const screen = new Screen(guest);
    if (!inside(screen, registers.cx, registers.dx)) return;
    pixelsOf(screen)?.set(registers.bh & 7, registers.cx, registers.dx, registers.al);
  },
  13: (guest) => {
    const { registers } = guest;
    const screen = new Screen(guest);
    const there = inside(screen, registers.cx, registers.dx);
    registers.al = (there ? pixelsOf(screen)?.get(registers.bh & 7, registers.cx, registers.dx) : 0) ?? 0;
  },
  14: (guest) => {
    const screen = new Screen(guest);
    const color = screen.mode?.layout === 'text' ? undefined : guest.registers.bl;
    teletype(screen, screen.page, guest.registers.al, color);
  },
  15: ({ memory, registers }) => {
    registers.al = memory.read8(BDA.VIDEO_MODE) | (memory.read8(BDA.VIDEO_CONTROL) & KEEP);
    registers.ah = memory.read8(BDA.COLUMNS);
    registers.bh = memory.read8(BDA.PAGE);
  },
  16: paletteService,
  17: fontService,
  18: select,
  19: writeString,
  26: displayCombination,
  27: functionality,
  79: vbe,
};

function inside({ mode }: Screen, x: number, y: number): boolean {
  return mode !== undefined && x < mode.width && y < mode.height;
}

function cursorPosition(guest: Guest): void {
  const { registers, memory } = guest;
  const { column, row } = new Screen(guest).cursor(registers.bh);
  registers.ax = 0;
  registers.dl = column;
  registers.dh = row;
  registers.cx = memory.read16(BDA.CURSOR_SHAPE);
}

function scrollWindow(guest: Guest, direction: 1 | -1): void {
  const { al, bh, cl, ch, dl, dh } = guest.registers;
  const screen = new Screen(guest);
  scroll(screen, { left: cl, top: ch, right: dl, bottom: dh }, direction * al, bh, screen.page);
}

function readCharacter(guest: Guest): void {
  const screen = new Screen(guest);
  const page = guest.registers.bh & 7;
  const { column, row } = screen.cursor(page);
  guest.registers.ax = cellsOf(screen)?.read(page, column, row) ?? 0;
}

// The cursor stays. In graphics modes, they end with the row.
function writeCharacters(guest: Guest, attribute: number | undefined): void {
  const { registers } = guest;
  const screen = new Screen(guest);
  const cells = cellsOf(screen);
  const page = registers.bh & 7;
  const text = screen.mode?.layout === 'text';
  const { column, row } = screen.cursor(page);
  const count = Math.min(registers.cx, text ? MOST_CELLS : Math.max(0, screen.columns - column));
  const color = text ? attribute : registers.bl;
  for (let n = 0; n < count; n++) cells?.write(page, column + n, row, registers.al, color);
}

// BH=0: border and background; BH=1: one of the two palettes of mode 4.
function cgaPalette(guest: Guest): void {
  const { registers, memory } = guest;
  const { vga } = new Screen(guest);
  const before = memory.read8(BDA.CGA_PALETTE);
  if (registers.bh === 0) {
    memory.write8(BDA.CGA_PALETTE, (before & 0xe0) | (registers.bl & 0x1f));
    const color = (registers.bl & 0x07) | ((registers.bl & 0x08) << 1);
    vga.attribute(0x11, color);
    if (memory.read8(BDA.VIDEO_MODE) > 3) vga.attribute(0x00, color);
    for (let n = 1; n < 4; n++) vga.attribute(n, (vga.readAttribute(n) & 0xef) | (registers.bl & 0x10));
  } else {
    memory.write8(BDA.CGA_PALETTE, (before & 0xdf) | ((registers.bl & 1) << 5));
    for (let n = 1; n < 4; n++) vga.attribute(n, (vga.readAttribute(n) & 0xfe) | (registers.bl & 1));
  }
}

// AL bit 0: the cursor moves; bit 1: each character is followed by its attribute. A string that scrolls the whole screen away
// ends there.
function writeString(guest: Guest): void {
  const { registers, memory } = guest;
  const { al, bl, bh, cx, dl, dh } = registers;
  const screen = new Screen(guest);
  const page = bh & 7;
  const before = screen.cursor(page);
  const pairs = (al & 2) !== 0;
  const count = Math.min(cx, MOST_CELLS);
  screen.moveCursor(page, { column: dl, row: dh });
  for (let n = 0, scrolls = 0; n < count && scrolls < screen.rows; n++) {
    const at = registers.es(registers.bp + (pairs ? 2 * n : n));
    if (teletype(screen, page, memory.read8(at), pairs ? memory.read8(at + 1) : bl)) scrolls++;
  }
  if ((al & 1) === 0) screen.moveCursor(page, before);
}
