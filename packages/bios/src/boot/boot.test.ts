import { describe, expect, it } from 'vitest';
import { bootFloppy, bootSector, MemoryBlocks, Pc } from '../pc.test-util.ts';

/** mov [600h], dl / mov [602h], cs / cli / hlt */
const NOTE_DRIVE = [0x88, 0x16, 0x00, 0x06, 0x8c, 0x0e, 0x02, 0x06, 0xfa, 0xf4];

function disk(size: number, code?: readonly number[]): MemoryBlocks {
  const blocks = new MemoryBlocks(size);
  if (code !== undefined) blocks.bytes.set(bootSector(...code));
  return blocks;
}

/** A CD-ROM by El Torito: the catalogue in block 20, the image from block 30 on. */
function cdrom(media: number, sectors: number, image: Uint8Array, segment = 0): MemoryBlocks {
  const blocks = new MemoryBlocks(30 * 2048 + Math.max(2048, image.length), true);
  const view = new DataView(blocks.bytes.buffer);
  blocks.bytes.set(new TextEncoder().encode('\u0000CD001\u0001EL TORITO SPECIFICATION'), 17 * 2048);
  view.setUint32(17 * 2048 + 0x47, 20, true);
  const catalogue = 20 * 2048;
  blocks.bytes[catalogue] = 1;
  view.setUint16(catalogue + 0x1e, 0xaa55, true);
  blocks.bytes.set([0x88, media], catalogue + 0x20);
  view.setUint16(catalogue + 0x22, segment, true);
  view.setUint16(catalogue + 0x26, sectors, true);
  view.setUint32(catalogue + 0x28, 30, true);
  blocks.bytes.set(image, 30 * 2048);
  return blocks;
}

describe('POST', () => {
  it('says who it is, and boots the floppy', async () => {
    const pc = await new Pc().boot();
    expect(pc.screen.slice(0, 3)).toEqual(['Picovm BIOS', '', 'Booting from floppy...']);
    expect(pc.log).toEqual([]);
  });

  it('says nothing if it is to say nothing', async () => {
    expect((await new Pc({ banner: '' }).boot()).screen[0]).toBe('Booting from floppy...');
  });

  it('leaves the data area as programs expect it', async () => {
    const connection = {
      disks: [{ kind: 'floppy', blocks: bootFloppy() }, { kind: 'floppy' }, { kind: 'disk', blocks: disk(1 << 20) }],
    } as const;
    const pc = await new Pc({ connection }).boot();
    expect([pc.word(0x400), pc.word(0x402), pc.word(0x408)]).toEqual([0x3f8, 0, 0]);
    expect(pc.word(0x40e)).toBe(0x9fc0);
    // Two floppies, coprocessor, mouse, 80x25 in colour, a serial port.
    expect(pc.word(0x410)).toBe(0x0267);
    expect(pc.word(0x413)).toBe(639);
    expect([pc.word(0x41a), pc.word(0x41c), pc.word(0x480), pc.word(0x482)]).toEqual([0x1e, 0x1e, 0x1e, 0x3e]);
    expect([pc.byte(0x449), pc.word(0x44a), pc.word(0x44c), pc.word(0x463), pc.byte(0x484), pc.word(0x485)]).toEqual([
      3, 80, 0x1000, 0x3d4, 24, 16,
    ]);
    expect(pc.byte(0x475)).toBe(1);
    // 12:34:56 is 45,296 seconds; the timer may have ticked once since.
    const ticks = Math.floor(45_296 * (0x1800b0 / 86_400));
    expect([ticks, ticks + 1]).toContain(pc.vm.memory.readU32(0x46c));
  });

  it('leaves vectors in the ROM, tables, and those of programs free', async () => {
    const pc = await new Pc().boot();
    for (const vector of [0, 2, 5, 6, 8, 9, 0x10, 0x13, 0x15, 0x1a, 0x1b, 0x1c, 0x20, 0x40, 0x70, 0x74, 0x76]) {
      expect(pc.word(4 * vector + 2), `vector ${vector}`).toBe(0xf000);
      expect(pc.byte(0xf0000 + pc.word(4 * vector)), `vector ${vector}`).not.toBe(0);
    }
    expect([pc.word(4 * 0x60 + 2), pc.word(4 * 0x80 + 2)]).toEqual([0, 0]);
    const diskette = pc.word(4 * 0x1e) + 16 * pc.word(4 * 0x1e + 2);
    expect([pc.byte(diskette + 3), pc.byte(diskette + 4)]).toEqual([2, 18]);
  });

  it('calls option ROMs whose checksum is right, if it is to', async () => {
    for (const optionRoms of [true, false]) {
      const pc = new Pc({ connection: { optionRoms } });
      // At C8000h and D0000h, after a length of 512: inc byte [0:500h + n] / retf. The one at C9000h has a wrong sum.
      [0xc8000, 0xc9000, 0xd0000].forEach((at, n) => {
        const rom = new Uint8Array(512);
        rom.set([0x55, 0xaa, 0x01, 0x26, 0xfe, 0x06, n, 0x05, 0xcb]);
        rom[511] = -rom.reduce((sum, byte) => sum + byte, n % 2);
        pc.vm.memory.write(at, rom);
      });
      await pc.boot();
      const called = optionRoms ? 1 : 0;
      expect([pc.byte(0x500), pc.byte(0x501), pc.byte(0x502)]).toEqual([called, 0, called]);
    }
  });

  it('programs the interrupt controllers and the timer: time passes', async () => {
    const pc = await new Pc().boot();
    const before = pc.vm.memory.readU32(0x46c);
    pc.prepare(0x12, { cx: 10, interrupts: true });
    pc.vm.memory.write(0x1000, Uint8Array.of(0xfb, 0xf4, 0xe2, 0xfc, 0xfa, 0xf4)); // sti / l: hlt / loop l / cli / hlt
    expect((await pc.finish()).outcome).toBe('halted');
    expect(pc.vm.memory.readU32(0x46c) - before).toBe(10);
  });
});

