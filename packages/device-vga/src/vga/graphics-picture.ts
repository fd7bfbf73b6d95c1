import type { VgaRegisters } from '../registers/vga-registers.ts';
import type { GraphicsScreen } from '../render/graphics-screen.ts';
import { pixelOf } from '../render/pixel.ts';
import type { Planes } from './planes.ts';
import type { Vbe, VbeMode } from './vbe.ts';

const WORDS = 0x10000;
const BYTES = 4 * WORDS;
/** Graphics register 05h: 256 colours, four of them in a word; else two bits a pixel, interleaved as a CGA has them. */
const COLORS_256 = 0x40;
const INTERLEAVED = 0x20;
/** CRT controller register 17h: a cleared bit 0 puts the lowest bit of the line of a row in the place of address bit 13. */
const NO_BANKS = 0x01;
const BYTE_MODE = 0x40;

/** What a VGA shows in a graphics mode. Pixels are those of the program: neither lines nor dots are doubled. */
export function graphicsPicture(planes: Planes, registers: VgaRegisters): GraphicsScreen {
  const { attribute, crtc, dac, graphics } = registers;
  const values = crtc.registers.values;
  const lineHeight = (values[0x09] & 0x1f) + 1;
  const doubled = (values[0x09] & 0x80) !== 0 ? 2 : 1;
  const banked = (values[0x17] & NO_BANKS) === 0;
  // With banks, the lines of a row differ; without, they repeat.
  const scale = banked ? doubled : doubled * lineHeight;
  const height = Math.max(1, Math.floor(crtc.displayedLines / scale));
  const split = Math.floor(crtc.lineCompare / scale);
  const mode = graphics.values[5];
  const wide = (mode & COLORS_256) !== 0;
  const width = (values[0x01] + 1) * (wide ? 4 : 8);
  const palette = new Uint32Array(wide ? 256 : 16);
  for (let color = 0; color < palette.length; color++)
    palette[color] = pixelOf(dac.rgb(wide ? color : attribute.dacEntry(color)));
  const screen = blank(width, height);
  if (!registers.shown) return screen;
  const pixels = new Uint32Array(screen.data.buffer);
  const stride = 2 * values[0x13];
  const panning = wide ? (attribute.panning >> 1) & 3 : attribute.panning & 7;
  const bankBit = (values[0x17] & BYTE_MODE) !== 0 ? 13 : 12;
  for (let y = 0, from = 0; y < height; y++) {
    if (y === split + 1) from = y;
    const line = y - from;
    const row = banked ? Math.floor(line / lineHeight) : line;
    let first = (from === 0 ? crtc.startAddress : 0) + row * stride;
    if (banked) first = (first & ~(1 << bankBit)) | ((line & 1) << bankBit);
    const skip = from === 0 ? panning : 0;
    const out = pixels.subarray(y * width, (y + 1) * width);
    if (wide) draw256(out, planes.bytes, 4 * first + skip, palette);
    else if ((mode & INTERLEAVED) !== 0) drawInterleaved(out, planes.bytes, first, palette);
    else drawPlanes(out, planes.words, first, skip, palette);
  }
  return screen;
}

/** What the Bochs display interface shows. */
export function vbePicture(vbe: Vbe, mode: VbeMode, planes: Planes, registers: VgaRegisters): GraphicsScreen {
  const { width, height, bitsPerPixel, stride, start, skip } = mode;
  const { attribute, dac } = registers;
  const screen = blank(width, height);
  const pixels = new Uint32Array(screen.data.buffer);
  const palette = new Uint32Array(256);
  for (let color = 0; color < 256; color++)
    palette[color] = pixelOf(dac.rgb(bitsPerPixel === 4 ? attribute.dacEntry(color & 15) : color));
  for (let y = 0; y < height; y++) {
    const out = pixels.subarray(y * width, (y + 1) * width);
    const at = start + y * stride;
    if (bitsPerPixel === 4) drawPlanes(out, planes.words, at, skip, palette);
    else drawDirect(out, vbe.bytes, at, bitsPerPixel, palette);
  }
  return screen;
}

function blank(width: number, height: number): GraphicsScreen {
  const data = new Uint8ClampedArray(4 * width * height);
  new Uint32Array(data.buffer).fill(pixelOf(0));
  return { kind: 'graphics', width, height, data };
}

function draw256(out: Uint32Array, bytes: Uint8Array, at: number, palette: Uint32Array): void {
  for (let x = 0; x < out.length; x++) out[x] = palette[bytes[(at + x) % BYTES]];
}

function drawPlanes(out: Uint32Array, words: Int32Array, at: number, skip: number, palette: Uint32Array): void {
  for (let x = 0; x < out.length; x++) {
    const dot = x + skip;
    const word = words[(at + (dot >> 3)) % WORDS] >>> (7 - (dot & 7));
    out[x] = palette[(word & 1) | ((word >>> 7) & 2) | ((word >>> 14) & 4) | ((word >>> 21) & 8)];
  }
}

// Eight pixels a word: four of two bits in the byte of plane 0, then four in that of plane 1. Planes 2 and 3 have bits 2 and 3.
function drawInterleaved(out: Uint32Array, bytes: Uint8Array, at: number, palette: Uint32Array): void {
  for (let x = 0; x < out.length; x++) {
    const byte = 4 * ((at + (x >> 3)) % WORDS) + ((x >> 2) & 1);
    const shift = 6 - 2 * (x & 3);
    out[x] = palette[((bytes[byte] >> shift) & 3) | (((bytes[byte + 2] >> shift) & 3) << 2)];
  }
}

function drawDirect(out: Uint32Array, bytes: Uint8Array, at: number, depth: number, palette: Uint32Array): void {
  switch (depth) {
    case 8:
      for (let x = 0; x < out.length; x++) out[x] = palette[bytes[at + x]];
      break;
    case 15:
    case 16:
      for (let x = 0; x < out.length; x++) {
        out[x] = pixelOf16(bytes[at + 2 * x] | (bytes[at + 2 * x + 1] << 8), depth === 16 ? 6 : 5);
      }
      break;
    default: {
      const size = depth >> 3;
      for (let x = 0, from = at; x < out.length; x++, from += size) {
        out[x] = pixelOf((bytes[from + 2] << 16) | (bytes[from + 1] << 8) | bytes[from]);
      }
    }
  }
}

/** @param greenBits 5 or 6; red and blue have 5 */
function pixelOf16(value: number, greenBits: 5 | 6): number {
  const blue = value & 0x1f;
  const green = (value >> 5) & (greenBits === 6 ? 0x3f : 0x1f);
  const red = (value >> (5 + greenBits)) & 0x1f;
  const green8 = greenBits === 6 ? (green << 2) | (green >> 4) : (green << 3) | (green >> 2);
  return pixelOf((((red << 3) | (red >> 2)) << 16) | (green8 << 8) | (blue << 3) | (blue >> 2));
}
