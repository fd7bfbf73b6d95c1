import { describe, expect, it } from 'vitest';
import { type BlockBackend, memoryBlocks } from '../../index.ts';
import * as t from '../ata.test-util.ts';
import { ACTIVE, DmaDriver, ERROR, INTERRUPT, PORTS, START, TO_MEMORY } from './bus-master.test-util.ts';

const content = t.patterned(2000);
const sectors = (lba: number, count: number): Uint8Array => content.slice(lba * 512, (lba + count) * 512);
const TABLE = 0x1000;
const HERE = 0x20000;

function disk(blocks: BlockBackend = memoryBlocks(content.slice()), machine = {}): DmaDriver {
  return new DmaDriver({ drives: { primaryMaster: { kind: 'disk', blocks } } }, false, machine);
}

describe('the PCI function', () => {
  it('is the IDE function of a PIIX3', () => {
    const d = disk();
    expect(d.config(0, 4)).toBe(0x7010_8086);
    expect(d.config(0x08, 4) >>> 8).toBe(0x010180);
    // Both channels are enabled, as drivers want to see it; the timing registers are storage.
    expect(d.config(0x40, 4)).toBe(0x8000_8000);
    d.setConfig(0x40, 2, 0xa307);
    d.setConfig(0x44, 1, 0xff);
    d.setConfig(0x48, 4, 0x1234_5678);
    expect([d.config(0x40, 2), d.config(0x44, 1), d.config(0x48, 4)]).toEqual([0xa307, 0xff, 0x1234_5678]);
    d.setConfig(0x20, 4, 0xffff_ffff);
    expect(d.config(0x20, 4)).toBe(0xffff_fff1);
    d.ata.reset();
    expect(d.config(0x40, 4)).toBe(0x8000_8000);
  });

  it('makes the drives say that they have DMA', () => {
    const d = disk();
    let words = d.identify();
    expect(words[49] & 0x100).toBe(0x100);
    expect([words[63], words[88]]).toEqual([0x0407, 0x003f]);
    d.command(t.SET_FEATURES, 0, 0x42, 0x03);
    words = d.identify();
    expect([words[63], words[88]]).toEqual([0x0007, 0x043f]);
    for (const wrong of [0x23, 0x46, 0x10, 0x80]) {
      d.command(t.SET_FEATURES, 0, wrong, 0x03);
      expect(d.error).toBe(t.ABRT);
    }
  });
});

describe('the registers of a bus master', () => {
  it('keep what they have bits for', () => {
    const d = disk();
    d.table = 0xffff_ffff;
    expect(d.table).toBe(0xffff_fffc);
    d.machine.writePort(PORTS + 5, 0x12);
    expect(d.table).toBe(0xffff_12fc);
    d.masterStatus = 0xff;
    expect(d.masterStatus).toBe(0x60);
    d.masterStatus = 0x20;
    expect(d.masterStatus).toBe(0x20);
    d.master = 0xf8;
    expect(d.master).toBe(TO_MEMORY);
    expect(d.machine.readPort(PORTS + 8, 4)).toBe(0);
  });
});

