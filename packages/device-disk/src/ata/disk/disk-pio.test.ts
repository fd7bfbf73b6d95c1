import { Random } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { memoryBlocks } from '../../index.ts';
import * as t from '../ata.test-util.ts';

const SECTORS = 20_000;
const content = t.patterned(SECTORS);
const disk = (): t.Driver => t.diskDriver(memoryBlocks(content.slice()));
const sectors = (lba: number, count: number): Uint8Array => content.slice(lba * 512, (lba + count) * 512);

describe('reading sectors by PIO', () => {
  it('gives a sector after one interrupt, and none comes after it', () => {
    const d = disk();
    d.command(t.READ, 3, 1);
    expect(d.irq).toBe(true);
    expect(d.alternateStatus).toBe(t.DATA_READY);
    expect(d.irq).toBe(true);
    expect(d.status).toBe(t.DATA_READY);
    expect(d.irq).toBe(false);
    expect(d.data(512)).toEqual(sectors(3, 1));
    expect(d.irq).toBe(false);
    expect(d.status).toBe(t.READY);
    expect(d.in(0, 2)).toBe(0);
  });

  it('interrupts for each sector', () => {
    const d = disk();
    d.command(t.READ, 100, 3);
    for (let i = 0; i < 3; i++) {
      expect(d.irq).toBe(true);
      expect(d.status).toBe(t.DATA_READY);
      expect(d.irq).toBe(false);
      expect(d.data(512)).toEqual(sectors(100 + i, 1));
    }
    expect(d.irq).toBe(false);
    expect(d.status).toBe(t.READY);
  });

  it('takes a count of 0 for 256', () => {
    const d = disk();
    d.command(t.READ, 0, 0);
    expect(t.same(d.data(256 * 512), sectors(0, 256))).toBe(true);
    expect(d.status).toBe(t.READY);
    expect(d.metrics()).toMatchObject({ reads: 1, bytesRead: 256 * 512, errors: 0 });
  });

  it('reads with 48-bit addresses and 16-bit counts', () => {
    const d = disk();
    d.commandExt(t.READ_EXT, 0x1234, 0x301);
    expect(t.same(d.data(0x301 * 512), sectors(0x1234, 0x301))).toBe(true);
    expect(d.status).toBe(t.READY);
    d.commandExt(t.READ_EXT, 2 ** 40, 1);
    expect(d.status).toBe(t.FAILED);
    expect(d.error).toBe(t.IDNF);
  });

  it('reads by cylinder, head and sector', () => {
    const d = disk();
    // 20,000 sectors are 19 cylinders of 16 heads and 63 sectors.
    d.out(6, 0xa0 | 5);
    d.out(2, 1);
    d.out(3, 7);
    d.out(4, 2);
    d.out(5, 0);
    d.out(7, t.READ);
    expect(d.data(512)).toEqual(sectors((2 * 16 + 5) * 63 + 6, 1));
    for (const [cylinder, head, sector] of [
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, 64],
      [19, 0, 1],
    ]) {
      d.out(6, 0xa0 | head);
      d.out(3, sector);
      d.out(4, cylinder);
      d.out(7, t.READ);
      expect(d.status).toBe(t.FAILED);
      expect(d.error).toBe(t.IDNF);
    }
  });

  it('translates as INITIALIZE DEVICE PARAMETERS says', () => {
    const d = disk();
    d.out(6, 0xa0 | 3);
    d.out(2, 17);
    d.out(7, 0x91);
    expect(d.status).toBe(t.READY);
    const words = d.identify();
    expect([...words.subarray(54, 57)]).toEqual([Math.floor(SECTORS / 68), 4, 17]);
    expect(words[57] + words[58] * 65_536).toBe(Math.floor(SECTORS / 68) * 68);
    d.out(6, 0xa0 | 2);
    d.out(2, 1);
    d.out(3, 17);
    d.out(4, 9);
    d.out(5, 0);
    d.out(7, t.READ);
    expect(d.data(512)).toEqual(sectors((9 * 4 + 2) * 17 + 16, 1));
    d.out(2, 0);
    d.out(7, 0x91);
    expect(d.error).toBe(t.ABRT);
    d.ata.reset();
    expect([...d.identify().subarray(54, 57)]).toEqual([19, 16, 63]);
  });

  it('moves words, double words and blocks of both', () => {
    const d = disk();
    d.command(t.READ, 9, 2);
    const expected = new DataView(content.buffer, 9 * 512, 1024);
    expect(d.in(0, 2)).toBe(expected.getUint16(0, true));
    expect(d.in(0, 4)).toBe(expected.getUint32(2, true));
    const rest = new Uint8Array(1016);
    d.machine.ports.readBlock(0x1f0, 4, rest);
    expect(rest).toEqual(sectors(9, 2).slice(6, 1022));
    expect(d.in(0, 2)).toBe(expected.getUint16(1022, true));
    expect(d.status).toBe(t.READY);
  });

  it('has no eight-bit data: such an access moves nothing', () => {
    const d = disk();
    d.command(t.READ, 4, 1);
    expect(d.in(0, 1)).toBe(0xff);
    d.out(0, 0x55);
    expect(d.data(512)).toEqual(sectors(4, 1));
  });

  it('goes on from a snapshot in the middle of a sector', () => {
    const d = disk();
    d.command(t.READ, 50, 4);
    d.data(700);
    const other = disk();
    other.ata.restore(structuredClone(d.ata.snapshot()));
    expect(other.data(4 * 512 - 700)).toEqual(sectors(50, 4).slice(700));
    expect(other.status).toBe(t.READY);
  });
});

