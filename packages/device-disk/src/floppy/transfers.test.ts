import { describe, expect, it } from 'vitest';
import { memoryBlocks, readOnly } from '../index.ts';
import { diskImage, driver, SIZE } from './floppy.test-util.ts';

const SECTOR = 512;
/** The bytes of the sectors from `first` on, counted from 0. */
const sectors = (image: Uint8Array, first: number, count: number): Uint8Array =>
  image.slice(first * SECTOR, (first + count) * SECTOR);

const READ = 0xe6;
const WRITE = 0xc5;

describe('READ DATA', () => {
  it('ends where the DMA controller says so, with the ID of the next sector', () => {
    const { dma, command, disk, line, msr } = driver();
    dma.program(3 * SECTOR);
    expect(command(READ, 0x00, 0, 0, 2, 2, 18, 27, 0xff)).toEqual([0x00, 0, 0, 0, 0, 5, 2]);
    expect(dma.memory.subarray(0, 3 * SECTOR)).toEqual(sectors(disk, 1, 3));
    expect(line.level).toBe(false);
    expect(msr()).toBe(0x80);
  });

  it('takes back its interrupt with the first byte of the result', () => {
    const { dma, send, wait, take, line } = driver();
    dma.program(SECTOR);
    send(READ, 0x00, 0, 0, 1, 2, 18, 27, 0xff);
    wait();
    expect(line.level).toBe(true);
    take();
    expect(line.level).toBe(false);
  });

  it('goes on to the other side if it is multi-track', () => {
    const { dma, command, disk } = driver();
    dma.program(36 * SECTOR);
    expect(command(READ, 0x00, 0, 0, 1, 2, 18, 27, 0xff)).toEqual([0x04, 0, 0, 1, 0, 1, 2]);
    expect(Buffer.compare(dma.memory.subarray(0, 36 * SECTOR), sectors(disk, 0, 36))).toBe(0);
  });

  it('goes on over the ends of tracks and cylinders if the last sector is beyond them, multi-track', () => {
    const { dma, command, disk } = driver();
    dma.program(50 * SECTOR);
    expect(command(READ, 0x00, 0, 0, 2, 2, 51, 27, 0xff)).toEqual([0x00, 0, 0, 1, 0, 16, 2]);
    expect(Buffer.compare(dma.memory.subarray(0, 50 * SECTOR), sectors(disk, 1, 50))).toBe(0);
    // Where the count ends with a cylinder, the heads stay on it: no seek is implied.
    for (const [count, sector] of [
      [2, 17],
      [1, 18],
    ]) {
      dma.program(count * SECTOR);
      expect(command(READ, 0x04, 1, 1, sector, 2, 40, 27, 0xff)).toEqual([0x04, 0, 0, 2, 0, 1, 2]);
    }
    // Behind the last cylinder there is nothing.
    dma.program(2 * SECTOR);
    expect(command(READ, 0x04, 79, 1, 18, 2, 19, 27, 0xff)).toEqual([0x60, 0x01, 0, 80, 0, 1, 2]);
    expect(dma.count).toBe(SECTOR);
    // One side alone ends as ever.
    dma.program(2 * SECTOR);
    expect(command(0x46, 0x00, 0, 0, 18, 2, 19, 27, 0xff).slice(0, 3)).toEqual([0x60, 0x04, 0x00]);
  });

  it.each([
    ['not at the last sector', [0x46, 0x00, 0, 0, 17, 2, 18], [0x00, 0, 0, 0, 0, 18, 2]],
    ['at the last sector of a side', [0x46, 0x00, 0, 0, 18, 2, 18], [0x00, 0, 0, 1, 0, 1, 2]],
    ['at the last sector of the first side, multi-track', [0xe6, 0x00, 0, 0, 18, 2, 18], [0x04, 0, 0, 0, 1, 1, 2]],
    ['at the last sector of the other side, multi-track', [0xe6, 0x04, 0, 1, 18, 2, 18], [0x04, 0, 0, 1, 0, 1, 2]],
  ])('names what comes next: %s', (_name, bytes, expected) => {
    const { dma, command } = driver();
    dma.program(SECTOR);
    expect(command(...bytes, 27, 0xff)).toEqual(expected);
  });

  it('says so if the cylinder ends before the count', () => {
    const { dma, command } = driver();
    dma.program(5 * SECTOR);
    expect(command(0x46, 0x00, 0, 0, 17, 2, 18, 27, 0xff)).toEqual([0x40, 0x80, 0, 1, 0, 1, 2]);
    expect(dma.count).toBe(3 * SECTOR);
  });

  it('ends within a sector if the count does', () => {
    const { dma, command, disk } = driver();
    dma.program(700);
    expect(command(READ, 0x00, 0, 0, 1, 2, 18, 27, 0xff)).toEqual([0, 0, 0, 0, 0, 3, 2]);
    expect(dma.memory.subarray(0, 1024)).toEqual(new Uint8Array([...disk.subarray(0, 700), ...new Uint8Array(324)]));
  });

  it.each([
    ['a sector that is not there', [READ, 0x00, 0, 0, 19, 2, 30], [0x40, 0x04, 0x00]],
    ['sector 0', [READ, 0x00, 0, 0, 0, 2, 18], [0x40, 0x04, 0x00]],
    ['a sector of another size', [READ, 0x00, 0, 0, 1, 3, 18], [0x40, 0x04, 0x00]],
    ['the other side than the one selected', [READ, 0x00, 0, 1, 1, 2, 18], [0x40, 0x04, 0x00]],
    ['a track beyond the disk', [READ, 0x00, 80, 0, 1, 2, 18], [0x60, 0x01, 0x00]],
    ['a drive without a disk', [READ, 0x01, 0, 0, 1, 2, 18], [0x41, 0x01, 0x00]],
    ['a drive that is not there', [READ, 0x03, 0, 0, 1, 2, 18], [0x43, 0x01, 0x00]],
  ])('fails for %s', (_name, bytes, expected) => {
    const { dma, command } = driver();
    dma.program(SECTOR);
    expect(command(...bytes, 27, 0xff).slice(0, 3)).toEqual(expected);
    expect(dma.count).toBe(SECTOR);
  });

  it('overruns if nobody takes the bytes', () => {
    const { dma, command, dor, machine, send, wait, result } = driver();
    dma.program(0);
    expect(command(READ, 0x00, 0, 0, 1, 2, 18, 27, 0xff).slice(0, 3)).toEqual([0x40, 0x10, 0x00]);
    dma.program(SECTOR);
    dor(0x14);
    send(READ, 0x00, 0, 0, 1, 2, 18, 27, 0xff);
    wait();
    expect(result().slice(0, 3)).toEqual([0x40, 0x10, 0x00]);
    expect(machine.metrics.values()).toMatchObject({ overruns: 2 });
  });

  it('waits a moment for who sets up DMA after it', () => {
    const { dma, send, wait, result } = driver();
    send(READ, 0x00, 0, 0, 1, 2, 18, 27, 0xff);
    dma.program(SECTOR);
    wait();
    expect(result()[0]).toBe(0);
  });

  it('seeks by itself, or only where it is told to', () => {
    const { dma, command, disk, send, seek } = driver();
    dma.program(SECTOR);
    expect(command(READ, 0x04, 12, 1, 3, 2, 18, 27, 0xff)).toEqual([0x24, 0, 0, 12, 1, 4, 2]);
    expect(dma.memory.subarray(0, SECTOR)).toEqual(sectors(disk, (12 * 2 + 1) * 18 + 2, 1));
    send(0x13, 0x00, 0x10, 0x00);
    dma.program(SECTOR);
    expect(command(READ, 0x00, 13, 0, 3, 2, 18, 27, 0xff)).toEqual([0x40, 0x04, 0x10, 13, 0, 3, 2]);
    seek(0x0f, 0x00, 13);
    expect(command(READ, 0x00, 13, 0, 3, 2, 18, 27, 0xff)[0]).toBe(0);
  });

  it('needs the seek if the option says so', () => {
    const { dma, command } = driver({ impliedSeek: false });
    dma.program(SECTOR);
    expect(command(READ, 0x00, 13, 0, 3, 2, 18, 27, 0xff).slice(0, 3)).toEqual([0x40, 0x04, 0x10]);
  });

  it('needs the right data rate, once one was set', () => {
    const { dma, command, ccr, machine } = driver();
    dma.program(SECTOR);
    ccr(2);
    expect(command(READ, 0x00, 0, 0, 1, 2, 18, 27, 0xff).slice(0, 3)).toEqual([0x40, 0x01, 0x00]);
    machine.writePort(0x3f4, 0x00);
    expect(command(READ, 0x00, 0, 0, 1, 2, 18, 27, 0xff)[0]).toBe(0);
  });
});

