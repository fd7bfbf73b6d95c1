import { beforeEach, describe, expect, it } from 'vitest';
import { DATA, Pc } from '../pc.test-util.ts';

let pc: Pc;

beforeEach(async () => {
  pc = await new Pc().boot();
  await pc.call(0x10, { ax: 0x0003 });
});

async function type(text: string): Promise<void> {
  for (const character of text) await pc.call(0x10, { ax: 0x0e00 | character.charCodeAt(0), bx: 0x0007 });
}

function attribute(row: number, column: number): number {
  return pc.vm.mmio.read(0xb8001 + 2 * (row * 80 + column), 1);
}

function shownCursor(): { column: number; row: number } {
  const screen = pc.vga.screen();
  if (!('cells' in screen)) throw new Error('no text');
  return { column: screen.cursor.column, row: screen.cursor.row };
}

describe('teletype', () => {
  it('writes, and moves the cursor on the screen', async () => {
    await type('Hello\r\nWorld\b!\x07');
    expect(pc.screen.slice(0, 2)).toEqual(['Hello', 'Worl!']);
    expect(shownCursor()).toEqual({ column: 5, row: 1 });
    expect(await pc.call(0x10, { ax: 0x0300 })).toMatchObject({ dx: 0x0105, cx: 0x0607 });
  });

  it('goes on in the next row, and scrolls at the end', async () => {
    await pc.call(0x10, { ax: 0x0200, dx: 0x184e });
    await type('abc');
    expect(pc.screen[23]).toBe(`${' '.repeat(78)}ab`);
    expect(pc.screen[24]).toBe('c');
    expect(shownCursor()).toEqual({ column: 1, row: 24 });
  });

  it('keeps attributes, and gives the new row that of the last character', async () => {
    await pc.call(0x10, { ax: 0x0600, bx: 0x1e00, cx: 0, dx: 0x184f });
    await type('x');
    expect(attribute(0, 0)).toBe(0x1e);
    await pc.call(0x10, { ax: 0x0200, dx: 0x1800 });
    await type('\n');
    expect(attribute(24, 40)).toBe(0x1e);
  });

  it('writes on the page that is shown, whatever BH says', async () => {
    await pc.call(0x10, { ax: 0x0501 });
    await pc.call(0x10, { ax: 0x0e41, bx: 0x5507 });
    expect(pc.screen[0]).toBe('A');
    expect(pc.vm.mmio.read(0xb9000, 1)).toBe(0x41);
    await pc.call(0x10, { ax: 0x0500 });
    expect(pc.screen[0]).toBe('');
  });
});

describe('characters', () => {
  it('are written with attributes and without, and read', async () => {
    await pc.call(0x10, { ax: 0x0200, dx: 0x0305 });
    await pc.call(0x10, { ax: 0x0923, bx: 0x004f, cx: 3 });
    expect(pc.screen[3]).toBe('     ###');
    expect([attribute(3, 5), attribute(3, 7), attribute(3, 8)]).toEqual([0x4f, 0x4f, 0x07]);
    await pc.call(0x10, { ax: 0x0a40, cx: 2 });
    expect(pc.screen[3]).toBe('     @@#');
    expect(attribute(3, 5)).toBe(0x4f);
    expect((await pc.call(0x10, { ax: 0x0800 })).ax).toBe(0x4f40);
    expect(shownCursor()).toEqual({ column: 5, row: 3 });
  });

  it('of other pages are not shown', async () => {
    await pc.call(0x10, { ax: 0x0200, bx: 0x0300, dx: 0 });
    await pc.call(0x10, { ax: 0x0958, bx: 0x0307, cx: 1 });
    expect(pc.screen[0]).toBe('');
    await pc.call(0x10, { ax: 0x0503 });
    expect(pc.screen[0]).toBe('X');
  });

  it('come as strings of four kinds', async () => {
    const write = (mode: number, bytes: Iterable<number>, dx: number): Promise<unknown> => {
      const data = Uint8Array.from(bytes);
      pc.vm.memory.write(DATA, data);
      return pc.call(0x10, { ax: 0x1300 | mode, bx: 0x0071, cx: mode & 2 ? data.length / 2 : data.length, dx, bp: 0 });
    };
    await write(0, Buffer.from('zero'), 0x0000);
    expect(shownCursor()).toEqual({ column: 0, row: 0 });
    await write(1, Buffer.from('one\r\nnext'), 0x0204);
    expect(shownCursor()).toEqual({ column: 4, row: 3 });
    await write(2, [0x74, 0x12, 0x77, 0x34], 0x0500);
    await write(3, [0x33, 0x56], 0x0600);
    expect(pc.screen.slice(0, 7)).toEqual(['zero', '', '    one', 'next', '', 'tw', '3']);
    expect([attribute(0, 0), attribute(5, 0), attribute(5, 1), attribute(6, 0)]).toEqual([0x71, 0x12, 0x34, 0x56]);
    expect(shownCursor()).toEqual({ column: 1, row: 6 });
  });
});

