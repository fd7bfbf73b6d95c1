import { beforeEach, describe, expect, it } from 'vitest';
import { bootFloppy, DATA, DATA_SEGMENT, MemoryBlocks, Pc } from '../pc.test-util.ts';

const SECTORS = 40 * 16 * 63;
let floppy: MemoryBlocks;
let disk: MemoryBlocks;
let pc: Pc;

beforeEach(async () => {
  floppy = bootFloppy();
  disk = new MemoryBlocks(SECTORS * 512);
  for (let n = 0; n < SECTORS; n++) new DataView(disk.bytes.buffer).setUint32(n * 512, n, true);
  const connection = {
    disks: [
      { kind: 'floppy', blocks: floppy },
      { kind: 'disk', blocks: disk },
    ],
  } as const;
  pc = await new Pc({ connection }).boot();
});

/** Cylinder, head and sector as CX and DX have them. */
function chs(drive: number, cylinder: number, head: number, sector: number): { cx: number; dx: number } {
  return { cx: ((cylinder & 0xff) << 8) | ((cylinder >> 2) & 0xc0) | sector, dx: (head << 8) | drive };
}

function packet(lba: number, count: number, offset: number, segment: number, size = 16): void {
  const bytes = new DataView(new ArrayBuffer(24));
  bytes.setUint8(0, size);
  bytes.setUint16(2, count, true);
  bytes.setUint16(4, offset, true);
  bytes.setUint16(6, segment, true);
  bytes.setBigUint64(8, BigInt(lba), true);
  pc.vm.memory.write(DATA, new Uint8Array(bytes.buffer));
}