describe('WRITE DATA', () => {
  it('writes sectors, and fills up the last one', () => {
    const { dma, command, disk } = driver();
    dma.program(700, new Uint8Array(700).fill(0xaa));
    expect(command(WRITE, 0x00, 0, 0, 3, 2, 18, 27, 0xff)).toEqual([0, 0, 0, 0, 0, 5, 2]);
    const expected = diskImage().fill(0xaa, 1024, 1724).fill(0, 1724, 2048);
    expect(Buffer.compare(disk, expected)).toBe(0);
  });

  it('also writes sectors that are called deleted', () => {
    const { dma, command, disk } = driver();
    dma.program(SECTOR, new Uint8Array(SECTOR).fill(3));
    expect(command(0xc9, 0x04, 0, 1, 1, 2, 18, 27, 0xff)[0]).toBe(4);
    expect(sectors(disk, 18, 1)).toEqual(new Uint8Array(SECTOR).fill(3));
  });

  it('flushes before it says that it is done', () => {
    const image = memoryBlocks(SIZE);
    const seen: string[] = [];
    const blocks = {
      ...image,
      write: (offset: number, data: Uint8Array) => void seen.push(`write ${offset}+${data.length}`),
      flush: () => void seen.push('flush'),
    };
    const { dma, command } = driver({}, blocks);
    dma.program(2 * SECTOR);
    command(WRITE, 0x00, 0, 0, 1, 2, 18, 27, 0xff);
    expect(seen).toEqual(['write 0+512', 'write 512+512', 'flush']);
  });

  it('is refused by a protected disk', () => {
    const { dma, command } = driver({}, readOnly(memoryBlocks(SIZE)));
    dma.program(SECTOR);
    expect(command(WRITE, 0x00, 0, 0, 1, 2, 18, 27, 0xff).slice(0, 3)).toEqual([0x40, 0x02, 0x00]);
    expect(command(0x4d, 0x00, 2, 18, 0x54, 0xf6).slice(0, 3)).toEqual([0x40, 0x02, 0x00]);
    expect(dma.count).toBe(SECTOR);
  });
});