describe('windows', () => {
  beforeEach(async () => {
    for (let row = 0; row < 25; row++) {
      await pc.call(0x10, { ax: 0x0200, dx: row << 8 });
      await pc.call(0x10, { ax: 0x0a41 + row, cx: 80 });
    }
  });

  it('scroll up', async () => {
    await pc.call(0x10, { ax: 0x0602, bx: 0x2000, cx: 0x010a, dx: 0x0414 });
    const rows = pc.screen.slice(0, 6).map((row) => row[9] + (row[10] ?? ' ') + (row[20] ?? ' ') + row[21]);
    expect(rows).toEqual(['AAAA', 'BDDB', 'CEEC', 'D  D', 'E  E', 'FFFF']);
    expect(attribute(3, 10)).toBe(0x20);
  });

  it('scroll down', async () => {
    await pc.call(0x10, { ax: 0x0701, bx: 0x2000, cx: 0x0100, dx: 0x034f });
    expect(pc.screen.slice(0, 5).map((row) => row[0] ?? ' ')).toEqual(['A', ' ', 'B', 'C', 'E']);
  });

  it('are cleared by 0 lines, or by too many, and cut at the edges of the screen', async () => {
    await pc.call(0x10, { ax: 0x0600, bx: 0x0700, cx: 0, dx: 0xffff });
    expect(pc.screen.join('')).toBe('');
    await pc.call(0x10, { ax: 0x06ff, bx: 0x0700, cx: 0x1010, dx: 0x0808 });
  });
});

describe('modes', () => {
  it('are told', async () => {
    expect(await pc.call(0x10, { ax: 0x0f00 })).toMatchObject({ ax: 0x5003, bx: 0 });
    await pc.call(0x10, { ax: 0x0081 });
    expect(await pc.call(0x10, { ax: 0x0f00 })).toMatchObject({ ax: 0x2881 });
  });

  it.each([0, 1, 2, 3, 7])('of text show text: %i', async (mode) => {
    await pc.call(0x10, { ax: mode });
    await type('text');
    const screen = pc.vga.screen();
    expect(pc.screen[0]).toBe('text');
    expect('cells' in screen && [screen.columns, screen.rows]).toEqual([mode < 2 ? 40 : 80, 25]);
  });

  it('that there are not change nothing', async () => {
    await type('stays');
    await pc.call(0x10, { ax: 0x0055 });
    expect(pc.screen[0]).toBe('stays');
  });

  it('keep memory if asked to', async () => {
    await type('kept');
    await pc.call(0x10, { ax: 0x0083 });
    expect(pc.screen[0]).toBe('kept');
    await pc.call(0x10, { ax: 0x0003 });
    expect(pc.screen[0]).toBe('');
  });

  it('have 50 rows with the small font, and 28 with the middle one', async () => {
    await pc.call(0x10, { ax: 0x1112, bx: 0 });
    await pc.call(0x10, { ax: 0x0200, dx: 0x3100 });
    await type('last');
    expect(pc.screen).toHaveLength(50);
    expect(pc.screen[49]).toBe('last');
    expect(await pc.call(0x10, { ax: 0x1130, bx: 0x0300 })).toMatchObject({ es: 0xf000, bp: 0xb800, cx: 8, dx: 0x31 });
    await pc.call(0x10, { ax: 0x1111, bx: 0 });
    expect(pc.screen).toHaveLength(28);
  });

  it('have 43 rows with 350 lines', async () => {
    expect((await pc.call(0x10, { ax: 0x1201, bx: 0x0030 })).ax & 0xff).toBe(0x12);
    await pc.call(0x10, { ax: 0x0003 });
    await pc.call(0x10, { ax: 0x1112, bx: 0 });
    expect(pc.byte(0x484)).toBe(42);
  });
});

