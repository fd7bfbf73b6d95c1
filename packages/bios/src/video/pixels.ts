import type { LinearMemory } from '../guest/linear-memory.ts';
import type { VgaPorts } from './vga-ports.ts';

/** Pixels of a graphics mode. Eight of them, from a multiple of eight on, are a cell's row. */
export interface Pixels {
  /** Draws rows of eight pixels downwards. @param color bit 7: exclusive or, where a pixel has less than eight bits */
  drawGlyph(page: number, column: number, y: number, glyph: Uint8Array, color: number): void;
  /** Which of eight pixels are not 0. */
  readRow(page: number, column: number, y: number): number;
  /** Copies a row of `count` times eight pixels. */
  copyRow(page: number, to: number, from: number, column: number, count: number): void;
  /** Makes a row of `count` times eight pixels one colour. */
  fillRow(page: number, y: number, column: number, count: number, color: number): void;
  /** Sets a pixel. */
  set(page: number, x: number, y: number, color: number): void;
  /** The colour of a pixel. */
  get(page: number, x: number, y: number): number;
}

const WINDOW_64K = 0xffff;
const CGA_WINDOW = 0x3fff;

/** Modes 4 to 6: one or two bits a pixel, even and odd lines apart. */
export class CgaPixels implements Pixels {
  readonly #memory: LinearMemory;
  readonly #depth: number;

  /** @param depth bits of a pixel: 1 or 2 */
  constructor(memory: LinearMemory, depth: number) {
    this.#memory = memory;
    this.#depth = depth;
  }

  drawGlyph(_page: number, column: number, y: number, glyph: Uint8Array, color: number): void {
    glyph.forEach((bits, row) => {
      for (let byte = 0; byte < this.#depth; byte++) {
        const at = this.#at(y + row) + column * this.#depth + byte;
        const pattern = this.#pattern(this.#depth === 1 ? bits : (bits >> (4 - 4 * byte)) & 0x0f, color);
        this.#memory.write8(at, color & 0x80 ? this.#memory.read8(at) ^ pattern : pattern);
      }
    });
  }

