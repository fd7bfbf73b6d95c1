import { describe, expect, it, vi } from 'vitest';
import { renderAnsi, renderRgba, renderText, vga, vgaFont8x16 } from '../index.ts';
import { VgaProgram } from './modes.test-util.ts';

const A0000 = 0xa0000;
const B0000 = 0xb0000;
const B8000 = 0xb8000;
const LFB = 0xe0000000;

describe('text modes', () => {
  it('show what is written at B8000h in mode 3, as after power-on', () => {
    for (const prepare of [() => {}, (m: VgaProgram) => m.setMode('03h')]) {
      const m = new VgaProgram();
      prepare(m);
      m.writeMmio(B8000, 0x0a48, 2);
      m.writeMmio(B8000 + 2 * (24 * 80 + 79), 0x1f21, 2);
      const screen = m.text();
      expect([screen.columns, screen.rows]).toEqual([80, 25]);
      expect(renderText(screen)[0]).toBe('H');
      expect(renderText(screen)[24]).toBe(`${' '.repeat(79)}!`);
      expect(screen.cells[1]).toBe(0x0a);
      expect(m.readMmio(B8000, 2)).toBe(0x0a48);
    }
  });

  it('are at B0000h and 3B4h in mode 7, and nothing answers in the other place', () => {
    const m = new VgaProgram();
    m.setMode('07h');
    m.writeMmio(B0000, 0x0741, 2);
    m.writeMmio(B8000, 0x0742, 2);
    expect(renderText(m.text())[0]).toBe('A');
    expect(m.readMmio(B8000, 2)).toBe(0xffff);
    expect(m.readMmio(A0000, 1)).toBe(0xff);
    m.set(0x3b4, 0x0f, 5);
    expect(m.text().cursor.column).toBe(5);
    expect([m.readPort(0x3d4), m.readPort(0x3d5), m.readPort(0x3da)]).toEqual([0xff, 0xff, 0xff]);
    m.set(0x3d4, 0x0f, 9);
    expect(m.text().cursor.column).toBe(5);
  });

  it('have 50 rows with a font of 8 lines, which is the guest’s', () => {
    const m = new VgaProgram();
    // A font goes to plane 2, which is made visible at A0000h.
    m.set(0x3c4, 2, 4);
    m.set(0x3c4, 4, 7);
    m.set(0x3ce, 5, 0);
    m.set(0x3ce, 6, 4);
    for (let line = 0; line < 8; line++) m.writeMmio(A0000 + 32 * 0x41 + line, 0x80 >> line);
    m.set(0x3c4, 2, 3);
    m.set(0x3c4, 4, 3);
    m.set(0x3ce, 5, 0x10);
    m.set(0x3ce, 6, 0x0e);
    m.set(0x3d4, 9, 0x47);
    m.writeMmio(B8000 + 2 * 80 * 49, 0x0741, 2);
    const screen = m.text();
    expect([screen.columns, screen.rows]).toEqual([80, 50]);
    expect(renderText(screen)[49]).toBe('A');
    expect([...(screen.font?.rows.subarray(8 * 0x41, 8 * 0x42) ?? [])]).toEqual([128, 64, 32, 16, 8, 4, 2, 1]);
    const { width, height, data } = renderRgba(screen, { cursor: false });
    expect([width, height]).toEqual([640, 400]);
    // The diagonal of the glyph.
    for (let i = 0; i < 8; i++) {
      expect(data[4 * ((392 + i) * 640 + i)]).toBe(0xaa);
      expect(data[4 * ((392 + i) * 640 + ((i + 1) % 8))]).toBe(0);
    }
  });

  it('begin with the built-in font, and have a second one where the guest wants it', () => {
    const m = new VgaProgram();
    expect(m.text().font).toEqual(vgaFont8x16());
    expect(m.text().secondFont).toBeUndefined();
    // Map A is table 1, at 4000h of plane 2.
    m.set(0x3c4, 3, 0x04);
    m.set(0x3c4, 2, 4);
    m.set(0x3c4, 4, 7);
    m.set(0x3ce, 5, 0);
    m.set(0x3ce, 6, 4);
    for (let line = 0; line < 16; line++) m.writeMmio(A0000 + 0x4000 + 32 * 0x41 + line, 0xff);
    m.set(0x3c4, 2, 3);
    m.set(0x3c4, 4, 3);
    m.set(0x3ce, 5, 0x10);
    m.set(0x3ce, 6, 0x0e);
    m.writeMmio(B8000, 0x0f41_0741, 4);
    const { data } = renderRgba(m.text(), { cursor: false });
    expect(data[4 * 8]).toBe(0xff);
    expect(data[0]).toBe(0);
  });

  it('scroll by the start address, and split where the line compare says', () => {
    const m = new VgaProgram();
    for (let row = 0; row < 50; row++) m.writeMmio(B8000 + 160 * row, 0x0700 | (0x20 + row), 2);
    m.set(0x3d4, 0x0d, 80);
    expect(renderText(m.text())[0]).toBe('!');
    // Behind line 10 * 16 - 1 memory begins anew.
    m.set(0x3d4, 0x11, 0);
    m.set(0x3d4, 0x07, 0x0f);
    m.set(0x3d4, 0x09, 0x0f);
    m.set(0x3d4, 0x18, 159);
    const lines = renderText(m.text());
    expect([lines[9], lines[10], lines[11]]).toEqual(['*', '', '!']);
  });
});

