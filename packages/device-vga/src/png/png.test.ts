import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodePng, type RgbaImage, renderRgba, vgaText } from '../index.ts';
import { print, VgaMachine } from '../machine.test-util.ts';

/** Decodes what `encodePng` may write, by the PNG specification, and checks every length and checksum in it. */
function decode(png: Uint8Array): RgbaImage {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    chunks.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, at + 8 + length));
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
    if (at >= bytes.length) expect(at).toBe(bytes.length);
  }
  expect([...chunks.keys()].at(-1)).toBe('IEND');
  const header = chunks.get('IHDR') as Buffer;
  const [width, height, depth, type] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9]];
  const lines = inflateSync(chunks.get('IDAT') as Buffer);
  const palette = chunks.get('PLTE');
  const stride = 1 + Math.ceil((width * depth * (type === 3 ? 1 : 4)) / 8);
  expect(lines.length).toBe(stride * height);
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    expect(lines[y * stride]).toBe(0);
    for (let x = 0; x < width; x++) {
      const to = 4 * (y * width + x);
      if (palette === undefined) data.set(lines.subarray(y * stride + 1 + 4 * x, y * stride + 5 + 4 * x), to);
      else {
        const pair = lines[y * stride + 1 + (x >> 1)];
        const index = x & 1 ? pair & 0x0f : pair >> 4;
        data.set([...palette.subarray(3 * index, 3 * index + 3), 255], to);
      }
    }
  }
  return { width, height, data };
}

function expectSame(actual: RgbaImage, expected: RgbaImage): void {
  expect([actual.width, actual.height]).toEqual([expected.width, expected.height]);
  // Not toEqual: it takes seconds for a million bytes.
  expect(Buffer.from(actual.data.buffer).equals(Buffer.from(expected.data.buffer))).toBe(true);
}

function colourfulScreen(): RgbaImage {
  const vga = vgaText();
  const machine = new VgaMachine(vga);
  machine.ports.read(0x3da, 1);
  machine.ports.write(0x3c0, 1, 0x30);
  machine.ports.write(0x3c0, 1, 0x04);
  for (let attribute = 0; attribute < 256; attribute++) print(machine, 7 * attribute, 'colours', attribute);
  return renderRgba(vga.screen());
}

describe('encodePng', () => {
  it('writes a screen of 16 colours that decodes to the same pixels, with no compressor and with one', () => {
    const image = colourfulScreen();
    const stored = encodePng(image);
    expectSame(decode(stored), image);
    // 400 lines of 320 bytes and a filter byte, and little else.
    expect(stored.length).toBeGreaterThan(400 * 321);
    expect(stored.length).toBeLessThan(400 * 321 + 256);
    const packed = encodePng(image, { deflate: deflateSync });
    expectSame(decode(packed), image);
    expect(packed.length).toBeLessThan(stored.length / 4);
  });

  it('writes pictures of odd widths', () => {
    const image = { width: 3, height: 2, data: new Uint8ClampedArray(24).fill(255) };
    image.data[4] = 0;
    image.data[20] = 7;
    expectSame(decode(encodePng(image)), image);
  });

  it('writes pictures of more than 16 colours, and translucent ones, with all four components', () => {
    const many = { width: 17, height: 1, data: new Uint8ClampedArray(68).fill(255) };
    for (let x = 0; x < 17; x++) many.data[4 * x] = x;
    expectSame(decode(encodePng(many)), many);
    const translucent = { width: 1, height: 1, data: Uint8ClampedArray.of(1, 2, 3, 4) };
    expectSame(decode(encodePng(translucent)), translucent);
  });
});
