import { Random } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { renderText, vgaText } from './index.ts';
import { print, VgaMachine } from './machine.test-util.ts';

const MEMORY = 0xb8000;

describe('text memory', () => {
  it('reads back what was written, in every width and at both ends', () => {
    const { mmio } = new VgaMachine(vgaText());
    mmio.write(MEMORY, 1, 0x41);
    mmio.write(MEMORY + 1, 2, 0xbeef);
    mmio.write(0xbfffc, 4, 0xfedcba98);
    expect(mmio.read(MEMORY, 4)).toBe(0x00beef41);
    expect(mmio.read(0xbfffc, 4)).toBe(0xfedcba98);
    expect(mmio.read(0xbffff, 1)).toBe(0xfe);
    mmio.write64(MEMORY + 8, 0x8877665544332211n);
    expect(mmio.read64(MEMORY + 8)).toBe(0x8877665544332211n);
    expect(mmio.read(MEMORY + 12, 2)).toBe(0x6655);
  });

  it('is 32 KiB, and nothing beside it is mapped', () => {
    const { mmio } = new VgaMachine(vgaText());
    expect(mmio.map()).toMatchObject([{ base: 0xb8000, length: 0x8000, owner: 'vga' }]);
    expect(mmio.read(0xb7fff, 1)).toBe(0xff);
    expect(mmio.read(0xc0000, 1)).toBe(0xff);
    expect(mmio.unmapped.reads).toBe(2);
  });

  it('shows what is written to it', () => {
    const vga = vgaText();
    const machine = new VgaMachine(vga);
    print(machine, 0, 'Hello', 0x0a);
    print(machine, 24 * 80 + 75, 'World', 0x1f);
    const screen = vga.screen();
    expect(renderText(screen)[0]).toBe('Hello');
    expect(renderText(screen)[24]).toBe(`${' '.repeat(75)}World`);
    expect(screen.cells[1]).toBe(0x0a);
    expect(screen.cells.length).toBe(4000);
  });

  it('gives a copy that later writes do not change', () => {
    const vga = vgaText();
    const { mmio } = new VgaMachine(vga);
    const before = vga.screen();
    mmio.write(MEMORY, 1, 0x41);
    expect(before.cells[0]).toBe(0);
    expect(vga.screen().cells[0]).toBe(0x41);
  });
});