describe('the planes', () => {
  const planar = (): VgaProgram => {
    const m = new VgaProgram();
    m.setMode('12h');
    return m;
  };
  /** The bytes of the four planes at an address. */
  const planesAt = (m: VgaProgram, at: number): number[] =>
    [0, 1, 2, 3].map((plane) => {
      m.set(0x3ce, 4, plane);
      return m.readMmio(A0000 + at);
    });

  it('are written where the map mask says, turned by the rotate count', () => {
    const m = planar();
    m.set(0x3c4, 2, 0b0101);
    m.writeMmio(A0000, 0x81);
    expect(planesAt(m, 0)).toEqual([0x81, 0, 0x81, 0]);
    m.set(0x3ce, 3, 1);
    m.writeMmio(A0000 + 1, 0x81);
    expect(planesAt(m, 1)).toEqual([0xc0, 0, 0xc0, 0]);
  });

  it('take the set/reset colour in planes that are enabled for it', () => {
    const m = planar();
    m.set(0x3ce, 0, 0b0011);
    m.set(0x3ce, 1, 0b0110);
    m.writeMmio(A0000, 0x5a);
    expect(planesAt(m, 0)).toEqual([0x5a, 0xff, 0x00, 0x5a]);
  });

  it('keep the latches’ bits where the bit mask has none', () => {
    const m = planar();
    m.writeMmio(A0000, 0xf0);
    m.readMmio(A0000);
    m.set(0x3ce, 8, 0x3c);
    m.writeMmio(A0000, 0x0f);
    expect(planesAt(m, 0)).toEqual(Array(4).fill(0xcc));
  });

  it.each([
    [0, 0x33],
    [1, 0x11],
    [2, 0x77],
    [3, 0x66],
  ])('combine with the latches: operation %i', (operation, expected) => {
    const m = planar();
    m.writeMmio(A0000, 0x55);
    m.readMmio(A0000);
    m.set(0x3ce, 3, operation << 3);
    m.writeMmio(A0000 + 1, 0x33);
    expect(planesAt(m, 1)).toEqual(Array(4).fill(expected));
  });

  it('copy the latches in write mode 1', () => {
    const m = planar();
    for (let plane = 0; plane < 4; plane++) {
      m.set(0x3c4, 2, 1 << plane);
      m.writeMmio(A0000, 0x10 + plane);
    }
    m.set(0x3c4, 2, 0x0f);
    m.readMmio(A0000);
    m.set(0x3ce, 5, 1);
    m.writeMmio(A0000 + 100, 0xff);
    expect(planesAt(m, 100)).toEqual([0x10, 0x11, 0x12, 0x13]);
  });

  it('take a colour in write mode 2, and in mode 3 the set/reset colour through data as a mask', () => {
    const m = planar();
    m.readMmio(A0000);
    m.set(0x3ce, 5, 2);
    m.set(0x3ce, 8, 0x0f);
    m.writeMmio(A0000, 0b1010);
    expect(planesAt(m, 0)).toEqual([0, 0x0f, 0, 0x0f]);
    m.readMmio(A0000 + 1);
    m.set(0x3ce, 5, 3);
    m.set(0x3ce, 0, 0b0001);
    m.set(0x3ce, 8, 0xf0);
    m.writeMmio(A0000 + 1, 0x3c);
    expect(planesAt(m, 1)).toEqual([0x30, 0, 0, 0]);
  });

  it('are compared with a colour in read mode 1', () => {
    const m = planar();
    m.set(0x3c4, 2, 0b0101);
    m.writeMmio(A0000, 0xf0);
    m.set(0x3ce, 5, 8);
    m.set(0x3ce, 2, 0b0101);
    m.set(0x3ce, 7, 0x0f);
    expect(m.readMmio(A0000)).toBe(0xf0);
    // Planes that do not care match whatever they have.
    m.set(0x3ce, 7, 0b1010);
    expect(m.readMmio(A0000)).toBe(0xff);
  });

  it('are four bytes behind one address for wide accesses: one address a byte', () => {
    const m = planar();
    m.writeMmio(A0000, 0x44332211, 4);
    expect([0, 1, 2, 3].map((at) => planesAt(m, at)[3])).toEqual([0x11, 0x22, 0x33, 0x44]);
    expect(m.readMmio(A0000, 4)).toBe(0x44332211);
  });

  it('do not answer while memory is switched off, nor outside of the window', () => {
    const m = planar();
    m.writeMmio(B8000, 0x77);
    expect(m.readMmio(B8000)).toBe(0xff);
    m.writePort(0x3c2, 0xe1);
    m.writeMmio(A0000, 0x77);
    expect(m.readMmio(A0000)).toBe(0xff);
    m.writePort(0x3c2, 0xe3);
    expect(m.readMmio(A0000)).toBe(0);
  });
});