describe('DMA of a disk', () => {
  it('reads to where the table says, and interrupts at the end', () => {
    const d = disk();
    d.regions(TABLE, [
      [HERE, 512],
      [0x30000, 1024],
      [0x50000, 512],
    ]);
    d.master = TO_MEMORY;
    d.command(t.READ_DMA, 9, 4);
    expect(d.alternateStatus & t.DRQ).toBe(t.DRQ);
    expect(d.irq).toBe(false);
    d.master = TO_MEMORY | START;
    expect(d.irq).toBe(true);
    expect(d.masterStatus).toBe(INTERRUPT);
    expect(d.status).toBe(t.READY);
    expect(d.irq).toBe(false);
    const { memory } = d.machine;
    expect(memory.read(HERE, 512)).toEqual(sectors(9, 1));
    expect(memory.read(0x30000, 1024)).toEqual(sectors(10, 2));
    expect(memory.read(0x50000, 512)).toEqual(sectors(12, 1));
    // The status bit stays until it is written.
    expect(d.masterStatus).toBe(INTERRUPT);
    d.masterStatus = INTERRUPT;
    expect(d.masterStatus).toBe(0);
  });

  it('writes from there', () => {
    const blocks = memoryBlocks(1000 * 512);
    const d = disk(blocks);
    d.machine.memory.write(HERE, sectors(0, 600));
    const regions = Array.from({ length: 5 }, (_, i) => [HERE + i * 0x10000, 0] as const);
    d.regions(TABLE, [...regions.slice(0, 4), [HERE + 0x40000, 600 * 512 - 0x40000]]);
    d.commandExt(0x35, 7, 600);
    d.master = START;
    expect(d.masterStatus).toBe(INTERRUPT);
    expect(d.status).toBe(t.READY);
    expect(t.same(blocks.bytes.subarray(7 * 512, 607 * 512), sectors(0, 600))).toBe(true);
  });

  it('may be started before the command comes', () => {
    const d = disk();
    d.regions(TABLE, [[HERE, 512]]);
    d.master = TO_MEMORY | START;
    expect(d.masterStatus).toBe(ACTIVE);
    d.command(t.READ_DMA, 5, 1);
    expect(d.masterStatus).toBe(INTERRUPT);
    expect(d.machine.memory.read(HERE, 512)).toEqual(sectors(5, 1));
  });

  it('waits for the right direction, and for the permission to use the bus', () => {
    const d = disk();
    d.regions(TABLE, [[HERE, 512]]);
    d.setConfig(0x04, 2, 0x01);
    d.command(t.READ_DMA, 5, 1);
    d.master = START;
    expect(d.masterStatus).toBe(ACTIVE);
    d.master = TO_MEMORY;
    d.master = TO_MEMORY | START;
    expect(d.masterStatus).toBe(ACTIVE);
    expect(d.machine.memory.readU32(HERE)).toBe(0);
    d.setConfig(0x04, 2, 0x05);
    expect(d.masterStatus).toBe(INTERRUPT);
    expect(d.machine.memory.read(HERE, 512)).toEqual(sectors(5, 1));
  });

  it('stays active if the table has more than the drive', () => {
    const d = disk();
    d.regions(TABLE, [[HERE, 4096]]);
    d.command(t.READ_DMA, 5, 1);
    d.master = TO_MEMORY | START;
    expect(d.masterStatus).toBe(INTERRUPT | ACTIVE);
    expect(d.machine.memory.read(HERE + 512, 16)).toEqual(new Uint8Array(16));
    d.master = TO_MEMORY;
    expect(d.masterStatus).toBe(INTERRUPT);
  });

  it('waits on if the table has less, until it is started again or reset', () => {
    const d = disk();
    d.regions(TABLE, [[HERE, 600]]);
    d.command(t.READ_DMA, 5, 2);
    d.master = TO_MEMORY | START;
    expect(d.masterStatus).toBe(0);
    expect(d.irq).toBe(false);
    expect(d.status & t.DRQ).toBe(t.DRQ);
    d.master = 0;
    d.regions(TABLE, [[HERE + 600, 424]]);
    d.master = TO_MEMORY | START;
    expect(d.masterStatus).toBe(INTERRUPT);
    expect(d.machine.memory.read(HERE, 1024)).toEqual(sectors(5, 2));
    d.regions(TABLE, [[HERE, 2]]);
    d.master = 0;
    d.command(t.READ_DMA, 5, 2);
    d.master = TO_MEMORY | START;
    d.control = 4;
    d.control = 0;
    expect(d.status).toBe(t.READY);
  });

  it('takes bit 0 of addresses and counts for 0', () => {
    const d = disk();
    d.regions(TABLE, [
      [HERE | 1, 257],
      [HERE + 256, 256],
    ]);
    d.command(t.READ_DMA, 5, 1);
    d.master = TO_MEMORY | START;
    expect(d.masterStatus).toBe(INTERRUPT);
    expect(d.machine.memory.read(HERE, 512)).toEqual(sectors(5, 1));
  });

  it.each([
    ['a table outside of memory', 0x7fff_fff0, undefined],
    ['a table over the end of memory', 0x3f_fffc, undefined],
    ['a region outside of memory', TABLE, [0x4000_0000, 512]],
    ['a region over the end of memory', TABLE, [0x3f_ff00, 512]],
  ])('ends with an error: %s', (_what, table, region) => {
    const d = disk();
    if (region === undefined) d.table = table;
    else d.regions(table, [region as [number, number]]);
    for (const [command, direction] of [
      [t.READ_DMA, TO_MEMORY],
      [t.WRITE_DMA, 0],
    ]) {
      d.master = 0;
      d.command(command, 5, 1);
      d.master = direction | START;
      expect(d.masterStatus).toBe(INTERRUPT | ERROR);
      expect(d.irq).toBe(true);
      expect(d.status).toBe(t.FAILED);
      expect(d.error).toBe(t.ABRT);
      d.masterStatus = INTERRUPT | ERROR;
      expect(d.masterStatus).toBe(0);
    }
  });

  it('does not write read-only memory', () => {
    const d = disk(memoryBlocks(content.slice()), {
      memory: [
        { base: 0, size: 0x30000 },
        { base: 0x30000, size: 0x1000, readonly: true },
        { base: 0x31000, size: 0x1000 },
      ],
    });
    d.regions(TABLE, [[0x2fe00, 0x1400]]);
    d.command(t.READ_DMA, 0, 10);
    d.master = TO_MEMORY | START;
    expect(d.masterStatus).toBe(INTERRUPT);
    expect(d.machine.memory.read(0x2fe00, 512)).toEqual(sectors(0, 1));
    expect(d.machine.memory.read(0x30000, 0x1000)).toEqual(new Uint8Array(0x1000));
    expect(d.machine.memory.read(0x31000, 512)).toEqual(sectors(9, 1));
  });

  it('ends although the table has no end', () => {
    const d = disk();
    // 8192 regions of two bytes, and further ones behind them.
    d.regions(
      TABLE,
      Array.from({ length: 9000 }, () => [HERE, 2] as const),
      false,
    );
    d.commandExt(t.READ_DMA_EXT, 0, 2000);
    d.master = TO_MEMORY | START;
    expect(d.masterStatus).toBe(0);
    expect(d.irq).toBe(false);
    // And one whose entries are where the data go.
    d.control = 4;
    d.control = 0;
    d.master = 0;
    d.regions(TABLE, [[TABLE, 0]], false);
    d.commandExt(t.READ_DMA_EXT, 0, 2000);
    d.master = TO_MEMORY | START;
    expect(d.masterStatus & ACTIVE).toBe(0);
  });

  it('tells where the host could not read', () => {
    const d = disk(t.failingBlocks(content.slice(), [300]));
    d.regions(TABLE, [[HERE, 0]]);
    d.command(t.READ_DMA, 295, 20);
    d.master = TO_MEMORY | START;
    expect(d.status).toBe(t.FAILED);
    expect(d.error).toBe(t.UNC);
    expect(d.lba).toBe(300);
    expect(d.machine.memory.read(HERE, 5 * 512)).toEqual(sectors(295, 5));
    expect(d.masterStatus).toBe(INTERRUPT | ACTIVE);
  });

  it('goes on from a snapshot that was taken before it was started', () => {
    const d = disk();
    d.regions(TABLE, [[HERE, 1024]]);
    d.command(t.READ_DMA, 70, 2);
    const other = disk();
    other.ata.restore(structuredClone(d.ata.snapshot()));
    other.machine.memory.write(TABLE, d.machine.memory.read(TABLE, 8));
    other.master = TO_MEMORY | START;
    expect(other.irq).toBe(true);
    expect(other.machine.memory.read(HERE, 1024)).toEqual(sectors(70, 2));
    expect(other.config(0x20, 4)).toBe(0xc001);
    expect(() => other.ata.restore(t.diskDriver(memoryBlocks(2000 * 512)).ata.snapshot())).toThrow(
      expect.objectContaining({ code: 'ERR_DEVICE_STATE' }),
    );
    const noPci = t.diskDriver(memoryBlocks(2000 * 512));
    expect(() => noPci.ata.restore(d.ata.snapshot())).toThrow(expect.objectContaining({ code: 'ERR_DEVICE_STATE' }));
  });
});