describe('READ and WRITE MULTIPLE', () => {
  it('interrupt for each block, of which the last may be shorter', () => {
    const d = disk();
    d.command(t.SET_MULTIPLE, 0, 4);
    expect(d.status).toBe(t.READY);
    d.command(t.READ_MULTIPLE, 10, 10);
    for (const [first, count] of [
      [10, 4],
      [14, 4],
      [18, 2],
    ]) {
      expect(d.irq).toBe(true);
      expect(d.status).toBe(t.DATA_READY);
      expect(d.data(count * 512)).toEqual(sectors(first, count));
    }
    expect(d.irq).toBe(false);
    expect(d.status).toBe(t.READY);
    expect(d.identify()[59]).toBe(0x104);

    const blocks = memoryBlocks(64 * 512);
    const w = t.diskDriver(blocks);
    w.command(t.WRITE_MULTIPLE, 1, 20);
    expect(w.irq).toBe(false);
    w.send(sectors(0, 16));
    expect(w.irq).toBe(true);
    expect(w.status).toBe(t.DATA_READY);
    w.send(sectors(16, 4));
    expect(w.irq).toBe(true);
    expect(w.status).toBe(t.READY);
    expect(t.same(blocks.bytes.subarray(512, 21 * 512), sectors(0, 20))).toBe(true);
  });

  it('can be switched off, and take no other counts than powers of two up to 16', () => {
    const d = disk();
    for (const wrong of [3, 17, 32, 255]) {
      d.command(t.SET_MULTIPLE, 0, wrong);
      expect(d.error).toBe(t.ABRT);
    }
    expect(d.identify()[59]).toBe(0x110);
    d.command(t.SET_MULTIPLE, 0, 0);
    expect(d.identify()[59]).toBe(0);
    d.command(t.READ_MULTIPLE, 0, 1);
    expect(d.status).toBe(t.FAILED);
    expect(d.error).toBe(t.ABRT);
  });
});

describe('writing sectors by PIO', () => {
  it('wants the first sector at once, and interrupts after each', () => {
    const blocks = memoryBlocks(content.slice());
    const d = t.diskDriver(blocks);
    d.command(t.WRITE, 7, 2);
    expect(d.irq).toBe(false);
    expect(d.status).toBe(t.DATA_READY);
    const data = t.patterned(40).subarray(10_000, 11_024);
    d.send(data.subarray(0, 512));
    expect(d.irq).toBe(true);
    expect(d.status).toBe(t.DATA_READY);
    d.send(data.subarray(512));
    expect(d.irq).toBe(true);
    expect(d.status).toBe(t.READY);
    expect(blocks.bytes.subarray(7 * 512, 9 * 512)).toEqual(data);
    expect(t.same(blocks.bytes.subarray(9 * 512), content.subarray(9 * 512))).toBe(true);
    expect(d.metrics()).toMatchObject({ writes: 1, bytesWritten: 1024 });
  });

  it('writes more than fits into its buffer', () => {
    const blocks = memoryBlocks(1000 * 512);
    const d = t.diskDriver(blocks);
    d.commandExt(t.WRITE_EXT, 100, 700);
    for (let sector = 0; sector < 700; sector++) {
      expect(d.irq).toBe(sector > 0);
      expect(d.status).toBe(t.DATA_READY);
      d.send(sectors(sector, 1));
    }
    expect(d.irq).toBe(true);
    expect(d.status).toBe(t.READY);
    expect(t.same(blocks.bytes.subarray(100 * 512, 800 * 512), sectors(0, 700))).toBe(true);
    expect(d.metrics().writes).toBe(3);
  });

  it('reads back what was written, over many random commands', () => {
    const blocks = memoryBlocks(600 * 512);
    const d = t.diskDriver(blocks);
    const model = new Uint8Array(600 * 512);
    const numbers = new Random(12_345);
    const random = (below: number): number => numbers.below(below);
    for (let i = 0; i < 300; i++) {
      const lba = random(590);
      const count = 1 + random(Math.min(600 - lba, 255));
      const multiple = random(2) === 1;
      if (random(2) === 0) {
        const data = Uint8Array.from({ length: count * 512 }, () => random(256));
        d.command(multiple ? t.WRITE_MULTIPLE : t.WRITE, lba, count);
        d.send(data);
        model.set(data, lba * 512);
      } else {
        d.command(multiple ? t.READ_MULTIPLE : t.READ, lba, count);
        expect(t.same(d.data(count * 512), model.subarray(lba * 512, (lba + count) * 512))).toBe(true);
      }
      expect(d.status).toBe(t.READY);
    }
    expect(t.same(blocks.bytes, model)).toBe(true);
  });
});