describe('INT 19h', () => {
  it('gives the number of the drive in DL and starts at 0000:7C00', async () => {
    const disks = [{ kind: 'disk', blocks: disk(1 << 20, NOTE_DRIVE) }] as const;
    const pc = await new Pc({ connection: { disks } }).boot();
    expect([pc.byte(0x600), pc.word(0x602)]).toEqual([0x80, 0]);
    expect(pc.screen[2]).toBe('Booting from hard disk...');
  });

  it('tries one drive after the other, and says what it could not boot', async () => {
    const disks = [
      { kind: 'floppy' },
      { kind: 'floppy', blocks: disk(1440 * 1024) },
      { kind: 'disk', blocks: disk(1 << 20, NOTE_DRIVE) },
    ] as const;
    const pc = await new Pc({ connection: { disks } }).boot();
    expect(pc.screen.slice(2, 4)).toEqual(['Boot failed: nothing to boot on floppy 1h', 'Booting from hard disk...']);
  });

  it.each([
    ['a text on a floppy', 'floppy', new TextEncoder().encode('Dear reader'), 'floppy 0h'],
    ['code on a disk', 'disk', Uint8Array.of(0xeb, 0x00), 'hard disk 80h'],
  ] as const)('says that %s has no signature', async (_what, kind, bytes, where) => {
    const blocks = new MemoryBlocks(1440 * 1024);
    blocks.bytes.set(bytes);
    const disks = [
      { kind, blocks },
      { kind, blocks: bootFloppy() },
    ];
    const pc = await new Pc({ connection: { disks } }).boot();
    expect(pc.screen[2]).toBe(`Boot failed: no signature (55 AA in bytes 510, 511) on ${where}`);
    expect(pc.screen[3]).toMatch(/^Booting from/);
  });

  it('obeys the order that it is given', async () => {
    const disks = [
      { kind: 'floppy', blocks: bootFloppy(NOTE_DRIVE) },
      { kind: 'disk', blocks: disk(1 << 20, NOTE_DRIVE) },
    ] as const;
    const pc = await new Pc({ connection: { disks, bootOrder: ['disk', 'floppy'] } }).boot();
    expect(pc.byte(0x600)).toBe(0x80);
  });

  it.each([
    ['INT 19h', [0xcd, 0x19]],
    ['a jump to the reset vector', [0xea, 0x00, 0x00, 0xff, 0xff]],
  ])('boots again after %s', async (_what, code) => {
    const pc = await new Pc().boot();
    pc.vm.memory.write(0x7c00, new Uint8Array(512));
    // Whatever the program has made of the chips: all interrupts masked, another base.
    const commands = [
      [0x20, 0x11],
      [0x21, 0x50],
      [0x21, 4],
      [0x21, 1],
      [0x21, 0xff],
    ];
    for (const [port, value] of commands) pc.vm.ports.write(port, 1, value);
    pc.prepare(0x12, { es: 0x1234, ds: 0x5678 });
    pc.vm.memory.write(0x1000, Uint8Array.from(code));
    expect(await pc.run()).toBe('halted');
    expect(pc.word(0x7c00 + 510)).toBe(0xaa55);
    expect(pc.screen.filter((row) => row.startsWith('Booting'))).not.toHaveLength(0);
  });

  it.each([
    ['a jump', [0xeb, 0x00]],
    ['a far jump', [0xea, 0x05, 0x7c, 0x00, 0x00]],
    ['CLI', [0xfa]],
    ['CLD', [0xfc]],
    ['XOR AX, AX', [0x31, 0xc0]],
    ['MOV AX', [0xb8, 0x13, 0x00]],
    ['PUSH CS, POP DS', [0x0e, 0x1f]],
  ])('takes a floppy without a signature if it begins with %s', async (_what, beginning) => {
    const blocks = new MemoryBlocks(160 * 1024);
    blocks.bytes.set([...beginning, ...NOTE_DRIVE]);
    const pc = await new Pc({ connection: { disks: [{ kind: 'floppy', blocks }] } }).boot();
    expect(pc.screen[2]).toBe('Booting from floppy...');
  });

  it('says that there is nothing, and waits without working', async () => {
    const pc = new Pc({ connection: { disks: [] }, realTime: true });
    const cpu = process.cpuUsage();
    expect(await pc.run(400)).toBe('timeout');
    const { user, system } = process.cpuUsage(cpu);
    expect(pc.screen[2]).toBe('No bootable device.');
    expect((user + system) / 1000).toBeLessThan(250);
  });

  it('goes on when a drive fails', async () => {
    const broken = bootFloppy();
    broken.broken = true;
    const disks = [
      { kind: 'floppy', blocks: broken },
      { kind: 'disk', blocks: disk(1 << 20, NOTE_DRIVE) },
    ] as const;
    const pc = await new Pc({ connection: { disks } }).boot();
    expect(pc.byte(0x600)).toBe(0x80);
    expect(pc.log).toEqual([expect.stringContaining('the disk is broken')]);
  });

  it('waits for drives that take their time', async () => {
    const slow = bootFloppy(NOTE_DRIVE);
    slow.slow = true;
    const pc = new Pc({ connection: { disks: [{ kind: 'floppy', blocks: slow }] }, realTime: true });
    const running = pc.run();
    await expect.poll(() => slow.waiting).toBe(1);
    slow.release();
    expect(await running).toBe('halted');
    expect(pc.screen[2]).toBe('Booting from floppy...');
  });
});