describe('transfers by the CPU', () => {
  it('read: a byte and an interrupt at a time, and the end of the cylinder is the end', () => {
    const { send, clock, msr, take, result, line, disk } = driver();
    send(0x03, 0xdf, 0x03);
    send(0x46, 0x00, 0, 0, 17, 2, 18, 27, 0xff);
    expect(msr()).toBe(0x30);
    clock.advance(100_000);
    const bytes: number[] = [];
    while (msr() === 0xf0) {
      const before = line.changes.length;
      expect(line.level).toBe(true);
      bytes.push(take());
      // A new edge for each.
      expect(line.changes.slice(before).map(({ level }) => level)).toEqual([false, true]);
    }
    expect(new Uint8Array(bytes)).toEqual(sectors(disk, 16, 2));
    expect(msr()).toBe(0xd0);
    expect(result()).toEqual([0x40, 0x80, 0, 1, 0, 1, 2]);
    expect(line.level).toBe(false);
  });

  it('write', () => {
    const { send, clock, msr, give, result, disk } = driver();
    send(0x03, 0xdf, 0x03);
    send(0x45, 0x00, 0, 0, 18, 2, 18, 27, 0xff);
    clock.advance(100_000);
    let count = 0;
    while (msr() === 0xb0) give(count++ & 0xff);
    expect(count).toBe(SECTOR);
    expect(result()).toEqual([0x40, 0x80, 0, 1, 0, 1, 2]);
    expect(sectors(disk, 17, 1)).toEqual(Uint8Array.from({ length: SECTOR }, (_, i) => i & 0xff));
  });

  it('format', () => {
    const { send, clock, msr, give, result, disk } = driver();
    send(0x03, 0xdf, 0x03);
    send(0x4d, 0x04, 2, 2, 0x54, 0xf6);
    clock.advance(100_000);
    const ids = [0, 1, 2, 2, 0, 1, 18, 2];
    for (const byte of ids) {
      expect(msr()).toBe(0xb0);
      give(byte);
    }
    expect(result().slice(0, 3)).toEqual([0x04, 0, 0]);
    const expected = diskImage()
      .fill(0xf6, 19 * 512, 20 * 512)
      .fill(0xf6, 35 * 512, 36 * 512);
    expect(Buffer.compare(disk, expected)).toBe(0);
  });
});

describe('FORMAT TRACK', () => {
  const ids = (cylinder: number, head: number, numbers: readonly number[]): Uint8Array =>
    Uint8Array.from(numbers.flatMap((n) => [cylinder, head, n, 2]));
  const all = Array.from({ length: 18 }, (_, i) => i + 1);

  it('fills a track', () => {
    const { dma, command, disk, seek } = driver();
    seek(0x0f, 0x04, 5);
    dma.program(72, ids(5, 1, all));
    expect(command(0x4d, 0x04, 2, 18, 0x54, 0xf6).slice(0, 3)).toEqual([0x04, 0, 0]);
    const start = (5 * 2 + 1) * 18 * SECTOR;
    expect(Buffer.compare(disk, diskImage().fill(0xf6, start, start + 18 * SECTOR))).toBe(0);
  });

  it.each([
    ['another cylinder', ids(1, 0, [1])],
    ['another side', ids(0, 1, [1])],
    ['sector 0', ids(0, 0, [0])],
    ['more sectors than the image has', ids(0, 0, [19])],
    ['other sizes', Uint8Array.of(0, 0, 1, 3)],
  ])('refuses what the image has no place for: %s', (_name, id) => {
    const { dma, command, disk } = driver();
    dma.program(4, id);
    expect(command(0x4d, 0x00, 2, 1, 0x54, 0xf6)[0]).toBe(0x50);
    expect(Buffer.compare(disk, diskImage())).toBe(0);
  });

  it('of no sectors does nothing', () => {
    const { command } = driver();
    expect(command(0x4d, 0x00, 2, 0, 0x54, 0xf6).slice(0, 3)).toEqual([0, 0, 0]);
  });
});