  readRow(_page: number, column: number, y: number): number {
    const at = this.#at(y) + column * this.#depth;
    if (this.#depth === 1) return this.#memory.read8(at);
    const word = (this.#memory.read8(at) << 8) | this.#memory.read8(at + 1);
    let bits = 0;
    for (let x = 0; x < 8; x++) if (((word >> (14 - 2 * x)) & 3) !== 0) bits |= 0x80 >> x;
    return bits;
  }

  copyRow(_page: number, to: number, from: number, column: number, count: number): void {
    const left = column * this.#depth;
    this.#memory.copy(this.#at(to) + left, this.#at(from) + left, count * this.#depth);
  }

  fillRow(_page: number, y: number, column: number, count: number, color: number): void {
    const byte = this.#pattern(this.#depth === 1 ? 0xff : 0x0f, color);
    const at = this.#at(y) + column * this.#depth;
    for (let i = 0; i < count * this.#depth; i++) this.#memory.write8(at + i, byte);
  }

  set(_page: number, x: number, y: number, color: number): void {
    const [at, shift, mask] = this.#place(x, y);
    const before = this.#memory.read8(at);
    const bits = (color & mask) << shift;
    this.#memory.write8(at, color & 0x80 ? before ^ bits : (before & ~(mask << shift)) | bits);
  }

  get(_page: number, x: number, y: number): number {
    const [at, shift, mask] = this.#place(x, y);
    return (this.#memory.read8(at) >> shift) & mask;
  }

  // Pixels that are set, in a colour: of two bits, four pixels are a byte.
  #pattern(bits: number, color: number): number {
    if (this.#depth === 1) return color & 1 ? bits : 0;
    let byte = 0;
    for (let x = 0; x < 4; x++) if (((bits >> x) & 1) !== 0) byte |= (color & 3) << (2 * x);
    return byte;
  }

  #place(x: number, y: number): [at: number, shift: number, mask: number] {
    const perByte = 8 / this.#depth;
    const shift = (perByte - 1 - (x % perByte)) * this.#depth;
    return [this.#at(y) + Math.floor(x / perByte), shift, (1 << this.#depth) - 1];
  }

  #at(y: number): number {
    return 0xb8000 + (((y & 1) * 0x2000 + (y >> 1) * 80) & CGA_WINDOW);
  }
}

/** Mode 13h: a byte a pixel. */
export class PackedPixels implements Pixels {
  readonly #memory: LinearMemory;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
  }

  drawGlyph(_page: number, column: number, y: number, glyph: Uint8Array, color: number): void {
    glyph.forEach((bits, row) => {
      const at = this.#at(8 * column, y + row);
      for (let half = 0; half < 2; half++) {
        const byte = (x: number): number => ((bits >> (7 - 4 * half - x)) & 1) * color;
        this.#memory.write32(at + 4 * half, byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24));
      }
    });
  }

  readRow(_page: number, column: number, y: number): number {
    let bits = 0;
    for (let x = 0; x < 8; x++) if (this.#memory.read8(this.#at(8 * column + x, y)) !== 0) bits |= 0x80 >> x;
    return bits;
  }

  copyRow(_page: number, to: number, from: number, column: number, count: number): void {
    this.#memory.copy(this.#at(8 * column, to), this.#at(8 * column, from), 8 * count);
  }

  fillRow(_page: number, y: number, column: number, count: number, color: number): void {
    this.#memory.fill16(this.#at(8 * column, y), color | (color << 8), 8 * count);
  }

  set(_page: number, x: number, y: number, color: number): void {
    this.#memory.write8(this.#at(x, y), color);
  }

  get(_page: number, x: number, y: number): number {
    return this.#memory.read8(this.#at(x, y));
  }

  #at(x: number, y: number): number {
    return 0xa0000 + ((y * 320 + x) & WINDOW_64K);
  }
}

/** Graphics controller: function and write mode. */
const FUNCTION = 3;
const READ_PLANE = 4;
const WRITE_MODE = 5;
const BIT_MASK = 8;
const XOR = 0x18;
/** Sequencer: which planes are written. */
const PLANES = 2;
const ALL_PLANES = 0x0f;

/** Modes 0Dh to 12h: four planes, a bit each. The registers are left as the mode has them. */
export class PlanarPixels implements Pixels {
  readonly #memory: LinearMemory;
  readonly #vga: VgaPorts;
  readonly #bytes: number;
  readonly #pageSize: number;

  /** @param bytes of a row @param pageSize bytes */
  constructor(memory: LinearMemory, vga: VgaPorts, bytes: number, pageSize: number) {
    this.#memory = memory;
    this.#vga = vga;
    this.#bytes = bytes;
    this.#pageSize = pageSize;
  }

  drawGlyph(page: number, column: number, y: number, glyph: Uint8Array, color: number): void {
    const at = this.#at(page, column, y);
    if (color & 0x80) this.#vga.graphics(FUNCTION, XOR);
    this.#vga.sequencer(PLANES, color & ALL_PLANES);
    glyph.forEach((bits, row) => {
      if (color & 0x80) this.#memory.read8(at + row * this.#bytes);
      this.#memory.write8(at + row * this.#bytes, bits);
    });
    if (color & 0x80) this.#vga.graphics(FUNCTION, 0);
    else {
      this.#vga.sequencer(PLANES, ~color & ALL_PLANES);
      for (let row = 0; row < glyph.length; row++) this.#memory.write8(at + row * this.#bytes, 0);
    }
    this.#vga.sequencer(PLANES, ALL_PLANES);
  }

  readRow(page: number, column: number, y: number): number {
    let bits = 0;
    for (let plane = 0; plane < 4; plane++) {
      this.#vga.graphics(READ_PLANE, plane);
      bits |= this.#memory.read8(this.#at(page, column, y));
    }
    this.#vga.graphics(READ_PLANE, 0);
    return bits;
  }

  // Write mode 1: what was read last, all planes at once.
  copyRow(page: number, to: number, from: number, column: number, count: number): void {
    this.#vga.graphics(WRITE_MODE, 1);
    const [target, source] = [this.#at(page, column, to), this.#at(page, column, from)];
    for (let i = 0; i < count; i++) this.#memory.write8(target + i, this.#memory.read8(source + i));
    this.#vga.graphics(WRITE_MODE, 0);
  }

  fillRow(page: number, y: number, column: number, count: number, color: number): void {
    const at = this.#at(page, column, y);
    for (const [planes, byte] of [
      [color & ALL_PLANES, 0xff],
      [~color & ALL_PLANES, 0],
    ]) {
      if (planes === 0) continue;
      this.#vga.sequencer(PLANES, planes);
      for (let i = 0; i < count; i++) this.#memory.write8(at + i, byte);
    }
    this.#vga.sequencer(PLANES, ALL_PLANES);
  }

  // Write mode 2: the colour goes to the planes, where the bit mask lets it.
  set(page: number, x: number, y: number, color: number): void {
    const at = this.#at(page, x >> 3, y);
    this.#vga.graphics(WRITE_MODE, 2);
    this.#vga.graphics(BIT_MASK, 0x80 >> (x & 7));
    if (color & 0x80) this.#vga.graphics(FUNCTION, XOR);
    this.#memory.read8(at);
    this.#memory.write8(at, color & ALL_PLANES);
    this.#vga.graphics(FUNCTION, 0);
    this.#vga.graphics(BIT_MASK, 0xff);
    this.#vga.graphics(WRITE_MODE, 0);
  }

  get(page: number, x: number, y: number): number {
    let color = 0;
    for (let plane = 0; plane < 4; plane++) {
      this.#vga.graphics(READ_PLANE, plane);
      if ((this.#memory.read8(this.#at(page, x >> 3, y)) & (0x80 >> (x & 7))) !== 0) color |= 1 << plane;
    }
    this.#vga.graphics(READ_PLANE, 0);
    return color;
  }

  #at(page: number, column: number, y: number): number {
    return 0xa0000 + ((page * this.#pageSize + y * this.#bytes + column) & WINDOW_64K);
  }
}
