import type { RgbaImage } from '../render/graphics-screen.ts';
import { crc32 } from './crc32.ts';
import { storeZlib } from './zlib.ts';

/** How {@link encodePng} writes a file. */
export interface PngOptions {
  /**
   * Compresses to a zlib stream (RFC 1950): Node's `deflateSync`, or a library's. Without it nothing is compressed,
   * and a screen of 80x25 characters gives a file of 126 KiB instead of a few.
   */
  readonly deflate?: (data: Uint8Array) => Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Colour types of the IHDR chunk (PNG specification, section 11.2.2). */
const INDEXED = 3;
const TRUECOLOR_WITH_ALPHA = 6;

/**
 * Encodes a picture as a PNG file. Opaque pictures of at most 16 colours, as text screens are, take 4 bits a pixel;
 * others 32. Runs everywhere.
 */
export function encodePng(image: RgbaImage, options: PngOptions = {}): Uint8Array<ArrayBuffer> {
  const { deflate = storeZlib } = options;
  const pixels = new Uint32Array(image.data.buffer, image.data.byteOffset, image.width * image.height);
  const palette = paletteOf(pixels);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, image.width);
  view.setUint32(4, image.height);
  header[8] = palette === undefined ? 8 : 4;
  header[9] = palette === undefined ? TRUECOLOR_WITH_ALPHA : INDEXED;
  const lines = palette === undefined ? fullLines(image) : indexedLines(image, pixels, palette);
  return concat([
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    ...(palette === undefined ? [] : [chunk('PLTE', paletteBytes(palette))]),
    chunk('IDAT', deflate(lines)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** Colour to index, in the order of appearance; undefined if there are more than 16, or one lets light through. */
function paletteOf(pixels: Uint32Array): Map<number, number> | undefined {
  const palette = new Map<number, number>();
  let last = -1;
  for (const pixel of pixels) {
    if (pixel === last) continue;
    last = pixel;
    if (palette.has(pixel)) continue;
    if (palette.size === 16 || pixel >>> 24 !== 0xff) return undefined;
    palette.set(pixel, palette.size);
  }
  return palette;
}

function paletteBytes(palette: Map<number, number>): Uint8Array {
  return Uint8Array.from([...palette.keys()].flatMap((pixel) => [pixel, pixel >> 8, pixel >> 16]));
}

// Each line begins with the number of its filter: 0, none.
function indexedLines(image: RgbaImage, pixels: Uint32Array, palette: Map<number, number>): Uint8Array {
  const { width, height } = image;
  const stride = 1 + Math.ceil(width / 2);
  const lines = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const index = palette.get(pixels[y * width + x]) as number;
      lines[y * stride + 1 + (x >> 1)] |= x & 1 ? index : index << 4;
    }
  }
  return lines;
}

function fullLines({ width, height, data }: RgbaImage): Uint8Array {
  const stride = 1 + 4 * width;
  const lines = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) lines.set(data.subarray(4 * width * y, 4 * width * (y + 1)), y * stride + 1);
  return lines;
}

/** Length, type, data, and the CRC of type and data (PNG specification, section 5.3). */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
  return out;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