describe('CRT controller', () => {
  it('scrolls by the start address and wraps at the end of text memory', () => {
    const vga = vgaText();
    const machine = new VgaMachine(vga);
    print(machine, 80, 'second row', 0x07);
    machine.writeIndexed(0x3d4, 0x0d, 80);
    expect(renderText(vga.screen())[0]).toBe('second row');
    // 16384 - 80 cells: the last row of memory, and behind it the first.
    print(machine, 0, 'first row', 0x07);
    print(machine, 16384 - 80, 'last row', 0x07);
    machine.writeIndexed(0x3d4, 0x0c, 0x3f);
    machine.writeIndexed(0x3d4, 0x0d, 0xb0);
    expect(renderText(vga.screen()).slice(0, 3)).toEqual(['last row', 'first row', 'second row']);
  });

  it('places the cursor relative to the start address', () => {
    const vga = vgaText();
    const machine = new VgaMachine(vga);
    machine.writeIndexed(0x3d4, 0x0e, (10 * 80 + 7) >> 8);
    machine.writeIndexed(0x3d4, 0x0f, (10 * 80 + 7) & 0xff);
    expect(vga.screen().cursor).toEqual({ column: 7, row: 10, visible: true, start: 13, end: 14 });
    machine.writeIndexed(0x3d4, 0x0d, 160);
    expect(vga.screen().cursor).toMatchObject({ column: 7, row: 8, visible: true });
    machine.writeIndexed(0x3d4, 0x0c, 0x10);
    expect(vga.screen().cursor.visible).toBe(false);
  });

  it('hides the cursor by bit 5, by an empty range of lines, and outside the screen', () => {
    const vga = vgaText();
    const machine = new VgaMachine(vga);
    const visible = (): boolean => vga.screen().cursor.visible;
    machine.writeIndexed(0x3d4, 0x0a, 0x20 | 13);
    expect(visible()).toBe(false);
    machine.writeIndexed(0x3d4, 0x0a, 6);
    expect(visible()).toBe(true);
    machine.writeIndexed(0x3d4, 0x0b, 5);
    expect(visible()).toBe(false);
    machine.writeIndexed(0x3d4, 0x0b, 6);
    expect(visible()).toBe(true);
    machine.writeIndexed(0x3d4, 0x0a, 16);
    machine.writeIndexed(0x3d4, 0x0b, 31);
    expect(visible()).toBe(false);
    machine.writeIndexed(0x3d4, 0x0a, 0);
    machine.writeIndexed(0x3d4, 0x0e, 2000 >> 8);
    machine.writeIndexed(0x3d4, 0x0f, 2000 & 0xff);
    expect(visible()).toBe(false);
    machine.writeIndexed(0x3d4, 0x0f, 1999 & 0xff);
    expect(visible()).toBe(true);
  });

  it('takes an index and its value in one word, as OUT DX, AX does', () => {
    const vga = vgaText();
    const { ports } = new VgaMachine(vga);
    ports.write(0x3d4, 2, 0x050f);
    expect(ports.read(0x3d4, 2)).toBe(0x050f);
    expect(vga.screen().cursor.column).toBe(5);
  });

  it('stores every register with the bits that it has, and has none behind 18h', () => {
    const machine = new VgaMachine(vgaText());
    machine.writeIndexed(0x3d4, 0x11, 0);
    const masks = new Map([
      [0x08, 0x7f],
      [0x0a, 0x3f],
      [0x0b, 0x7f],
      [0x14, 0x7f],
      [0x17, 0xef],
    ]);
    for (let index = 0; index <= 0x18; index++) {
      // Register 11h last would lock 00h to 07h again: its bit 7 stays out here.
      const value = index === 0x11 ? 0x7f : 0xff;
      machine.writeIndexed(0x3d4, index, value);
      expect(machine.readIndexed(0x3d4, index), `register ${index}`).toBe(value & (masks.get(index) ?? 0xff));
      machine.writeIndexed(0x3d4, index, 0);
      expect(machine.readIndexed(0x3d4, index), `register ${index}`).toBe(0);
    }
    machine.writeIndexed(0x3d4, 0x19, 0xff);
    expect(machine.readIndexed(0x3d4, 0x19)).toBe(0);
  });

  it('protects 00h to 07h by bit 7 of 11h, but for the line compare bit', () => {
    const machine = new VgaMachine(vgaText());
    const read = (index: number): number => machine.readIndexed(0x3d4, index);
    expect(read(0x11) & 0x80).toBe(0x80);
    for (let index = 0; index < 7; index++) {
      const before = read(index);
      machine.writeIndexed(0x3d4, index, before ^ 0xff);
      expect(read(index)).toBe(before);
    }
    machine.writeIndexed(0x3d4, 0x07, 0x00);
    expect(read(0x07)).toBe(0x0f);
    machine.writeIndexed(0x3d4, 0x08, 0x12);
    expect(read(0x08)).toBe(0x12);
    machine.writeIndexed(0x3d4, 0x11, 0x0e);
    machine.writeIndexed(0x3d4, 0x00, 0x61);
    expect(read(0x00)).toBe(0x61);
  });

  it('starts out as a video BIOS programs the geometry', () => {
    const classic = new VgaMachine(vgaText());
    expect([0x01, 0x07, 0x09, 0x12, 0x13].map((i) => classic.readIndexed(0x3d4, i))).toEqual([
      79, 0x1f, 0x4f, 0x8f, 40,
    ]);
    const wide = new VgaMachine(vgaText({ columns: 132, rows: 50 }));
    // 800 scan lines: the last is 799 = 0x31F, its bits 8 and 9 are bits 1 and 6 of the overflow register.
    expect([0x01, 0x07, 0x12, 0x13].map((i) => wide.readIndexed(0x3d4, i))).toEqual([131, 0x5f, 0x1f, 66]);
  });
});