describe('the cursor', () => {
  it.each([
    [0x0607, 14, 15],
    [0x0007, 1, 15],
    [0x0d0e, 13, 14],
  ])('has a shape: %s', async (cx, start, end) => {
    await pc.call(0x10, { ax: 0x0100, cx });
    const screen = pc.vga.screen();
    expect('cells' in screen && [screen.cursor.visible, screen.cursor.start, screen.cursor.end]).toEqual([
      true,
      start,
      end,
    ]);
  });

  it('can be hidden', async () => {
    await pc.call(0x10, { ax: 0x0100, cx: 0x2000 });
    const screen = pc.vga.screen();
    expect('cells' in screen && screen.cursor.visible).toBe(false);
  });
});

describe('colours', () => {
  it('are set and read one by one and in blocks', async () => {
    await pc.call(0x10, { ax: 0x1010, bx: 7, cx: 0x1122, dx: 0x3300 });
    expect(await pc.call(0x10, { ax: 0x1015, bx: 7 })).toMatchObject({ cx: 0x1122, dx: 0x3300 });
    pc.vm.memory.write(DATA, Uint8Array.of(1, 2, 3, 4, 5, 6));
    await pc.call(0x10, { ax: 0x1012, bx: 0x40, cx: 2, dx: 0 });
    await pc.call(0x10, { ax: 0x1017, bx: 0x40, cx: 2, dx: 0x100 });
    expect([...pc.vm.memory.read(DATA + 0x100, 6)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('blink or are bright', async () => {
    const blink = (): boolean => {
      const screen = pc.vga.screen();
      return 'cells' in screen && screen.blink;
    };
    await pc.call(0x10, { ax: 0x1003, bx: 0 });
    expect(blink()).toBe(false);
    await pc.call(0x10, { ax: 0x1003, bx: 1 });
    expect(blink()).toBe(true);
  });

  it('are the sixteen of the EGA', async () => {
    const screen = pc.vga.screen();
    const colors = 'cells' in screen ? [...screen.palette] : [];
    expect([1, 6, 8, 15].map((n) => colors[n])).toEqual([0x0000aa, 0xaa5500, 0x555555, 0xffffff]);
    expect((await pc.call(0x10, { ax: 0x1007, bx: 6 })).bx >> 8).toBe(0x14);
  });
});

describe('what the adapter is', () => {
  it('is a VGA in colour', async () => {
    expect(await pc.call(0x10, { ax: 0x1a00 })).toMatchObject({ ax: 0x1a1a & 0xffff, bx: 0x0008 });
    expect(await pc.call(0x10, { ax: 0x1200, bx: 0x0010 })).toMatchObject({ bx: 0x0003 });
    expect((await pc.call(0x10, { ax: 0x1b00, bx: 0, di: 0 })).ax & 0xff).toBe(0x1b);
    expect([pc.byte(DATA + 4), pc.word(DATA + 5), pc.byte(DATA + 0x22)]).toEqual([3, 80, 25]);
  });
});