describe('graphics modes', () => {
  it('12h: 640x480 of 16 colours through the palette', () => {
    const m = new VgaProgram();
    m.setMode('12h');
    m.set(0x3c4, 2, 0b0100);
    m.writeMmio(A0000 + 479 * 80 + 79, 0x01);
    const { width, height } = m.picture();
    expect([width, height]).toEqual([640, 480]);
    expect([m.pixel(639, 479), m.pixel(638, 479)]).toEqual([0xaa0000, 0]);
  });

  it('0Dh: 320x200 of 16 colours, in pages, panned', () => {
    const m = new VgaProgram();
    m.setMode('0Dh');
    m.set(0x3c4, 2, 0b0010);
    m.writeMmio(A0000 + 0x2000, 0x80);
    expect([m.picture().width, m.picture().height]).toEqual([320, 200]);
    expect(m.pixel(0, 0)).toBe(0);
    m.set(0x3d4, 0x0c, 0x20);
    expect(m.pixel(0, 0)).toBe(0x00aa00);
    m.set(0x3d4, 0x0c, 0x1f);
    m.set(0x3d4, 0x0d, 0xff);
    m.readPort(0x3da);
    m.writePort(0x3c0, 0x33);
    m.writePort(0x3c0, 3);
    expect([m.pixel(4, 0), m.pixel(5, 0), m.pixel(6, 0)]).toEqual([0, 0x00aa00, 0]);
  });

  it('13h: 320x200 of 256 colours, a byte a pixel', () => {
    const m = new VgaProgram();
    m.setMode('13h');
    m.color(0x42, 0x3f, 0x20, 0);
    m.writeMmio(A0000 + 320 * 199 + 319, 0x42);
    m.writeMmio(A0000, 0x42424242, 4);
    expect([m.picture().width, m.picture().height]).toEqual([320, 200]);
    expect([m.pixel(319, 199), m.pixel(318, 199)]).toEqual([0xff8200, 0]);
    expect([m.pixel(0, 0), m.pixel(3, 0), m.pixel(4, 0)]).toEqual([0xff8200, 0xff8200, 0]);
    expect(m.readMmio(A0000 + 320 * 199 + 319)).toBe(0x42);
    // The pixel mask takes colours away.
    m.writePort(0x3c6, 0x02);
    expect(m.pixel(0, 0)).not.toBe(0xff8200);
  });

  it('unchained 13h ("X"): 320x240, four pixels an address, with page flips', () => {
    const m = new VgaProgram();
    m.setMode('13h');
    m.set(0x3c4, 4, 0x06);
    m.writePort(0x3c2, 0xe3);
    m.set(0x3d4, 0x11, 0x2c);
    for (const [i, v] of [[6, 0x0d], [7, 0x3e], [9, 0x41], [0x10, 0xea], [0x11, 0xac], [0x12, 0xdf], [0x14, 0], [0x15, 0xe7], [0x16, 6], [0x17, 0xe3]]) m.set(0x3d4, i, v); // biome-ignore format: a table
    m.color(9, 0, 0x3f, 0);
    m.set(0x3c4, 2, 0b0100);
    m.writeMmio(A0000 + 239 * 80 + 79, 9);
    m.writeMmio(A0000 + 0x4b00, 9);
    expect([m.picture().width, m.picture().height]).toEqual([320, 240]);
    expect([m.pixel(318, 239), m.pixel(317, 239), m.pixel(2, 0)]).toEqual([0x00ff00, 0, 0]);
    m.set(0x3d4, 0x0c, 0x4b);
    expect([m.pixel(2, 0), m.pixel(1, 0)]).toEqual([0x00ff00, 0]);
  });

  it('04h: 320x200 of four colours in two banks of lines', () => {
    const m = new VgaProgram();
    m.setMode('04h');
    m.color(0x13, 0x15, 0x3f, 0x3f);
    m.color(0x15, 0x3f, 0x15, 0x3f);
    m.color(0x17, 0x3f, 0x3f, 0x3f);
    m.writeMmio(B8000, 0b00_01_10_11);
    m.writeMmio(B8000 + 0x2000, 0b11_00_00_00);
    m.writeMmio(B8000 + 80 + 79, 0b11);
    expect([m.picture().width, m.picture().height]).toEqual([320, 200]);
    expect([0, 1, 2, 3].map((x) => m.pixel(x, 0))).toEqual([0, 0x55ffff, 0xff55ff, 0xffffff]);
    expect([m.pixel(0, 1), m.pixel(319, 2)]).toEqual([0xffffff, 0xffffff]);
  });

  it('06h: 640x200 of two colours in two banks of lines', () => {
    const m = new VgaProgram();
    m.setMode('06h');
    m.color(0x17, 0x3f, 0x3f, 0x3f);
    m.writeMmio(B8000 + 79, 0x01);
    m.writeMmio(B8000 + 0x2000 + 80, 0x80);
    expect([m.picture().width, m.picture().height]).toEqual([640, 200]);
    expect([m.pixel(639, 0), m.pixel(638, 0), m.pixel(0, 3)]).toEqual([0xffffff, 0, 0xffffff]);
  });

  it('are dark while the screen is switched off', () => {
    const m = new VgaProgram();
    m.setMode('13h');
    m.color(1, 0x3f, 0x3f, 0x3f);
    m.writeMmio(A0000, 1);
    expect(m.pixel(0, 0)).toBe(0xffffff);
    m.set(0x3c4, 1, 0x21);
    expect(m.pixel(0, 0)).toBe(0);
    m.set(0x3c4, 1, 0x01);
    m.readPort(0x3da);
    m.writePort(0x3c0, 0);
    expect(m.pixel(0, 0)).toBe(0);
  });

  it('have no characters, and are half blocks in a terminal', () => {
    const m = new VgaProgram();
    m.setMode('13h');
    m.color(1, 0x3f, 0, 0);
    // Four rows of pixels are half a row of cells; what was the font's is still there.
    for (let i = 0; i < 320 * 8; i++) m.writeMmio(A0000 + i, i < 320 * 4 ? 1 : 0);
    expect(renderText(m.vga.screen())).toEqual([]);
    const rows = renderAnsi(m.vga.screen());
    expect(rows).toHaveLength(25);
    expect(rows[0]).toBe(`\x1b[38;2;255;0;0;48;2;0;0;0m${'▀'.repeat(80)}\x1b[0m`);
    expect(renderAnsi(m.vga.screen(), { columns: 40 })[0].match(/▀/g)).toHaveLength(40);
  });
});