describe('READ ID', () => {
  it('says where the heads are, and what passes under them', () => {
    const { command, seek, clock } = driver();
    seek(0x0f, 0x04, 33);
    const seen = new Set<number>();
    for (let i = 0; i < 100; i++) {
      const [st0, st1, st2, c, h, r, n] = command(0x4a, 0x04);
      expect([st0, st1, st2, c, h, n]).toEqual([0x04, 0, 0, 33, 1, 2]);
      seen.add(r);
      clock.advance(7_000_000);
    }
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 18 }, (_, i) => i + 1));
  });

  it('tells disks apart by their data rates, as a BIOS does', () => {
    for (const [size, rate] of [
      [163_840, 2],
      [368_640, 2],
      [737_280, 2],
      [1_228_800, 0],
      [1_474_560, 0],
      [1_720_320, 0],
      [2_949_120, 3],
    ]) {
      const { command, ccr } = driver({}, memoryBlocks(size));
      for (const tried of [0, 1, 2, 3]) {
        ccr(tried);
        expect(command(0x4a, 0x00).slice(0, 2), `${size} at rate ${tried}`).toEqual(
          tried === rate ? [0, 0] : [0x40, 1],
        );
      }
    }
  });

  it('reads 360K disks at 300 kb/s in a drive for 1.2M', () => {
    const { command, ccr } = driver({ drives: [{ blocks: memoryBlocks(368_640), type: '1.2M' }] });
    ccr(1);
    expect(command(0x4a, 0x00)[0]).toBe(0);
    ccr(2);
    expect(command(0x4a, 0x00)[0]).toBe(0x40);
  });
});

describe('other commands', () => {
  it('VERIFY counts sectors, or goes to the end, and moves nothing', () => {
    const { command, dma } = driver();
    expect(command(0x16, 0x80, 0, 0, 3, 2, 18, 27, 4)).toEqual([0, 0, 0, 0, 0, 7, 2]);
    expect(command(0x16, 0x00, 0, 0, 3, 2, 18, 27, 0xff)).toEqual([0, 0, 0, 1, 0, 1, 2]);
    expect(command(0x16, 0x80, 0, 0, 17, 2, 18, 27, 4)).toEqual([0x40, 0x80, 0, 1, 0, 1, 2]);
    expect(command(0x16, 0x80, 0, 0, 17, 2, 30, 27, 9)[1]).toBe(0x04);
    expect(command(0x96, 0x80, 0, 0, 17, 2, 18, 27, 4)).toEqual([0x04, 0, 0, 0, 1, 3, 2]);
    expect(dma.asked).toEqual([]);
  });

  it('READ TRACK takes the sectors as they come, and notes what it was not looking for', () => {
    const { command, dma, disk } = driver();
    dma.program(10 * SECTOR);
    expect(command(0x42, 0x00, 0, 0, 1, 2, 4, 27, 0xff).slice(0, 3)).toEqual([0, 0, 0]);
    expect(dma.memory.subarray(0, 4 * SECTOR)).toEqual(sectors(disk, 0, 4));
    dma.program(10 * SECTOR);
    expect(command(0x42, 0x00, 0, 0, 7, 2, 4, 27, 0xff).slice(0, 3)).toEqual([0, 4, 0]);
    expect(dma.memory.subarray(0, 4 * SECTOR)).toEqual(sectors(disk, 0, 4));
    // Without an end it goes on until there is nothing more.
    dma.program(65_536);
    expect(command(0x42, 0x00, 0, 0, 1, 2, 0, 27, 0xff).slice(0, 3)).toEqual([0x40, 4, 0]);
    expect(dma.memory.subarray(0, 18 * SECTOR)).toEqual(sectors(disk, 0, 18));
  });

  it('READ DELETED DATA finds no such sectors', () => {
    const { command, dma } = driver();
    dma.program(10 * SECTOR);
    expect(command(0x4c, 0x00, 0, 0, 1, 2, 4, 27, 0xff)).toEqual([0, 0, 0x40, 0, 0, 1, 2]);
    expect(dma.count).toBe(9 * SECTOR);
    expect(command(0x6c, 0x00, 0, 0, 1, 2, 4, 27, 0xff)).toEqual([0x40, 0x80, 0x40, 1, 0, 1, 2]);
    expect(dma.count).toBe(9 * SECTOR);
  });
});