describe('a CD-ROM', () => {
  it('boots without emulation', async () => {
    const image = new Uint8Array(4 * 512);
    image.set(NOTE_DRIVE);
    image[2047] = 0x77;
    const disks = [{ kind: 'cdrom', blocks: cdrom(0, 4, image) }] as const;
    const pc = await new Pc({ connection: { disks } }).boot();
    expect([pc.byte(0x600), pc.word(0x602), pc.byte(0x7c00 + 2047)]).toEqual([0xe0, 0, 0x77]);
    expect(pc.screen[2]).toBe('Booting from CD-ROM...');
  });

  it('boots where its catalogue says', async () => {
    const image = Uint8Array.from(NOTE_DRIVE);
    const disks = [{ kind: 'cdrom', blocks: cdrom(0, 1, image, 0x2000) }] as const;
    const pc = await new Pc({ connection: { disks } }).boot();
    expect([pc.byte(0x600), pc.word(0x602)]).toEqual([0xe0, 0x2000]);
  });

  it('boots an image of a floppy as drive 0, which programs then read', async () => {
    const image = new Uint8Array(1440 * 1024);
    image.set(bootSector(...NOTE_DRIVE));
    image[512] = 0x42;
    const disks = [
      { kind: 'cdrom', blocks: cdrom(2, 1, image) },
      { kind: 'floppy', blocks: bootFloppy() },
    ] as const;
    const pc = await new Pc({ connection: { disks, bootOrder: ['cdrom'] } }).boot();
    expect(pc.byte(0x600)).toBe(0);
    const read = await pc.call(0x13, { ax: 0x0201, bx: 0, cx: 0x0002, dx: 0 });
    expect([read.carry, read.ah, pc.byte(0x2000)]).toEqual([false, 0, 0x42]);
    // The real floppy has moved up.
    expect((await pc.call(0x13, { ax: 0x0800, dx: 0 })).dx & 0xff).toBe(2);
    expect((await pc.call(0x13, { ax: 0x0201, cx: 1, dx: 1 })).carry).toBe(false);
    expect(pc.word(0x2000 + 510)).toBe(0xaa55);
    expect((await pc.call(0x13, { ax: 0x0301, cx: 1, dx: 0 })).ah).toBe(3);
    // INT 13h, AX=4B00h ends it.
    const status = await pc.call(0x13, { ax: 0x4b00, dx: 0xe0, si: 0x400 });
    expect([status.carry, pc.byte(0x2400), pc.byte(0x2401), pc.vm.memory.readU32(0x2404)]).toEqual([
      false,
      0x13,
      2,
      30,
    ]);
    expect((await pc.call(0x13, { ax: 0x0800, dx: 0 })).dx & 0xff).toBe(1);
  });

  it('of another kind is passed over', async () => {
    const disks = [
      { kind: 'cdrom', blocks: new MemoryBlocks(1 << 20, true) },
      { kind: 'disk', blocks: disk(1 << 20, NOTE_DRIVE) },
    ] as const;
    const pc = await new Pc({ connection: { disks, bootOrder: ['cdrom', 'disk'] } }).boot();
    expect(pc.screen[2]).toBe('Boot failed: nothing to boot on CD-ROM e0h');
  });
});