describe('the Bochs display interface', () => {
  const mode = (m: VgaProgram, width: number, height: number, depth: number, enable = 0x41): void => {
    m.vbe(4, 0);
    m.vbe(1, width);
    m.vbe(2, height);
    m.vbe(3, depth);
    m.vbe(4, enable);
  };

  it('tells its version, its memory, and what it can', () => {
    const m = new VgaProgram();
    expect(m.readVbe(0)).toBe(0xb0c5);
    m.vbe(0, 0xb0c2);
    expect(m.readVbe(0)).toBe(0xb0c2);
    m.vbe(0, 0x1234);
    expect(m.readVbe(0)).toBe(0xb0c2);
    expect(m.readVbe(10)).toBe(16);
    m.vbe(4, 2);
    expect([1, 2, 3].map((index) => m.readVbe(index))).toEqual([2560, 1600, 32]);
    m.vbe(4, 0);
    expect(m.readVbe(1)).toBe(0);
    expect(m.readVbe(0x55)).toBe(0);
  });

  it.each([
    [8, 0x11, 1, 0x0000aa],
    [15, 0x7c1f, 2, 0xff00ff],
    [16, 0x07e0, 2, 0x00ff00],
    [24, 0x123456, 4, 0x123456],
    [32, 0x00abcdef, 4, 0xabcdef],
  ] as const)('shows %i bits a pixel from the linear frame buffer', (depth, value, size, expected) => {
    const m = new VgaProgram();
    m.color(0x11, 0, 0, 0x2a);
    mode(m, 320, 200, depth);
    const bytes = (depth + 7) >> 3;
    m.writeMmio(LFB + bytes * (320 * 100 + 7), value, size);
    expect([m.picture().width, m.picture().height]).toEqual([320, 200]);
    expect([m.pixel(7, 100), m.pixel(6, 100)]).toEqual([expected, 0]);
    expect(m.readMmio(LFB + bytes * (320 * 100 + 7), size)).toBe(value);
  });

  it('shows its memory in banks at A0000h, too', () => {
    const m = new VgaProgram({ frameBufferSize: 2 << 20 });
    mode(m, 640, 480, 32);
    m.vbe(5, 3);
    m.writeMmio(A0000 + 8, 0x00ff8001, 4);
    expect(m.readMmio(LFB + 0x30008, 4)).toBe(0x00ff8001);
    const at = 0x30008 / 4;
    expect(m.pixel(at % 640, Math.floor(at / 640))).toBe(0xff8001);
    m.vbe(5, 0xffff);
    expect(m.readVbe(5)).toBe(0xffff % 32);
  });

  it('moves the picture inside of a larger one, never out of memory', () => {
    const m = new VgaProgram();
    mode(m, 256, 128, 8);
    m.color(5, 0, 0x3f, 0);
    m.vbe(6, 512);
    expect(m.readVbe(7)).toBe(2048);
    m.writeMmio(LFB + 512 * 10 + 20, 5);
    m.vbe(8, 20);
    m.vbe(9, 10);
    expect(m.pixel(0, 0)).toBe(0x00ff00);
    m.vbe(8, 257);
    m.vbe(9, 2000);
    expect([m.readVbe(8), m.readVbe(9)]).toEqual([20, 10]);
  });

  it('does not switch on what it has no memory for, or what is no mode', () => {
    const m = new VgaProgram();
    mode(m, 1280, 1024, 32);
    expect([m.readVbe(4), m.vga.screen().kind]).toEqual([0, 'text']);
    mode(m, 0, 0, 8);
    expect(m.vga.screen().kind).toBe('text');
    m.vbe(3, 12);
    expect(m.readVbe(3)).toBe(8);
    m.vbe(1, 4000);
    expect(m.readVbe(1)).toBe(0);
  });

  it('clears memory when it is switched on, unless told not to', () => {
    const m = new VgaProgram();
    m.writeMmio(LFB, 0x55);
    mode(m, 320, 200, 8, 0xc1);
    expect(m.readMmio(LFB)).toBe(0x55);
    mode(m, 320, 200, 8, 0x41);
    expect(m.readMmio(LFB)).toBe(0);
  });

  it('clears memory once for a row of values that switches it on over and over', () => {
    const m = new VgaProgram({ frameBufferSize: 16 << 20 });
    m.writeMmio(LFB + 4 * 2560, 0x55);
    mode(m, 2560, 1600, 32, 0);
    m.writePort(0x1ce, 4, 2);
    const fill = vi.spyOn(Uint8Array.prototype, 'fill');
    const row = Uint8Array.from({ length: 4096 }, (_, i) => (i % 4 === 2 ? 0x41 : 0));
    m.ports.writeBlock(0x1cf, 2, row);
    expect(fill).toHaveBeenCalledTimes(1);
    fill.mockRestore();
    expect([m.readVbe(4), m.readMmio(LFB + 4 * 2560)]).toEqual([0x41, 0]);
    expect(m.picture().width).toBe(2560);
    // What is not switched on in the row is not cleared.
    m.writeMmio(LFB, 0x55);
    m.vbe(4, 0xc1);
    m.ports.writeBlock(0x1cf, 2, Uint8Array.of(0xc1, 0, 0, 0, 0xc1, 0));
    expect(m.readMmio(LFB)).toBe(0x55);
  });

  it('clears the planes if they have the picture', () => {
    const m = new VgaProgram();
    m.setMode('12h');
    m.writeMmio(A0000 + 100 * 599 + 99, 1);
    mode(m, 800, 600, 4, 0xc1);
    expect(m.pixel(799, 599)).not.toBe(0);
    mode(m, 800, 600, 4);
    expect(m.pixel(799, 599)).toBe(0);
  });

  it('has colours of 8 bits a component, if asked for', () => {
    const m = new VgaProgram();
    mode(m, 320, 200, 8, 0x61);
    m.color(0, 0x81, 0x42, 0xff);
    expect(m.pixel(0, 0)).toBe(0x8142ff);
    m.vbe(4, 0x41);
    expect(m.pixel(0, 0)).toBe(0x0408ff);
  });

  it('shows four bits a pixel from the planes', () => {
    const m = new VgaProgram();
    m.setMode('12h');
    mode(m, 800, 600, 4);
    m.set(0x3c4, 2, 0x08);
    m.writeMmio(A0000 + 100 * 599 + 99, 1);
    expect([m.picture().width, m.picture().height]).toEqual([800, 600]);
    expect([m.pixel(799, 599), m.pixel(798, 599)]).toEqual([0x555555, 0]);
  });

  it('gives way to the VGA when it is switched off', () => {
    const m = new VgaProgram();
    m.writeMmio(B8000, 0x0741, 2);
    mode(m, 320, 200, 8);
    expect(m.vga.screen().kind).toBe('graphics');
    m.vbe(4, 0);
    expect(renderText(m.text())[0]).toBe('A');
  });
});