describe('DMA of a CD-ROM drive', () => {
  it('reads sectors and replies', () => {
    const d = new DmaDriver({ drives: { secondaryMaster: { kind: 'cdrom', blocks: memoryBlocks(content) } } }, true);
    const packet = (...bytes: number[]): void => {
      d.command(0xa0, 0, 0, 1);
      d.send(Uint8Array.of(...bytes, ...new Array(12 - bytes.length).fill(0)));
    };
    d.regions(TABLE, [[HERE, 6144]]);
    packet(0x28, 0, 0, 0, 0, 9, 0, 0, 3);
    expect(d.irq).toBe(false);
    d.master = TO_MEMORY | START;
    expect(d.irq).toBe(true);
    expect(d.masterStatus).toBe(INTERRUPT);
    expect(d.status).toBe(t.READY);
    expect(d.in(2) & 3).toBe(3);
    expect(t.same(d.machine.memory.read(HERE, 6144), sectors(36, 12))).toBe(true);
    d.masterStatus = INTERRUPT;
    d.master = 0;
    d.regions(TABLE, [[HERE, 36]]);
    packet(0x12, 0, 0, 0, 36);
    d.master = TO_MEMORY | START;
    expect(d.masterStatus).toBe(INTERRUPT);
    expect(d.machine.memory.readU8(HERE)).toBe(5);
    // A command without data needs no bus master.
    packet(0x00);
    expect(d.status).toBe(t.READY);
    d.master = 0;
    d.table = 0x7000_0000;
    packet(0x28, 0, 0, 0, 0, 9, 0, 0, 3);
    d.master = TO_MEMORY | START;
    expect(d.status).toBe(t.FAILED);
    expect(d.error).toBe(0x44);
  });
});