describe('input status register 1', () => {
  it('follows the beam: 70 frames a second, each with one vertical retrace', () => {
    const { ports, clock } = new VgaMachine(vgaText());
    let retraces = 0;
    let displayed = 0;
    let before = 0;
    const samples = 100_000;
    for (let i = 0; i < samples; i++) {
      clock.advanceTo(i * 10_000);
      const status = ports.read(0x3da, 1);
      if ((status & 0x08) !== 0) expect(status & 0x01).toBe(1);
      if ((status & ~before & 0x08) !== 0) retraces++;
      if ((status & 0x01) === 0) displayed++;
      before = status;
    }
    expect(retraces).toBe(70);
    // 400 of 449 lines, 720 of 900 dots.
    expect(displayed / samples).toBeCloseTo((400 / 449) * (720 / 900), 2);
  });

  it('is the same at the same guest time', () => {
    const sample = (): number[] => {
      const { ports, clock } = new VgaMachine(vgaText());
      return Array.from({ length: 1000 }, (_, i) => {
        clock.advanceTo(i * 777_777);
        return ports.read(0x3da, 1);
      });
    };
    expect(sample()).toEqual(sample());
  });
});

describe('attribute controller', () => {
  it('takes index and value by turns, and reading 3DAh makes the next write an index', () => {
    const { ports } = new VgaMachine(vgaText());
    ports.read(0x3da, 1);
    ports.write(0x3c0, 1, 0x11);
    ports.write(0x3c0, 1, 0x2a);
    ports.write(0x3c0, 1, 0x31);
    expect(ports.read(0x3c1, 1)).toBe(0x2a);
    expect(ports.read(0x3c0, 1)).toBe(0x31);
    ports.read(0x3da, 1);
    ports.write(0x3c0, 1, 0x30);
    expect(ports.read(0x3c0, 1)).toBe(0x30);
  });

  it('decides between blinking and bright backgrounds', () => {
    const vga = vgaText();
    const { ports } = new VgaMachine(vga);
    expect(vga.screen().blink).toBe(true);
    ports.read(0x3da, 1);
    ports.write(0x3c0, 1, 0x30);
    ports.write(0x3c0, 1, 0x04);
    expect(vga.screen().blink).toBe(false);
  });

  it('leads the 16 colours through its palette to the DAC', () => {
    const vga = vgaText();
    const { ports } = new VgaMachine(vga);
    expect(vga.screen().palette).toEqual([
      0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa, 0x555555, 0x5555ff, 0x55ff55,
      0x55ffff, 0xff5555, 0xff55ff, 0xffff55, 0xffffff,
    ]);
    // Colour 1 becomes what colour 4 is, and colour 2 gets a colour of its own in the DAC.
    ports.read(0x3da, 1);
    ports.write(0x3c0, 1, 0x01);
    ports.write(0x3c0, 1, 0x04);
    ports.write(0x3c0, 1, 0x20);
    ports.write(0x3c8, 1, 2);
    for (const component of [0x3f, 0x20, 0x01]) ports.write(0x3c9, 1, component);
    expect(vga.screen().palette.slice(1, 3)).toEqual([0xaa0000, 0xff8204]);
  });

  it('masks colours by the colour planes, and entries of the DAC by the pixel mask', () => {
    const vga = vgaText();
    const { ports } = new VgaMachine(vga);
    ports.read(0x3da, 1);
    ports.write(0x3c0, 1, 0x32);
    ports.write(0x3c0, 1, 0x07);
    const dark = vga.screen().palette;
    expect(dark.slice(8)).toEqual(dark.slice(0, 8));
    ports.write(0x3c6, 1, 0x04);
    expect(vga.screen().palette.slice(0, 8)).toEqual([0, 0, 0, 0, 0xaa0000, 0xaa0000, 0xaa0000, 0xaa0000]);
  });

  it('takes upper colour bits from the colour select register', () => {
    const vga = vgaText();
    const { ports } = new VgaMachine(vga);
    const write = (index: number, value: number): void => {
      ports.read(0x3da, 1);
      ports.write(0x3c0, 1, index);
      ports.write(0x3c0, 1, value);
    };
    ports.write(0x3c8, 1, 0xe3);
    for (const component of [1, 2, 3]) ports.write(0x3c9, 1, component);
    write(0x30, 0x8c);
    write(0x34, 0x0e);
    expect(vga.screen().palette[3]).toBe(0x04080c);
  });
});

