import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { ROM_AT, ROM_SEGMENT } from '../rom/rom-image.ts';
import { defaultColors, greyOf } from './colors.ts';
import { loadFont, romFont } from './fonts.ts';
import { bytesOf, type VideoMode, videoMode } from './mode-table.ts';
import { vbeOff } from './vbe-ports.ts';
import { VgaPorts } from './vga-ports.ts';

/** Bit 7 of the mode: memory stays as it is. */
const KEEP = 0x80;
/** 40:89: the DAC is not loaded; colours become greys. */
const NO_COLORS = 0x08;
const GREYS = 0x02;
const BLANK_TEXT = 0x0720;
const TEXT_BYTES = 0x8000;
const GRAPHICS_BYTES = 0x1_0000;
const VERTICAL_RETRACE_END = 0x11;
const PAGES = 8;
/** What the mode register of a CGA would have for modes 0 to 7. */
const CGA_MODES = [0x2c, 0x28, 0x2d, 0x29, 0x2a, 0x2e, 0x1e, 0x29];
const CURSOR_SHAPE = 0x0607;

/** INT 10h, AH=00h. @param number bit 7: memory is not cleared. A mode that there is not changes nothing */
export function setMode(guest: Guest, number: number): void {
  const mode = videoMode(number & 0x7f);
  if (mode === undefined) return;
  const { memory } = guest;
  const vga = new VgaPorts(guest, mode.palette === 'mono' ? 0x3b4 : 0x3d4);
  const flags = memory.read8(BDA.VGA_FLAGS);
  vbeOff(guest);
  setRegisters(vga, mode);
  vga.dacMask = 0xff;
  if ((flags & NO_COLORS) === 0) {
    const colors = defaultColors(mode.palette);
    vga.dac(0, (flags & GREYS) !== 0 ? colors.map(greyOf) : colors);
  }
  if (mode.layout === 'text') loadFont(guest, vga, romFont(mode.charHeight), 0);
  if ((number & KEEP) === 0) clear(guest, mode);
  fillBda(guest, mode, number, vga.crtcPort);
  setFontVectors(guest, mode);
}

function setRegisters(vga: VgaPorts, mode: VideoMode): void {
  vga.sequencer(0, 0x01);
  vga.misc = mode.misc;
  bytesOf(mode.sequencer).forEach((value, n) => {
    vga.sequencer(n + 1, value);
  });
  vga.sequencer(0, 0x03);
  // Registers 0 to 7 are locked until bit 7 of 11h is off.
  vga.crtc(VERTICAL_RETRACE_END, 0);
  bytesOf(mode.crtc).forEach((value, n) => {
    vga.crtc(n, value);
  });
  bytesOf(mode.graphics).forEach((value, n) => {
    vga.graphics(n, value);
  });
  bytesOf(mode.attribute).forEach((value, n) => {
    vga.attribute(n, value);
  });
}

function clear({ memory }: Guest, { layout, base }: VideoMode): void {
  const text = layout === 'text';
  memory.fill16(base, text ? BLANK_TEXT : 0, layout === 'text' || layout === 'cga' ? TEXT_BYTES : GRAPHICS_BYTES);
}

function fillBda({ memory }: Guest, mode: VideoMode, number: number, crtcPort: number): void {
  memory.write8(BDA.VIDEO_MODE, mode.number);
  memory.write16(BDA.COLUMNS, mode.columns);
  memory.write16(BDA.PAGE_SIZE, mode.pageSize);
  memory.write16(BDA.PAGE_START, 0);
  for (let page = 0; page < PAGES; page++) memory.write16(BDA.CURSORS + 2 * page, 0);
  memory.write16(BDA.CURSOR_SHAPE, CURSOR_SHAPE);
  memory.write8(BDA.PAGE, 0);
  memory.write16(BDA.CRTC_PORT, crtcPort);
  memory.write8(BDA.CGA_MODE, CGA_MODES[mode.number] ?? 0x29);
  memory.write8(BDA.CGA_PALETTE, mode.number === 6 ? 0x3f : 0x30);
  memory.write8(BDA.ROWS, mode.rows - 1);
  memory.write16(BDA.CHAR_HEIGHT, mode.charHeight);
  memory.write8(BDA.VIDEO_CONTROL, 0x60 | (number & KEEP));
  memory.write8(BDA.VIDEO_SWITCHES, 0xf9);
  memory.write8(BDA.VGA_FLAGS, memory.read8(BDA.VGA_FLAGS) | 0x01);
  memory.write8(BDA.DISPLAY_COMBINATION, 8);
  memory.write16(BDA.VIDEO_SAVE_POINTER, ROM_AT.savePointers);
  memory.write16(BDA.VIDEO_SAVE_POINTER + 2, ROM_SEGMENT);
}

function setFontVectors({ memory }: Guest, { charHeight }: VideoMode): void {
  const offset = romFont(charHeight).address & 0xffff;
  memory.write16(0x43 * 4, offset);
  memory.write16(0x43 * 4 + 2, ROM_SEGMENT);
  memory.write16(0x1f * 4, ROM_AT.font8x8 + 0x400);
  memory.write16(0x1f * 4 + 2, ROM_SEGMENT);
}