describe('a frame buffer that is memory of the VM', () => {
  const memory = {
    memory: [
      { base: 0, size: 4096 },
      { base: LFB, size: 1 << 20, name: 'frame buffer' },
    ],
  };

  it('is drawn in without the device hearing of it, and shown', () => {
    const m = new VgaProgram({ memory });
    expect(m.mmio.map().map(({ base }) => base)).toEqual([A0000]);
    for (const [index, value] of [[1, 320], [2, 200], [3, 32], [4, 0x41]]) m.vbe(index, value); // biome-ignore format: pairs
    const before = m.vga.generation;
    m.memory.writeU32(LFB + 4 * 321, 0x00336699);
    expect(m.vga.generation).not.toBe(before);
    expect(m.pixel(1, 1)).toBe(0x336699);
  });

  it('hears of what is written through the banks', () => {
    const m = new VgaProgram({ memory });
    for (const [index, value] of [[1, 320], [2, 200], [3, 8], [4, 0x41], [5, 1]]) m.vbe(index, value); // biome-ignore format: pairs
    m.memory.dirtyLog.start();
    m.writeMmio(A0000 + 4096, 7);
    expect(m.memory.readU8(LFB + 0x10000 + 4096)).toBe(7);
    expect(m.memory.dirtyLog.take()).toEqual([LFB + 0x11000]);
  });

  it('is no part of the device’s state, which does not fit one of its own', () => {
    const [mine, others] = [new VgaProgram({ memory }), new VgaProgram()];
    const state = mine.vga.snapshot();
    mine.vga.restore(state);
    expect(() => others.vga.restore(state)).toThrow(expect.objectContaining({ code: 'ERR_DEVICE_STATE' }));
  });
});

describe('generation', () => {
  it('changes with what is written, and not by looking', () => {
    const m = new VgaProgram();
    const seen = [m.vga.generation];
    m.vga.screen();
    expect(m.vga.generation).toBe(seen[0]);
    for (const change of [
      () => m.writeMmio(B8000, 1),
      () => m.writeMmio(LFB, 1),
      () => m.set(0x3d4, 0x0f, 1),
      () => m.vbe(1, 640),
      () => m.vga.reset(),
    ]) {
      change();
      expect(seen).not.toContain(m.vga.generation);
      seen.push(m.vga.generation);
    }
  });
});

describe('options', () => {
  it.each([{ frameBuffer: 0x1000 }, { frameBufferSize: 3 }, { frameBufferSize: 65 << 20 }])('refuses %o', (options) => {
    expect(() => vga(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
