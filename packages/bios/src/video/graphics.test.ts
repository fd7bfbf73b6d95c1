import { beforeEach, describe, expect, it } from 'vitest';
import { DATA, Pc } from '../pc.test-util.ts';

let pc: Pc;

beforeEach(async () => {
  pc = await new Pc().boot();
});

const MODES = [
  [0x04, 320, 200, 3],
  [0x05, 320, 200, 3],
  [0x06, 640, 200, 1],
  [0x0d, 320, 200, 15],
  [0x0e, 640, 200, 15],
  [0x10, 640, 350, 15],
  [0x11, 640, 480, 1],
  [0x12, 640, 480, 15],
  [0x13, 320, 200, 255],
] as const;

/** The pixels that are not black, in a part of the screen: `#`. */
function picture(left: number, top: number, width: number, height: number): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (pc.pixel(left + x, top + y).some((part) => part > 0) ? '#' : ' ')).join(
      '',
    ),
  );
}

describe.each(MODES)('mode %xh', (mode, width, height, color) => {
  beforeEach(async () => {
    await pc.call(0x10, { ax: mode });
  });

  it('is shown, and black', () => {
    const screen = pc.vga.screen();
    expect('data' in screen).toBe(true);
    // Adapters may show lines of 200 twice.
    expect(screen).toMatchObject({ width: expect.any(Number) });
    expect(picture(0, 0, 40, 20).join('').trim()).toBe('');
  });

  it('sets and reads pixels', async () => {
    await pc.call(0x10, { ax: 0x0c00 | color, cx: width - 1, dx: height - 1 });
    await pc.call(0x10, { ax: 0x0c00 | color, cx: 9, dx: 3 });
    expect((await pc.call(0x10, { ax: 0x0d00, cx: width - 1, dx: height - 1 })).ax & 0xff).toBe(color);
    expect((await pc.call(0x10, { ax: 0x0d00, cx: 9, dx: 3 })).ax & 0xff).toBe(color);
    expect((await pc.call(0x10, { ax: 0x0d00, cx: 10, dx: 3 })).ax & 0xff).toBe(0);
    // What is outside is nowhere.
    await pc.call(0x10, { ax: 0x0c00 | color, cx: 0xffff, dx: 0xffff });
    expect((await pc.call(0x10, { ax: 0x0d00, cx: width, dx: 0 })).ax & 0xff).toBe(0);
  });

  it('draws characters, reads them, and scrolls', async () => {
    await pc.call(0x10, { ax: 0x0200, dx: 0x0102 });
    await pc.call(0x10, { ax: 0x0941, bx: color & 0x7f, cx: 1 });
    expect((await pc.call(0x10, { ax: 0x0800 })).ax & 0xff).toBe(0x41);
    await pc.call(0x10, { ax: 0x0601, bx: 0, cx: 0, dx: 0x184f });
    expect((await pc.call(0x10, { ax: 0x0800 })).ax & 0xff).toBe(0x00);
    await pc.call(0x10, { ax: 0x0200, dx: 0x0002 });
    expect((await pc.call(0x10, { ax: 0x0800 })).ax & 0xff).toBe(0x41);
  });

  it('has a teletype that scrolls', async () => {
    const rows = pc.byte(0x484);
    await pc.call(0x10, { ax: 0x0200, dx: rows << 8 });
    for (const character of 'Z\r\n') {
      await pc.call(0x10, { ax: 0x0e00 | character.charCodeAt(0), bx: color & 0x7f });
    }
    await pc.call(0x10, { ax: 0x0200, dx: (rows - 1) << 8 });
    expect((await pc.call(0x10, { ax: 0x0800 })).ax & 0xff).toBe(0x5a);
    await pc.call(0x10, { ax: 0x0200, dx: rows << 8 });
    expect((await pc.call(0x10, { ax: 0x0800 })).ax & 0xff).toBe(0);
  });
});

describe('mode 13h', () => {
  beforeEach(async () => {
    await pc.call(0x10, { ax: 0x0013 });
  });

  it('shows bytes that are stored, in its 256 colours', () => {
    pc.vm.mmio.write(0xa0000, 4, 0x0f04_0201);
    expect([0, 1, 2, 3].map((x) => pc.pixel(x, 0))).toEqual([
      [0, 0, 170],
      [0, 170, 0],
      [170, 0, 0],
      [255, 255, 255],
    ]);
    pc.vm.mmio.write(0xa0004, 4, 0xf7_ff_30_20);
    expect([4, 5].map((x) => pc.pixel(x, 0))).toEqual([
      [0, 0, 255],
      [0, 255, 0],
    ]);
  });

  it('has a palette that programs change', async () => {
    await pc.call(0x10, { ax: 0x1010, bx: 5, cx: 0x3f00, dx: 0x3f00 });
    await pc.call(0x10, { ax: 0x0c05, cx: 100, dx: 100 });
    expect(pc.pixel(100, 100)).toEqual([255, 255, 0]);
  });

  it('draws glyphs of the ROM at the right place', async () => {
    await pc.call(0x10, { ax: 0x0200, dx: 0x0101 });
    await pc.call(0x10, { ax: 0x0adb, bx: 0x000f, cx: 1 });
    expect(picture(7, 8, 10, 8)).toEqual(Array(8).fill(' ######## '));
    expect(picture(8, 7, 8, 1)).toEqual(['        ']);
  });
});

