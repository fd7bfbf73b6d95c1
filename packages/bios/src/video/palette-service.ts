import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { greyOf } from './colors.ts';
import { type Rgb, VgaPorts } from './vga-ports.ts';

const MODE_CONTROL = 0x10;
const BORDER = 0x11;
const COLOR_SELECT = 0x14;
const BLINK = 0x08;
const PAGES_OF_16 = 0x80;
const ENTRIES = 16;
const COLORS = 256;

/** INT 10h, AH=10h: palette registers and colours. */
export function paletteService(guest: Guest): void {
  const { registers, memory } = guest;
  const vga = new VgaPorts(guest, memory.read16(BDA.CRTC_PORT));
  const table = registers.es(registers.dx);
  const { bl, bh, bx, cx, ch, cl, dh } = registers;
  switch (registers.al) {
    case 0x00:
      if (bl <= COLOR_SELECT) vga.attribute(bl, bh);
      return;
    case 0x01:
      vga.attribute(BORDER, bh);
      return;
    case 0x02:
      memory.readBytes(table, ENTRIES).forEach((value, n) => {
        vga.attribute(n, value);
      });
      vga.attribute(BORDER, memory.read8(table + ENTRIES));
      return;
    case 0x03:
      setBlink(guest, vga, (bl & 1) !== 0);
      return;
    case 0x07:
      if (bl <= COLOR_SELECT) registers.bh = vga.readAttribute(bl);
      return;
    case 0x08:
      registers.bh = vga.readAttribute(BORDER);
      return;
    case 0x09:
      for (let n = 0; n < ENTRIES; n++) memory.write8(table + n, vga.readAttribute(n));
      memory.write8(table + ENTRIES, vga.readAttribute(BORDER));
      return;
    case 0x10:
      vga.dac(bx & 0xff, [[dh, ch, cl]]);
      return;
    case 0x12:
      vga.dac(bx & 0xff, readColors(guest, table, countOf(cx)));
      return;
    case 0x13:
      selectPage(vga, bl, bh);
      return;
    case 0x15: {
      const [red, green, blue] = vga.readDac(bx & 0xff);
      registers.dh = red;
      registers.ch = green;
      registers.cl = blue;
      return;
    }
    case 0x17:
      for (let n = 0; n < countOf(cx); n++)
        memory.writeBytes(table + 3 * n, Uint8Array.from(vga.readDac((bx + n) & 0xff)));
      return;
    case 0x18:
      vga.dacMask = bl;
      return;
    case 0x19:
      registers.bl = vga.dacMask;
      return;
    case 0x1a:
      tellPage(guest, vga);
      return;
    case 0x1b:
      for (let n = 0; n < countOf(cx); n++) vga.dac((bx + n) & 0xff, [greyOf(vga.readDac((bx + n) & 0xff))]);
      return;
  }
}

function countOf(cx: number): number {
  return Math.min(cx, COLORS);
}

function readColors({ memory }: Guest, table: number, count: number): Rgb[] {
  const bytes = memory.readBytes(table, 3 * count);
  return Array.from({ length: count }, (_, n) => [bytes[3 * n], bytes[3 * n + 1], bytes[3 * n + 2]]);
}

function setBlink({ memory }: Guest, vga: VgaPorts, blink: boolean): void {
  const before = vga.readAttribute(MODE_CONTROL);
  vga.attribute(MODE_CONTROL, blink ? before | BLINK : before & ~BLINK);
  const cga = memory.read8(BDA.CGA_MODE);
  memory.write8(BDA.CGA_MODE, blink ? cga | 0x20 : cga & ~0x20);
}

// Pages of 64 colours, or of 16.
function selectPage(vga: VgaPorts, what: number, value: number): void {
  const control = vga.readAttribute(MODE_CONTROL);
  if (what === 0) vga.attribute(MODE_CONTROL, value & 1 ? control | PAGES_OF_16 : control & ~PAGES_OF_16);
  else if (what === 1) vga.attribute(COLOR_SELECT, control & PAGES_OF_16 ? value & 0x0f : (value & 3) << 2);
}

function tellPage({ registers }: Guest, vga: VgaPorts): void {
  const small = (vga.readAttribute(MODE_CONTROL) & PAGES_OF_16) !== 0;
  const select = vga.readAttribute(COLOR_SELECT);
  registers.bl = small ? 1 : 0;
  registers.bh = small ? select & 0x0f : (select >> 2) & 3;
}
