import { describe, expect, it } from 'vitest';
import { type BlockBackend, memoryBlocks } from '../../index.ts';
import * as t from '../ata.test-util.ts';

const disk = (sectors = 20_160): t.Driver => t.diskDriver(memoryBlocks(sectors * 512));

describe('IDENTIFY DEVICE', () => {
  it('tells what the disk is', () => {
    const d = disk();
    const words = d.identify();
    expect(d.irq).toBe(true);
    expect(d.status).toBe(t.READY);
    expect(words[0]).toBe(0x0040);
    expect([words[1], words[3], words[6]]).toEqual([20, 16, 63]);
    expect(t.textOf(words, 10, 10)).toBe('PV00001'.padEnd(20));
    expect(t.textOf(words, 27, 20)).toBe('PICOVM HARDDISK'.padEnd(40));
    expect(words[47]).toBe(0x8010);
    // LBA and IORDY; no DMA without a bus master.
    expect(words[49]).toBe(0x0a00);
    expect([words[63], words[88]]).toEqual([0, 0]);
    expect(words[60] + words[61] * 65_536).toBe(20_160);
    expect(words[83] & 0xc000).toBe(0x4000);
    expect(words[83] & (1 << 10)).not.toBe(0);
    expect(words[100]).toBe(20_160);
    expect([...words.subarray(101, 104)]).toEqual([0, 0, 0]);
    const bytes = new Uint8Array(words.buffer);
    expect(bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0)).toBe(0);
  });

  it('has names and geometry as they were given', () => {
    const d = new t.Driver({
      drives: {
        primarySlave: {
          kind: 'disk',
          blocks: memoryBlocks(4 * 1024 * 512),
          model: 'Lightning',
          serial: 'XYZ',
          geometry: { cylinders: 128, heads: 2, sectors: 16 },
        },
      },
    });
    const words = d.identify(true);
    expect(t.textOf(words, 27, 20).trim()).toBe('Lightning');
    expect(t.textOf(words, 10, 10).trim()).toBe('XYZ');
    expect([words[1], words[3], words[6]]).toEqual([128, 2, 16]);
  });

  it('says of large disks what 28 bits and what 48 bits can name', () => {
    const total = 2 ** 33;
    const huge: BlockBackend = {
      size: total * 512,
      readonly: false,
      read: (_o, out) => void out.fill(7),
      write() {},
      flush() {},
    };
    const d = t.diskDriver(huge);
    const words = d.identify();
    expect(words[1]).toBe(16_383);
    expect(words[60] + words[61] * 65_536).toBe(0x0fff_ffff);
    expect([...words.subarray(100, 104)]).toEqual([0, 0, 2, 0]);
    d.commandExt(t.READ_EXT, total - 1, 1);
    expect(d.data(512)[0]).toBe(7);
    d.commandExt(t.READ_EXT, total, 1);
    expect(d.error).toBe(t.IDNF);
    d.commandExt(0x27, 0, 0);
    d.control = 0x80;
    expect([d.in(3), d.in(4), d.in(5)]).toEqual([255, 1, 0]);
  });
});

describe('other commands', () => {
  it('READ NATIVE MAX gives the last sector', () => {
    const d = disk();
    d.command(0xf8);
    expect(d.lba).toBe(20_159);
  });

  it('SET FEATURES chooses modes, and switches cache and look-ahead', () => {
    const d = disk();
    for (const [feature, value, ok] of [
      [0x03, 0x00, true],
      [0x03, 0x0c, true],
      [0x03, 0x0d, false],
      // No DMA without a bus master.
      [0x03, 0x22, false],
      [0x02, 0, true],
      [0x55, 0, true],
      [0xaa, 0, true],
      [0x66, 0, true],
      [0xcc, 0, true],
      [0x05, 0x80, false],
      [0x99, 0, false],
    ] as const) {
      d.command(t.SET_FEATURES, 0, value, feature);
      expect(d.irq).toBe(true);
      expect(d.status).toBe(ok ? t.READY : t.FAILED);
      expect(d.error).toBe(ok ? 0 : t.ABRT);
    }
    expect(d.identify()[85] & 0x60).toBe(0x60);
    d.command(t.SET_FEATURES, 0, 0, 0x55);
    d.command(t.SET_FEATURES, 0, 0, 0x82);
    expect(d.identify()[85] & 0x60).toBe(0);
  });

  it('without the write cache, each write is flushed before it is done', () => {
    const log: string[] = [];
    const blocks = memoryBlocks(64 * 512);
    const d = t.diskDriver({ ...blocks, write: () => void log.push('write'), flush: () => void log.push('flush') });
    d.command(t.WRITE, 0, 1);
    d.send(new Uint8Array(512));
    expect(log).toEqual(['write']);
    d.command(t.SET_FEATURES, 0, 0, 0x82);
    expect(log).toEqual(['write', 'flush']);
    d.command(t.WRITE, 0, 2);
    d.send(new Uint8Array(1024));
    expect(log).toEqual(['write', 'flush', 'write', 'flush']);
    expect(d.status).toBe(t.READY);
  });

  it('power modes are told, and a disk at rest is flushed', () => {
    const d = disk();
    const mode = (): number => {
      d.command(0xe5);
      return d.in(2);
    };
    expect(mode()).toBe(0xff);
    for (const standby of [0xe0, 0xe2, 0x94, 0x96, 0xe6, 0x99]) {
      const before = d.metrics().flushes;
      d.command(standby);
      expect(d.status).toBe(t.READY);
      expect(mode()).toBe(0);
      expect(d.metrics().flushes).toBe(before + 1);
      d.command(standby === 0xe0 ? 0xe1 : t.VERIFY, 0, 1);
      expect(mode()).toBe(0xff);
    }
    d.command(0x98);
    expect(d.in(2)).toBe(0xff);
  });

  it.each([0x00, 0x08, 0x22, 0x50, 0xa0, 0xa1, 0xb0, 0xda, 0xe4, 0xf9, 0x06, 0xc8, 0xca, 0x25, 0xff])(
    'refuses %i, which a disk without DMA does not have',
    (command) => {
      const d = disk();
      d.command(command);
      expect(d.irq).toBe(true);
      expect(d.status).toBe(t.FAILED);
      expect(d.error).toBe(t.ABRT);
    },
  );

  it('RECALIBRATE and both flushes are done', () => {
    const d = disk();
    for (const command of [0x10, 0xe7, 0xea]) {
      d.command(command);
      expect(d.irq).toBe(true);
      expect(d.status).toBe(t.READY);
    }
    expect(d.metrics().flushes).toBe(2);
  });
});