describe('INT 13h by cylinders', () => {
  it('tells the geometry', async () => {
    const a = await pc.call(0x13, { ax: 0x0800, dx: 0 });
    expect([a.carry, a.ax, a.bx, a.cx, a.dx]).toEqual([false, 0, 4, 0x4f12, 0x0101]);
    expect([a.es, a.di]).toEqual([0xf000, 0xefc7]);
    const c = await pc.call(0x13, { ax: 0x0800, dx: 0x80 });
    expect([c.carry, c.ax, c.cx, c.dx]).toEqual([false, 0, 0x273f, 0x0f01]);
    expect(await pc.call(0x13, { ax: 0x0800, dx: 0x81 })).toMatchObject({ carry: true, ah: 1 });
  });

  it('reads and writes', async () => {
    const read = await pc.call(0x13, { ax: 0x0203, bx: 0x100, ...chs(0x80, 1, 2, 5) });
    expect([read.carry, read.ax]).toEqual([false, 3]);
    const lba = (16 + 2) * 63 + 4;
    expect([0, 1, 2].map((n) => pc.vm.memory.readU32(DATA + 0x100 + 512 * n))).toEqual([lba, lba + 1, lba + 2]);
    pc.vm.memory.write(DATA, new Uint8Array(512).fill(0x5a));
    expect(await pc.call(0x13, { ax: 0x0301, bx: 0, ...chs(0, 79, 1, 18) })).toMatchObject({ carry: false, ah: 0 });
    expect(floppy.bytes.subarray(-512)).toEqual(new Uint8Array(512).fill(0x5a));
  });

  it.each([
    ['no such sector of a floppy', chs(0, 0, 0, 19), 4],
    ['no such head', chs(0, 0, 2, 1), 4],
    ['behind the end', chs(0, 79, 1, 18), 4, 2],
    ['sector 0', chs(0x80, 0, 0, 0), 1],
    ['behind the end of a disk', chs(0x80, 40, 0, 1), 1],
    ['no such drive', chs(0x85, 0, 0, 1), 1],
    ['no sectors', chs(0x80, 0, 0, 1), 1, 0],
  ])('refuses %s', async (_what, place, status, count = 1) => {
    const result = await pc.call(0x13, { ax: 0x0200 | count, ...place });
    expect([result.carry, result.ah]).toEqual([true, status]);
  });

  it('tells the last status, of floppies and disks', async () => {
    await pc.call(0x13, { ax: 0x0201, ...chs(0, 0, 0, 19) });
    expect((await pc.call(0x13, { ax: 0x0100, dx: 0 })).ah).toBe(4);
    expect((await pc.call(0x13, { ax: 0x0100, dx: 0x80 })).ah).toBe(0);
  });

  it('refuses to write what is write-protected', async () => {
    const blocks = new MemoryBlocks(1 << 20, true);
    pc.bios.connect({ vm: pc.vm, disks: [{ kind: 'disk', blocks }] });
    expect(await pc.call(0x13, { ax: 0x0301, ...chs(0x80, 0, 0, 1) })).toMatchObject({ carry: true, ah: 3 });
  });

  it('gives a status where the host fails, and says so once', async () => {
    disk.broken = true;
    for (let n = 0; n < 3; n++) {
      expect(await pc.call(0x13, { ax: 0x0201, ...chs(0x80, 0, 0, 1) })).toMatchObject({ carry: true, ax: 0x2000 });
    }
    expect(pc.log).toHaveLength(1);
    disk.broken = false;
    expect((await pc.call(0x13, { ax: 0x0201, ...chs(0x80, 0, 0, 1) })).carry).toBe(false);
  });

  it('reads over the end of a segment, and to the screen', async () => {
    await pc.call(0x13, { ax: 0x0202, bx: 0xff00, es: 0x3000, ...chs(0x80, 0, 0, 1) });
    expect([pc.vm.memory.readU32(0x3ff00), pc.vm.memory.readU32(0x40100)]).toEqual([0, 1]);
    disk.bytes.set([0x58, 0x0f]);
    await pc.call(0x13, { ax: 0x0201, bx: 0, es: 0xb800, ...chs(0x80, 0, 0, 1) });
    expect(pc.screen[0][0]).toBe('X');
  });

  it('leaves ROM as it is, and reads nothing but ones from nowhere', async () => {
    const before = pc.vm.memory.read(0xffff0000, 512);
    pc.vm.memory.writeU32(DATA + 16, 0xffff0000);
    packet(0, 1, 0xffff, 0xffff, 24);
    pc.vm.memory.writeU32(DATA + 16, 0xffff0000);
    expect(await pc.call(0x13, { ax: 0x4200, dx: 0x80 })).toMatchObject({ carry: false });
    expect(pc.vm.memory.read(0xffff0000, 512)).toEqual(before);
    packet(3, 1, 0xffff, 0xffff, 24);
    pc.vm.memory.writeU32(DATA + 16, 0x7000_0000);
    expect(await pc.call(0x13, { ax: 0x4300, dx: 0x80 })).toMatchObject({ carry: false });
    expect(disk.bytes.subarray(1536, 2048)).toEqual(new Uint8Array(512).fill(0xff));
  });

  it.each([
    [160, 0x2708, 0x0001, 1],
    [360, 0x2709, 0x0101, 1],
    [720, 0x4f09, 0x0101, 3],
    [1200, 0x4f0f, 0x0101, 2],
    [640, 0x4f08, 0x0101, 3],
    [800, 0x4f0a, 0x0101, 3],
    [1680, 0x4f15, 0x0101, 4],
    [1722, 0x5115, 0x0101, 4],
    [2880, 0x4f24, 0x0101, 5],
    [3840, 0x4f30, 0x0101, 5],
    [1, 0x4f12, 0x0101, 4],
    [2000, 0x4f24, 0x0101, 5],
  ])('knows floppies of %i KiB', async (kib, cx, dx, bx) => {
    pc.bios.connect({ vm: pc.vm, disks: [{ kind: 'floppy', blocks: new MemoryBlocks(kib * 1024) }] });
    expect(await pc.call(0x13, { ax: 0x0800, dx: 0 })).toMatchObject({ cx, dx, bx, carry: false });
  });

  it('goes by the file system of a floppy whose image leaves out its end', async () => {
    const blocks = new MemoryBlocks(100 * 512);
    const parameters = new DataView(blocks.bytes.buffer);
    // 512 bytes a sector, 720 sectors, medium FDh, 9 sectors a track, 2 heads.
    const words = [
      [11, 512],
      [19, 720],
      [21, 0xfd],
      [24, 9],
      [26, 2],
    ];
    for (const [at, value] of words) parameters.setUint16(at, value, true);
    pc.bios.connect({ vm: pc.vm, disks: [{ kind: 'floppy', blocks }] });
    expect(await pc.call(0x13, { ax: 0x0800, dx: 0 })).toMatchObject({ cx: 0x2709, dx: 0x0101, bx: 1 });
    // Numbers that cannot be, and a disk that does not answer at once: by its size.
    parameters.setUint16(24, 18, true);
    pc.bios.connect({ vm: pc.vm, disks: [{ kind: 'floppy', blocks }] });
    expect((await pc.call(0x13, { ax: 0x0800, dx: 0 })).cx).toBe(0x4f12);
    parameters.setUint16(24, 9, true);
    blocks.slow = true;
    pc.bios.connect({ vm: pc.vm, disks: [{ kind: 'floppy', blocks }] });
    blocks.release(true);
    expect((await pc.call(0x13, { ax: 0x0800, dx: 0 })).cx).toBe(0x4f12);
  });

  it.each([
    ['floppy', 0, 4],
    ['disk', 0x80, 1],
  ] as const)(
    'reads zeros behind the end of the image of a %s, and writes nothing there',
    async (kind, drive, status) => {
      const blocks = new MemoryBlocks(3 * 512);
      blocks.bytes.fill(0x77);
      pc.bios.connect({ vm: pc.vm, disks: [{ kind, blocks }] });
      pc.vm.memory.write(DATA, new Uint8Array(4 * 512).fill(0xee));
      expect(await pc.call(0x13, { ax: 0x0203, bx: 0, ...chs(drive, 0, 0, 2) })).toMatchObject({ carry: false, ax: 3 });
      expect(pc.vm.memory.read(DATA, 1024)).toEqual(new Uint8Array(1024).fill(0x77));
      expect(pc.vm.memory.read(DATA + 1024, 512)).toEqual(new Uint8Array(512));
      expect(pc.byte(DATA + 1536)).toBe(0xee);
      expect(await pc.call(0x13, { ax: 0x0201, bx: 0, ...chs(drive, 0, 1, 5) })).toMatchObject({ carry: false });
      expect(pc.vm.memory.read(DATA, 512)).toEqual(new Uint8Array(512));
      for (const sector of [3, 4]) {
        const written = await pc.call(0x13, { ax: 0x0302, bx: 0, ...chs(drive, 0, 0, sector) });
        expect([written.carry, written.ah]).toEqual([true, status]);
      }
      expect(blocks.bytes).toEqual(new Uint8Array(3 * 512).fill(0x77));
    },
  );

  it.each([
    [504 * 1024 * 1024, 0xff, 15],
    [1008 * 1024 * 1024, 0xff, 31],
    [4096 * 1024 * 1024, 0x0a, 254],
    [1e12, 0xff, 254],
  ])('translates a disk of %d bytes to at most 1024 cylinders', async (size, _last, heads) => {
    const blocks = { size: size - (size % 512), readonly: false, read: () => {}, write: () => {} };
    pc.bios.connect({ vm: pc.vm, disks: [{ kind: 'disk', blocks }] });
    const { cx, dx } = await pc.call(0x13, { ax: 0x0800, dx: 0x80 });
    expect(dx >> 8).toBe(heads);
    const cylinders = ((cx >> 8) | ((cx & 0xc0) << 2)) + 1;
    expect(cylinders * (heads + 1) * 63 * 512).toBeLessThanOrEqual(size);
    expect(cylinders).toBeGreaterThan(500);
  });

  describe('goes by', () => {
    const TOTAL = 306 * 4 * 17;
    let blocks: MemoryBlocks;
    beforeEach(() => {
      blocks = new MemoryBlocks(TOTAL * 512);
      blocks.bytes.set([0x55, 0xaa], 510);
    });
    const geometry = async (): Promise<[number, number]> => {
      pc.bios.connect({ vm: pc.vm, disks: [{ kind: 'disk', blocks }] });
      const { carry, cx, dx } = await pc.call(0x13, { ax: 0x0800, dx: 0x80 });
      expect(carry).toBe(false);
      return [cx, dx >> 8];
    };
    const BY_SIZE = [((Math.floor(TOTAL / 1008) - 1) << 8) | 63, 15];
    // 306 cylinders, 4 heads, 17 sectors.
    const BY_IT = [0x3151, 3];
    const put = (at: number, ...bytes: number[]): void => blocks.bytes.set(bytes, at);

    it('the partitions of a disk', async () => {
      expect(await geometry()).toEqual(BY_SIZE);
      // The second entry: active, head 1, FAT 12, head 3, sector 17 of cylinder 305, its place and length.
      put(0x1ce, 0x80, 1, 1, 0, 1, 3, 0x40 | 17, 0x31, 17, 0, 0, 0, 0x37, 0x51);
      expect(await geometry()).toEqual(BY_IT);
      // What is no partition, has no end, or is not signed.
      put(0x1ce, 0x12);
      expect(await geometry()).toEqual(BY_SIZE);
      put(0x1ce, 0x00);
      put(0x1d4, 0x40);
      expect(await geometry()).toEqual(BY_SIZE);
      put(0x1d4, 0x40 | 17);
      expect(await geometry()).toEqual(BY_IT);
      // One that ends within a cylinder.
      put(0x1da, 0x36);
      expect(await geometry()).toEqual(BY_SIZE);
      put(0x1da, 0x37);
      put(510, 0);
      expect(await geometry()).toEqual(BY_SIZE);
    });

    it('the file system of a disk without partitions', async () => {
      put(0, 0xeb, 0x3c, 0x90);
      // 512 bytes a sector, 4 sectors a cluster, one reserved, 2 FATs, 512 entries, the total, F8h, 8 sectors a FAT, 17, 4.
      put(11, 0, 2, 4, 1, 0, 2, 0, 2, TOTAL & 0xff, TOTAL >> 8, 0xf8, 8, 0, 17, 0, 4, 0);
      expect(await geometry()).toEqual(BY_IT);
      for (const [at, wrong] of [
        [0, 0x33],
        [24, 64],
        [26, 0],
        [20, 0xff],
      ]) {
        const right = blocks.bytes[at];
        put(at, wrong);
        expect(await geometry(), `byte ${at}`).toEqual(BY_SIZE);
        put(at, right);
      }
    });

    it('the size of a disk that does not answer at once', async () => {
      put(0x1ce, 0x80, 1, 1, 0, 1, 3, 0x40 | 17, 0x31, 17, 0, 0, 0, 0x37, 0x51);
      blocks.slow = true;
      const answer = geometry();
      blocks.release(true);
      expect(await answer).toEqual(BY_SIZE);
      blocks.slow = false;
      blocks.broken = true;
      expect(await geometry()).toEqual(BY_SIZE);
    });
  });

  it('has no media types of disks: FORMAT of MS-DOS then formats as it knows them', async () => {
    expect(await pc.call(0x13, { ax: 0x1800, ...chs(0, 79, 0, 18) })).toMatchObject({ carry: false, ah: 0 });
    expect(await pc.call(0x13, { ax: 0x1800, ...chs(0, 39, 0, 9) })).toMatchObject({ carry: true, ah: 0x0c });
    expect(await pc.call(0x13, { ax: 0x1800, ...chs(0x80, 39, 0, 63) })).toMatchObject({ carry: true, ah: 1 });
  });

  it('tells the type of a drive, and formats floppies', async () => {
    expect(await pc.call(0x13, { ax: 0x1500, dx: 0 })).toMatchObject({ carry: false, ah: 1 });
    const fixed = await pc.call(0x13, { ax: 0x1500, dx: 0x80 });
    expect([fixed.ah, fixed.cx * 65536 + fixed.dx]).toEqual([3, SECTORS]);
    expect(await pc.call(0x13, { ax: 0x1500, dx: 0x90 })).toMatchObject({ carry: true, ah: 0 });
    expect((await pc.call(0x13, { ax: 0x0512, ...chs(0, 3, 1, 1) })).carry).toBe(false);
    const track = (3 * 2 + 1) * 18 * 512;
    expect(floppy.bytes.subarray(track, track + 18 * 512)).toEqual(new Uint8Array(18 * 512).fill(0xf6));
    expect(floppy.bytes[track + 18 * 512]).toBe(0);
  });
});

