import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { ROM_AT, ROM_SEGMENT } from '../rom/rom-image.ts';
import { type GlyphSource, loadFont, romFont } from './fonts.ts';
import { Screen } from './screen.ts';

const VECTOR_HIGH = 0x1f * 4;
const VECTOR = 0x43 * 4;
/** Rows of graphics modes by BL. */
const ROWS = [0, 14, 25, 43];
const SCAN_LINES = [200, 350, 400];

/** INT 10h, AH=11h: fonts. */
export function fontService(guest: Guest): void {
  const { registers } = guest;
  const { al, bl, bh } = registers;
  const source = {
    address: registers.es(registers.bp),
    height: clampHeight(bh),
    first: registers.dl,
    count: registers.cx,
  };
  switch (al) {
    case 0x00:
    case 0x10:
      load(guest, source, bl, al === 0x10);
      return;
    case 0x01:
    case 0x11:
      load(guest, romFont(14), bl, al === 0x11);
      return;
    case 0x02:
    case 0x12:
      load(guest, romFont(8), bl, al === 0x12);
      return;
    case 0x04:
    case 0x14:
      load(guest, romFont(16), bl, al === 0x14);
      return;
    case 0x03:
      new Screen(guest).vga.sequencer(3, bl);
      return;
    case 0x20:
      setVector(guest, VECTOR_HIGH, registers.special.es.selector, registers.bp);
      return;
    case 0x21:
      setVector(guest, VECTOR, registers.special.es.selector, registers.bp);
      setRows(guest, registers.cx);
      return;
    case 0x22:
    case 0x23:
    case 0x24:
      setVector(guest, VECTOR, ROM_SEGMENT, romFont(FONT_HEIGHTS[al - 0x22]).address & 0xffff);
      setRows(guest, FONT_HEIGHTS[al - 0x22]);
      return;
    case 0x30:
      tell(guest);
      return;
  }
}

const FONT_HEIGHTS = [14, 8, 16];

function clampHeight(height: number): number {
  return Math.min(32, Math.max(1, height));
}

// With `fit`, as many rows are shown as there is room for.
function load(guest: Guest, source: GlyphSource, block: number, fit: boolean): void {
  const screen = new Screen(guest);
  if (screen.mode?.layout !== 'text') return;
  loadFont(guest, screen.vga, source, block);
  if (fit) fitRows(guest, screen, source.height);
}

function fitRows(guest: Guest, { vga, columns }: Screen, height: number): void {
  const { memory } = guest;
  const lines = SCAN_LINES[(memory.read8(BDA.VGA_FLAGS) >> 4) & 1 ? 2 : memory.read8(BDA.VGA_FLAGS) & 0x80 ? 0 : 1];
  const rows = Math.floor(lines / height);
  vga.crtc(0x09, (vga.readCrtc(0x09) & 0xe0) | (height - 1));
  const last = rows * height - 1;
  vga.crtc(0x12, last);
  vga.crtc(0x07, (vga.readCrtc(0x07) & ~0x42) | ((last >> 7) & 0x02) | ((last >> 3) & 0x40));
  vga.crtc(0x0a, height >= 14 ? height - 3 : height - 2);
  vga.crtc(0x0b, height >= 14 ? height - 2 : height - 1);
  memory.write8(BDA.ROWS, rows - 1);
  memory.write16(BDA.CHAR_HEIGHT, height);
  memory.write16(BDA.PAGE_SIZE, (rows * columns * 2 + 0xff) & 0xff00);
}

function setRows(guest: Guest, height: number): void {
  const { memory, registers } = guest;
  const rows = registers.bl === 0 ? registers.dl : (ROWS[registers.bl] ?? 25);
  memory.write16(BDA.CHAR_HEIGHT, clampHeight(height));
  memory.write8(BDA.ROWS, rows - 1);
}

function setVector({ memory }: Guest, vector: number, segment: number, offset: number): void {
  memory.write16(vector, offset);
  memory.write16(vector + 2, segment);
}

// ES:BP: a font, by BH.
function tell(guest: Guest): void {
  const { memory, registers } = guest;
  const fixed = [0, 0, ROM_AT.font8x14, ROM_AT.font8x8, ROM_AT.font8x8 + 0x400, ROM_AT.font8x14, ROM_AT.font8x16];
  const { bh } = registers;
  if (bh < 2) {
    const vector = bh === 0 ? VECTOR_HIGH : VECTOR;
    registers.bp = memory.read16(vector);
    registers.setEs(memory.read16(vector + 2));
  } else {
    registers.bp = fixed[bh] ?? ROM_AT.font8x16;
    registers.setEs(ROM_SEGMENT);
  }
  registers.cx = memory.read16(BDA.CHAR_HEIGHT);
  registers.dl = memory.read8(BDA.ROWS);
}