describe('the other ports', () => {
  it('keep what is written, as far as a VGA has the bits', () => {
    const machine = new VgaMachine(vgaText());
    const { ports } = machine;
    ports.write(0x3c2, 1, 0xff);
    expect(ports.read(0x3cc, 1)).toBe(0xef);
    ports.write(0x3da, 1, 0xff);
    expect(ports.read(0x3ca, 1)).toBe(0x03);
    [0x03, 0x3d, 0x0f, 0x3f, 0x0e].forEach((mask, index) => {
      machine.writeIndexed(0x3c4, index, 0xff);
      expect(machine.readIndexed(0x3c4, index)).toBe(mask);
    });
    [0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff].forEach((mask, index) => {
      machine.writeIndexed(0x3ce, index, 0xff);
      expect(machine.readIndexed(0x3ce, index)).toBe(mask);
    });
    ports.write(0x3c6, 1, 0x5a);
    expect(ports.read(0x3c6, 1)).toBe(0x5a);
  });

  it('read the DAC three components at a time, and count its index up', () => {
    const { ports } = new VgaMachine(vgaText());
    ports.write(0x3c8, 1, 0xff);
    for (const component of [1, 2, 0xff, 4, 5, 6]) ports.write(0x3c9, 1, component);
    expect(ports.read(0x3c7, 1)).toBe(0);
    ports.write(0x3c7, 1, 0xff);
    expect(ports.read(0x3c7, 1)).toBe(3);
    expect(Array.from({ length: 6 }, () => ports.read(0x3c9, 1))).toEqual([1, 2, 0x3f, 4, 5, 6]);
    expect(ports.read(0x3c8, 1)).toBe(1);
  });

  it('leave none of the VGA unmapped', () => {
    const { ports } = new VgaMachine(vgaText());
    for (let port = 0x3c0; port <= 0x3cf; port++) ports.write(port, 1, ports.read(port, 1));
    for (const port of [0x3d4, 0x3d5, 0x3da]) ports.write(port, 1, ports.read(port, 1));
    expect(ports.unmapped).toEqual({ reads: 0, writes: 0 });
  });
});

describe('generation', () => {
  it('changes with every write to memory and registers, and with nothing else', () => {
    const vga = vgaText();
    const machine = new VgaMachine(vga);
    const { mmio, ports } = machine;
    const changes = (action: () => unknown): boolean => {
      const before = vga.generation;
      action();
      return vga.generation !== before;
    };
    expect(changes(() => mmio.write(MEMORY, 2, 0x0741))).toBe(true);
    expect(changes(() => mmio.write64(MEMORY, 0n))).toBe(true);
    expect(changes(() => machine.writeIndexed(0x3d4, 0x0f, 1))).toBe(true);
    expect(changes(() => vga.restore(vga.snapshot()))).toBe(true);
    expect(changes(() => vga.reset())).toBe(true);
    expect(changes(() => mmio.read(MEMORY, 4))).toBe(false);
    expect(changes(() => ports.read(0x3da, 1))).toBe(false);
    expect(changes(() => vga.screen())).toBe(false);
  });
});