describe('INT 13h by block addresses', () => {
  it('is there for disks, and not for floppies', async () => {
    expect(await pc.call(0x13, { ax: 0x4100, bx: 0x55aa, dx: 0x80 })).toMatchObject({
      bx: 0xaa55,
      ah: 0x30,
      carry: false,
    });
    expect(await pc.call(0x13, { ax: 0x4100, bx: 0x55aa, dx: 0 })).toMatchObject({ carry: true, ah: 1 });
    expect((await pc.call(0x13, { ax: 0x4100, bx: 0x1234, dx: 0x80 })).carry).toBe(true);
  });

  it('reads and writes by a packet', async () => {
    packet(1000, 2, 0x0200, DATA_SEGMENT);
    expect(await pc.call(0x13, { ax: 0x4200, dx: 0x80 })).toMatchObject({ carry: false, ah: 0 });
    expect([pc.vm.memory.readU32(DATA + 0x200), pc.vm.memory.readU32(DATA + 0x400)]).toEqual([1000, 1001]);
    packet(7, 1, 0x0200, DATA_SEGMENT);
    expect((await pc.call(0x13, { ax: 0x4300, dx: 0x80 })).carry).toBe(false);
    expect(new DataView(disk.bytes.buffer).getUint32(7 * 512, true)).toBe(1000);
  });

  it.each([
    ['the end', SECTORS - 1, 2, 16],
    ['2^40', 2 ** 40, 1, 16],
    ['2^63', 2 ** 63, 1, 16],
    ['a packet that is too short', 0, 1, 8],
    ['too many', 0, 256, 16],
  ])('refuses %s, and says that nothing was moved', async (_what, lba, count, size) => {
    packet(lba, count, 0, 0x3000, size);
    expect(await pc.call(0x13, { ax: 0x4200, dx: 0x80 })).toMatchObject({ carry: true, ah: 1 });
  });

  it('tells the size', async () => {
    pc.vm.memory.writeU16(DATA, 0x1e);
    expect((await pc.call(0x13, { ax: 0x4800, dx: 0x80 })).carry).toBe(false);
    expect([pc.word(DATA), pc.word(DATA + 2), pc.vm.memory.readU32(DATA + 4), pc.vm.memory.readU32(DATA + 8)]).toEqual([
      0x1e, 2, 40, 16,
    ]);
    expect([pc.vm.memory.readU32(DATA + 16), pc.word(DATA + 24)]).toEqual([SECTORS, 512]);
    pc.vm.memory.writeU16(DATA, 0x19);
    expect((await pc.call(0x13, { ax: 0x4800, dx: 0x80 })).carry).toBe(true);
  });

  it('reads a CD-ROM in blocks of 2048 bytes', async () => {
    const blocks = new MemoryBlocks(100 * 2048, true);
    blocks.bytes[99 * 2048 + 2047] = 0x99;
    pc.bios.connect({ vm: pc.vm, disks: [{ kind: 'cdrom', blocks }] });
    packet(99, 1, 0x0800, DATA_SEGMENT);
    expect((await pc.call(0x13, { ax: 0x4200, dx: 0xe0 })).carry).toBe(false);
    expect(pc.byte(DATA + 0x800 + 2047)).toBe(0x99);
    packet(100, 1, 0x0800, DATA_SEGMENT);
    expect((await pc.call(0x13, { ax: 0x4200, dx: 0xe0 })).carry).toBe(true);
  });
});

