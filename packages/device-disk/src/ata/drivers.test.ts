import { describe, expect, it } from 'vitest';
import { memoryBlocks } from '../index.ts';
import * as t from './ata.test-util.ts';
import { DmaDriver, INTERRUPT, START, TO_MEMORY } from './bus-master/bus-master.test-util.ts';

const content = t.patterned(3000);

const controller = (secondary = false): DmaDriver =>
  new DmaDriver(
    {
      drives: {
        primaryMaster: { kind: 'disk', blocks: memoryBlocks(content.slice()) },
        secondaryMaster: { kind: 'cdrom', blocks: memoryBlocks(content) },
      },
    },
    secondary,
  );

/** Whether a device answers, as libata asks it: patterns in two registers. */
function answers(d: t.Driver, device: number): boolean {
  d.out(6, 0xa0 | (device << 4));
  for (const [count, low] of [
    [0x55, 0xaa],
    [0xaa, 0x55],
    [0x55, 0xaa],
  ]) {
    d.out(2, count);
    d.out(3, low);
  }
  return d.in(2) === 0x55 && d.in(3) === 0xaa;
}

/** What a device is, by its signature after a reset. */
function classOf(d: t.Driver, device: number): string {
  d.out(6, 0xa0 | (device << 4));
  const [error, count, low, mid, high] = [1, 2, 3, 4, 5].map((register) => d.in(register));
  if (error !== 1 && !(device === 0 && error === 0x81)) return `failed its diagnostic: ${error}`;
  if (count !== 1 || low !== 1) return 'none';
  return mid === 0x14 && high === 0xeb ? 'atapi' : mid === 0 && high === 0 && d.alternateStatus !== 0 ? 'ata' : 'none';
}

describe('the way in which Linux finds drives', () => {
  it('finds a disk and a CD-ROM drive, and nothing else', () => {
    const found = [false, true].map((secondary) => {
      const d = controller(secondary);
      // Both channels must be enabled in the configuration registers.
      expect(d.config(secondary ? 0x43 : 0x41, 1) & 0x80).toBe(0x80);
      const present = [0, 1].map((device) => answers(d, device));
      d.out(6, 0xa0);
      for (const control of [0x08, 0x0c, 0x08]) d.control = control;
      expect(d.status & t.BSY).toBe(0);
      const classes = [0, 1].map((device) => (present[device] ? classOf(d, device) : 'none'));
      expect(d.irq).toBe(false);
      return classes;
    });
    expect(found).toEqual([
      ['ata', 'none'],
      ['atapi', 'none'],
    ]);
  });

  it('identifies, configures and reads a disk: polled, and then with DMA', () => {
    const d = controller();
    // Polled commands run with nIEN.
    d.control = 0x0a;
    d.out(6, 0xa0);
    d.out(7, t.IDENTIFY);
    expect(d.alternateStatus).toBe(t.DATA_READY);
    const words = new Uint16Array(d.data(512).buffer);
    expect(d.alternateStatus).toBe(t.READY);
    expect(d.status).toBe(t.READY);
    expect(words[0] & 0x8000).toBe(0);
    expect(words[49] & 0x0300).toBe(0x0300);
    // 48-bit addresses and FLUSH CACHE EXT are supported and enabled.
    expect(words[83] & 0x2400).toBe(0x2400);
    expect(words[86] & 0x2400).toBe(0x2400);
    expect(words[88] & 0x3f).toBe(0x3f);
    d.command(t.SET_FEATURES, 0, 0x22, 0x03);
    expect(d.status).toBe(t.READY);
    d.command(t.SET_FEATURES, 0, 0x0c, 0x03);
    expect(d.status).toBe(t.READY);
    d.command(t.SET_MULTIPLE, 0, words[47] & 0xff);
    expect(d.status).toBe(t.READY);
    d.control = 0x08;
    expect(d.irq).toBe(false);

    for (let lba = 0; lba < 3000; lba += 300) {
      d.regions(0x1000, [
        [0x20000, 0],
        [0x30000, 0],
        [0x48000, 300 * 512 - 0x20000],
      ]);
      d.master = TO_MEMORY;
      d.masterStatus = 0x06;
      d.commandExt(t.READ_DMA_EXT, lba, 300);
      d.master = TO_MEMORY | START;
      // The interrupt handler: is it ours, stop, then the status.
      expect(d.irq).toBe(true);
      expect(d.masterStatus & INTERRUPT).toBe(INTERRUPT);
      d.master = TO_MEMORY;
      expect(d.alternateStatus & t.BSY).toBe(0);
      expect(d.status).toBe(t.READY);
      d.masterStatus = INTERRUPT;
      expect(d.masterStatus & 7).toBe(0);
      expect(d.irq).toBe(false);
      const read = Buffer.concat([
        d.machine.memory.read(0x20000, 0x20000),
        d.machine.memory.read(0x48000, 300 * 512 - 0x20000),
      ]);
      expect(t.same(read, content.subarray(lba * 512, (lba + 300) * 512))).toBe(true);
    }
  });
});

describe('the way in which SeaBIOS finds drives', () => {
  it('takes back what it wrote only where there is a drive', () => {
    const found = [false, true].flatMap((secondary) => {
      const d = controller(secondary);
      return [0xa0, 0xb0].map((select) => {
        d.out(6, select);
        if ((d.status & t.BSY) !== 0) return 'busy';
        d.out(6, select);
        d.out(2, 0x55);
        d.out(3, 0xaa);
        return d.in(2) === 0x55 && d.in(3) === 0xaa && d.in(6) === select ? 'drive' : 'none';
      });
    });
    expect(found).toEqual(['drive', 'none', 'drive', 'none']);
  });
});