describe('mode 12h', () => {
  beforeEach(async () => {
    await pc.call(0x10, { ax: 0x0012 });
  });

  it('has sixteen colours, and pixels that are turned', async () => {
    for (let color = 0; color < 16; color++) await pc.call(0x10, { ax: 0x0c00 | color, cx: color, dx: 0 });
    expect(new Set(Array.from({ length: 16 }, (_, x) => pc.pixel(x, 0).join())).size).toBe(16);
    await pc.call(0x10, { ax: 0x0c8f, cx: 5, dx: 0 });
    expect((await pc.call(0x10, { ax: 0x0d00, cx: 5, dx: 0 })).ax & 0xff).toBe(10);
  });

  it('leaves the registers so that plain stores draw', async () => {
    await pc.call(0x10, { ax: 0x0c0f, cx: 5, dx: 0 });
    await pc.call(0x10, { ax: 0x0e41, bx: 0x000a });
    pc.vm.mmio.write(0xa0000 + 80 * 100, 1, 0xff);
    expect(picture(0, 100, 9, 1)).toEqual(['######## ']);
    expect(pc.pixel(0, 100)).toEqual([255, 255, 255]);
  });
});

describe('modes of the CGA', () => {
  it('change their palettes', async () => {
    await pc.call(0x10, { ax: 0x0004 });
    await pc.call(0x10, { ax: 0x0c01, cx: 0, dx: 0 });
    const cyan = pc.pixel(0, 0);
    await pc.call(0x10, { ax: 0x0b00, bx: 0x0100 });
    expect(pc.pixel(0, 0)).not.toEqual(cyan);
    await pc.call(0x10, { ax: 0x0b00, bx: 0x0001 });
    expect(pc.pixel(9, 9)).toEqual([0, 0, 170]);
  });
});

describe('VESA', () => {
  it('tells of itself and its modes', async () => {
    pc.vm.memory.write(DATA, Buffer.from('VBE2'));
    expect((await pc.call(0x10, { ax: 0x4f00, di: 0 })).ax).toBe(0x004f);
    expect(new TextDecoder().decode(pc.vm.memory.read(DATA, 4))).toBe('VESA');
    expect(pc.word(DATA + 4)).toBe(0x200);
    const list = pc.word(DATA + 0x0e) + 16 * pc.word(DATA + 0x10);
    const modes: number[] = [];
    for (let at = list; pc.word(at) !== 0xffff; at += 2) modes.push(pc.word(at));
    expect(modes).toEqual(expect.arrayContaining([0x101, 0x105, 0x112, 0x118, 0x144]));
    for (const mode of modes) {
      expect((await pc.call(0x10, { ax: 0x4f01, cx: mode, di: 0x1000 })).ax).toBe(0x004f);
      expect(pc.vm.memory.readU32(DATA + 0x1028)).toBe(0xe000_0000);
    }
    expect((await pc.call(0x10, { ax: 0x4f01, cx: 0x1f0, di: 0x1000 })).ax).toBe(0x014f);
  });

  it('sets a mode with a linear frame buffer', async () => {
    expect((await pc.call(0x10, { ax: 0x4f02, bx: 0x4144 })).ax).toBe(0x004f);
    pc.vm.mmio.write(0xe000_0000 + 4 * (1024 * 10 + 20), 4, 0x0012_3456);
    expect(pc.vga.screen()).toMatchObject({ width: 1024, height: 768 });
    expect(pc.pixel(20, 10)).toEqual([0x12, 0x34, 0x56]);
    expect(await pc.call(0x10, { ax: 0x4f03 })).toMatchObject({ ax: 0x004f, bx: 0x4144 });
    // And back.
    await pc.call(0x10, { ax: 0x0003 });
    await pc.call(0x10, { ax: 0x0e41 });
    expect(pc.screen[0]).toBe('A');
  });

  it('sets a mode of 256 colours, with banks', async () => {
    expect((await pc.call(0x10, { ax: 0x4f02, bx: 0x0101 })).ax).toBe(0x004f);
    expect((await pc.call(0x10, { ax: 0x4f05, bx: 0, dx: 1 })).ax).toBe(0x004f);
    expect(await pc.call(0x10, { ax: 0x4f05, bx: 0x0100 })).toMatchObject({ ax: 0x004f, dx: 1 });
    pc.vm.mmio.write(0xa0000, 1, 0x0c);
    expect(pc.pixel(65_536 % 640, Math.floor(65_536 / 640))).toEqual([255, 85, 85]);
    expect((await pc.call(0x10, { ax: 0x4f05, bx: 0, dx: 0xffff })).ax).toBe(0x014f);
  });

  it('refuses what it has not', async () => {
    expect((await pc.call(0x10, { ax: 0x4f02, bx: 0x41f0 })).ax).toBe(0x014f);
    expect((await pc.call(0x10, { ax: 0x4f15, bx: 0 })).ax).toBe(0x014f);
  });
});