describe('a disk that takes its time', () => {
  beforeEach(() => {
    disk.accesses = 0;
    disk.slow = true;
  });

  it('lets the guest wait, with interrupts', async () => {
    const running = pc.call(0x13, { ax: 0x0201, ...chs(0x80, 0, 0, 3) });
    await expect.poll(() => disk.waiting).toBe(1);
    const ticks = pc.vm.memory.readU32(0x46c);
    await expect.poll(() => pc.vm.memory.readU32(0x46c)).toBeGreaterThan(ticks);
    disk.release();
    expect(await running).toMatchObject({ carry: false, ax: 1, outcome: 'halted' });
    expect(pc.vm.memory.readU32(DATA)).toBe(2);
    expect(disk.accesses).toBe(1);
    // The clock chip interrupts no more.
    expect(pc.rtc.cmos.read(0x0b) & 0x40).toBe(0);
  });

  it('gives a status when it fails', async () => {
    const running = pc.call(0x13, { ax: 0x0301, ...chs(0x80, 0, 0, 3) });
    await expect.poll(() => disk.waiting).toBe(1);
    disk.release(true);
    expect(await running).toMatchObject({ carry: true, ah: 0x20 });
  });

  it('is asked again after a snapshot was restored', async () => {
    pc.prepare(0x13, { ax: 0x0201, ...chs(0x80, 0, 0, 3) });
    expect(await pc.run(100)).toBe('timeout');
    const snapshot = pc.vm.snapshot();
    pc.vm.restore(snapshot);
    disk.slow = false;
    // What it was asked for before comes to its end first.
    disk.release();
    expect(await pc.finish()).toMatchObject({ carry: false, ax: 1 });
    expect([pc.vm.memory.readU32(DATA), disk.accesses]).toEqual([2, 2]);
  });

  it('is asked for one thing at a time, however many transfers a guest starts and leaves', async () => {
    for (let n = 0; n < 40; n++) {
      pc.prepare(0x13, { ax: 0x0201, ...chs(0x80, 0, 0, 1 + n) });
      expect(await pc.run(4)).toBe('timeout');
    }
    expect([disk.waiting, disk.accesses]).toEqual([1, 1]);
    // The other drives do not wait for it.
    expect((await pc.call(0x13, { ax: 0x0201, ...chs(0, 0, 0, 1) })).carry).toBe(false);
    disk.release();
    disk.slow = false;
    // Calls were left in the middle of interrupts, so that nobody could wait for another one.
    await new Promise((resolve) => setTimeout(resolve));
    expect((await pc.call(0x13, { ax: 0x0201, ...chs(0x80, 0, 0, 9) })).carry).toBe(false);
    expect(pc.vm.memory.readU32(DATA)).toBe(8);
  });

  it('writes what was begun before a reset before what is written after it', async () => {
    const write = { ax: 0x0301, ...chs(0x80, 0, 0, 3) };
    pc.vm.memory.write(DATA, new Uint8Array(512).fill(0x11));
    pc.prepare(0x13, write);
    expect(await pc.run(20)).toBe('timeout');
    expect(disk.waiting).toBe(1);
    pc.bios.reset();
    // A backend whose later answers come first, as those of several threads may.
    disk.slow = false;
    pc.vm.memory.write(DATA, new Uint8Array(512).fill(0x22));
    const running = pc.call(0x13, write);
    const early = new Promise<void>((resolve) => setTimeout(resolve, 50));
    await Promise.race([running, early]);
    disk.release();
    expect(await running).toMatchObject({ carry: false });
    expect(disk.bytes.subarray(2 * 512, 3 * 512)).toEqual(new Uint8Array(512).fill(0x22));
  });
});
