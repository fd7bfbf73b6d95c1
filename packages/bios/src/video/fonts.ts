import type { Guest } from '../guest/guest.ts';
import { ROM_AT, ROM_BASE } from '../rom/rom-image.ts';
import type { VgaPorts } from './vga-ports.ts';

/** Where plane 2 is while a font is loaded. */
const WINDOW = 0xa0000;
/** Bytes between two glyphs in plane 2. */
const GLYPH = 32;
/** Where the eight fonts of plane 2 are. */
const BLOCKS = [0x0000, 0x4000, 0x8000, 0xc000, 0x2000, 0x6000, 0xa000, 0xe000];
const GLYPHS = 256;

/** Glyphs in the guest's memory. */
export interface GlyphSource {
  /** Linear address of the first. */
  readonly address: number;
  /** Bytes of each, 1 to 32. */
  readonly height: number;
  /** Code of the first. Default 0. */
  readonly first?: number;
  /** How many. Default 256. */
  readonly count?: number;
}

/** The fonts of the ROM by height: 8, 14 or 16. */
export function romFont(height: number): GlyphSource {
  const offset = height === 8 ? ROM_AT.font8x8 : height === 14 ? ROM_AT.font8x14 : ROM_AT.font8x16;
  return { address: ROM_BASE + offset, height };
}

/** Puts glyphs into plane 2, where text modes have them. @param block 0 to 7 */
export function loadFont(guest: Guest, vga: VgaPorts, source: GlyphSource, block: number): void {
  const { address, height, first = 0, count = GLYPHS } = source;
  const mono = vga.crtcPort === 0x3b4;
  const glyphs = guest.memory.readBytes(address, Math.min(count, GLYPHS - first) * height);
  openPlane2(vga);
  const to = WINDOW + BLOCKS[block & 7];
  for (let n = 0; n * height < glyphs.length; n++) {
    const glyph = glyphs.subarray(n * height, n * height + height);
    for (let y = 0; y < GLYPH; y += 4) {
      const rows =
        (glyph[y] ?? 0) | ((glyph[y + 1] ?? 0) << 8) | ((glyph[y + 2] ?? 0) << 16) | ((glyph[y + 3] ?? 0) << 24);
      guest.memory.write32(to + (first + n) * GLYPH + y, rows);
    }
  }
  closePlane2(vga, mono);
}

// One plane after the other, in steps of one byte, without odd and even ones.
function openPlane2(vga: VgaPorts): void {
  vga.sequencer(0, 0x01);
  vga.sequencer(2, 0x04);
  vga.sequencer(4, 0x07);
  vga.sequencer(0, 0x03);
  vga.graphics(4, 0x02);
  vga.graphics(5, 0x00);
  vga.graphics(6, 0x04);
}

function closePlane2(vga: VgaPorts, mono: boolean): void {
  vga.sequencer(0, 0x01);
  vga.sequencer(2, 0x03);
  vga.sequencer(4, 0x03);
  vga.sequencer(0, 0x03);
  vga.graphics(4, 0x00);
  vga.graphics(5, 0x10);
  vga.graphics(6, mono ? 0x0a : 0x0e);
}