describe('state', () => {
  function scramble({ mmio, ports }: VgaMachine, seed: number): void {
    const random = new Random(seed);
    const next = (): number => random.next();
    for (let i = 0; i < 20_000; i++) {
      const size = ([1, 2, 4] as const)[next() % 3];
      const kind = next() % 4;
      if (kind < 2) mmio.write(MEMORY - 8 + (next() % 0x8010), size, next());
      else if (kind === 2) ports.write(0x3bc + (next() % 40), size, next());
      else {
        const value = ports.read(0x3bc + (next() % 40), size);
        expect(Number.isInteger(value) && value >= 0 && value < 2 ** (8 * size)).toBe(true);
      }
    }
  }

  it('survives whatever a guest writes, and always has a screen', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const vga = vgaText();
      scramble(new VgaMachine(vga), seed);
      const screen = vga.screen();
      expect(screen.cells.length).toBe(4000);
      expect(screen.palette.length).toBe(16);
      expect(screen.palette.every((rgb) => Number.isInteger(rgb) && rgb >= 0 && rgb <= 0xffffff)).toBe(true);
      expect(renderText(screen).length).toBe(25);
    }
  });

  it('is the same after snapshot, change and restore', () => {
    const vga = vgaText();
    const machine = new VgaMachine(vga);
    scramble(machine, 1);
    const saved = vga.snapshot();
    const screen = vga.screen();
    scramble(machine, 2);
    expect(vga.snapshot()).not.toEqual(saved);
    vga.restore(saved);
    expect(vga.snapshot()).toEqual(saved);
    expect(vga.screen()).toEqual(screen);
    const copy = vgaText({ id: 'other' });
    new VgaMachine(copy);
    copy.restore(structuredClone(saved));
    expect(copy.snapshot()).toEqual(saved);
  });

  it('goes on in the middle of a colour and between index and value', () => {
    const vga = vgaText();
    const { ports } = new VgaMachine(vga);
    ports.write(0x3c8, 1, 7);
    ports.write(0x3c9, 1, 1);
    ports.read(0x3da, 1);
    ports.write(0x3c0, 1, 0x31);
    const saved = vga.snapshot();
    vga.reset();
    vga.restore(saved);
    ports.write(0x3c9, 1, 2);
    ports.write(0x3c9, 1, 3);
    expect(vga.screen().palette[7]).toBe(0x04080c);
    ports.write(0x3c0, 1, 0x2a);
    expect(ports.read(0x3c1, 1)).toBe(0x2a);
  });

  it('is as fresh after a reset', () => {
    const vga = vgaText();
    const machine = new VgaMachine(vga);
    const fresh = vga.snapshot();
    scramble(machine, 3);
    vga.reset();
    expect(vga.snapshot()).toEqual(fresh);
  });

  it('is not shared by two of them', () => {
    const one = vgaText({ id: 'one' });
    const two = vgaText({ id: 'two' });
    const fresh = two.snapshot();
    new VgaMachine(two);
    scramble(new VgaMachine(one), 4);
    expect(two.snapshot()).toEqual(fresh);
  });

  it('is refused with ERR_DEVICE_STATE if a snapshot cannot have written it, and nothing changes', () => {
    const vga = vgaText();
    const machine = new VgaMachine(vga);
    scramble(machine, 5);
    const good = vga.snapshot();
    const bad: unknown[] = [
      { ...good, version: 2 },
      { ...good, version: undefined },
      { ...good, memory: new Uint8Array(100) },
      { ...good, memory: [1, 2, 3] },
      { ...good, crtcIndex: 0x20 },
      { ...good, crtcIndex: 1.5 },
      { ...good, crtc: new Uint8Array(25).fill(0xff) },
      { ...good, dacComponent: 3 },
      { ...good, dac: new Uint8Array(768).fill(0x40) },
      { ...good, attributeExpectsData: 1 },
      { ...good, columns: 40 },
      null,
    ];
    vga.reset();
    const before = vga.snapshot();
    for (const state of bad) {
      expect(() => vga.restore(state as never)).toThrow(expect.objectContaining({ code: 'ERR_DEVICE_STATE' }));
    }
    expect(vga.snapshot()).toEqual(before);
  });
});

describe('options', () => {
  it('make other sizes, for which the screen and memory fit', () => {
    const vga = vgaText({ id: 'small', columns: 40, rows: 10 });
    print(new VgaMachine(vga), 40, 'second', 0x07);
    expect(vga.id).toBe('small');
    expect(renderText(vga.screen())).toEqual(['', 'second', ...Array(8).fill('')]);
  });

  it.each([
    { columns: 0 },
    { columns: 81 },
    { columns: 258 },
    { rows: 0 },
    { rows: 2.5 },
    { rows: 65 },
    { columns: Number.NaN },
    { columns: 256, rows: 64, id: '' },
    { id: 7 as unknown as string },
  ])('refuses %o with one clear error', (options) => {
    expect(() => vgaText(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
