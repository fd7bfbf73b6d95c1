import { describe, expect, it } from 'vitest';
import { type BlockBackend, memoryBlocks, sparseBlocks } from '../../index.ts';
import * as t from '../ata.test-util.ts';

const content = t.patterned(600);
const part = (lba: number, count: number): Uint8Array => content.slice(lba * 512, (lba + count) * 512);

describe('addresses that are not there', () => {
  it('fail before anything moves, with the first that is not', () => {
    const d = t.diskDriver(memoryBlocks(content.slice()));
    for (const command of [t.READ, t.WRITE, t.READ_MULTIPLE, t.VERIFY]) {
      d.command(command, 598, 3);
      expect(d.irq).toBe(true);
      expect(d.status).toBe(t.FAILED);
      expect(d.error).toBe(t.IDNF);
      expect(d.lba).toBe(600);
      d.command(command, 5_000_000, 1);
      expect(d.lba).toBe(5_000_000);
    }
    d.command(0x70, 599);
    expect(d.status).toBe(t.READY);
    d.command(0x70, 600);
    expect(d.error).toBe(t.IDNF);
    expect(d.metrics()).toMatchObject({ reads: 0, writes: 0, errors: 0 });
  });
});

describe('sectors that the host cannot read', () => {
  it('end the command, with those before them read', () => {
    const d = t.diskDriver(t.failingBlocks(content.slice(), [20]));
    d.command(t.READ, 17, 10);
    for (let i = 17; i < 20; i++) {
      expect(d.status).toBe(t.DATA_READY);
      expect(d.data(512)).toEqual(part(i, 1));
    }
    expect(d.irq).toBe(true);
    expect(d.status).toBe(t.FAILED);
    expect(d.error).toBe(t.UNC);
    expect(d.lba).toBe(20);
    // Of chunks and of the sector itself.
    expect(d.metrics().errors).toBeGreaterThanOrEqual(2);
    d.command(t.READ, 21, 10);
    expect(d.error).toBe(0);
    expect(d.data(5120)).toEqual(part(21, 10));
  });

  it('end READ MULTIPLE before the block that they are in', () => {
    const d = t.diskDriver(t.failingBlocks(content.slice(), [22]));
    d.command(t.SET_MULTIPLE, 0, 4);
    d.command(t.READ_MULTIPLE, 16, 16);
    expect(d.data(2048)).toEqual(part(16, 4));
    expect(d.status).toBe(t.FAILED);
    expect(d.lba).toBe(20);
  });

  it('are found by VERIFY', () => {
    const d = t.diskDriver(t.failingBlocks(content.slice(), [333]));
    d.command(t.VERIFY, 0, 0);
    expect(d.status).toBe(t.READY);
    expect(d.irq).toBe(false);
    d.commandExt(0x42, 0, 600);
    expect(d.status).toBe(t.FAILED);
    expect(d.error).toBe(t.UNC);
    expect(d.in(3) | (d.in(4) << 8)).toBe(333);
  });

  it('do not matter if only many at once cannot be read', () => {
    const blocks = memoryBlocks(content.slice());
    const one: BlockBackend = {
      size: blocks.size,
      readonly: false,
      read(offset, out) {
        if (out.length > 512) throw new Error('one at a time');
        blocks.read(offset, out);
      },
      write: () => {},
      flush: () => {},
    };
    const d = t.diskDriver(one);
    d.commandExt(t.READ_EXT, 0, 600);
    expect(t.same(d.data(600 * 512), content)).toBe(true);
    expect(d.status).toBe(t.READY);
  });
});

describe('a command for as many sectors as there can be', () => {
  it('of which only one at a time can be read, is a loop and no recursion', () => {
    const single: BlockBackend = {
      size: 70_000 * 512,
      readonly: false,
      read(_offset, out) {
        if (out.length > 512) throw new Error('one at a time');
      },
      write() {},
      flush() {},
    };
    const d = t.diskDriver(single);
    d.commandExt(0x42, 0, 0);
    for (let turns = 0; turns < 32 && (d.alternateStatus & t.BSY) !== 0; turns++) d.machine.clock.advance(0);
    expect(d.status).toBe(t.READY);
    expect(d.metrics()).toMatchObject({ reads: 65_536, errors: 256 });
  });

  it('is not done within the one instruction that gives it, and so is no row of such commands', () => {
    const d = t.diskDriver(sparseBlocks(2 ** 35));
    const row = new Uint8Array(4096).fill(0x42);
    d.commandExt(0x42, 0, 0);
    expect(d.alternateStatus & t.BSY).toBe(t.BSY);
    d.machine.ports.writeBlock(0x1f7, 1, row);
    // Also where it is no block to the bus.
    d.machine.ports.writeBlock(0x1f7, 2, row);
    expect(d.metrics().bytesRead).toBeLessThan(2 ** 20);
    expect(d.irq).toBe(false);
    for (let turns = 0; turns < 32; turns++) d.machine.clock.advance(0);
    expect(d.irq).toBe(true);
    expect(d.status).toBe(t.READY);
    expect(d.metrics().bytesRead).toBe(2 ** 25);
  });

  it('ends with a reset, and goes on from a snapshot', () => {
    const blocks = sparseBlocks(2 ** 27);
    const d = t.diskDriver(blocks);
    d.commandExt(0x42, 0, 0);
    const state = d.ata.snapshot?.();
    d.control = 4;
    d.control = 0;
    const before = d.metrics().bytesRead;
    d.machine.clock.advance(0);
    expect([d.status, d.metrics().bytesRead]).toEqual([t.READY, before]);
    const other = t.diskDriver(blocks);
    other.ata.restore?.(state as never);
    expect(other.alternateStatus & t.BSY).toBe(t.BSY);
    for (let turns = 0; turns < 33; turns++) other.machine.clock.advance(0);
    expect([other.irq, other.status, other.lba]).toEqual([true, t.READY, 0xffff]);
  });
});

describe('sectors that the host cannot write', () => {
  it('end the command with their address; those before them are written', () => {
    const blocks = t.failingBlocks(content.slice(), [40]);
    const d = t.diskDriver(blocks);
    d.command(t.WRITE, 38, 5);
    d.send(part(100, 5));
    expect(d.irq).toBe(true);
    expect(d.status).toBe(t.FAILED);
    expect(d.error).toBe(t.ABRT);
    expect(d.lba).toBe(40);
    expect(blocks.bytes.subarray(38 * 512, 40 * 512)).toEqual(part(100, 2));
    expect(blocks.bytes.subarray(40 * 512, 41 * 512)).toEqual(part(40, 1));
  });

  it('are refused at once if the disk is read-only', () => {
    const d = t.diskDriver(memoryBlocks(content.slice(), { readonly: true }));
    for (const command of [t.WRITE, t.WRITE_MULTIPLE]) {
      d.command(command, 1, 1);
      expect(d.irq).toBe(true);
      expect(d.status).toBe(t.FAILED);
      expect(d.error).toBe(t.ABRT | 0x40);
    }
    d.command(t.READ, 1, 1);
    expect(d.data(512)).toEqual(part(1, 1));
  });
});

describe('a flush that fails', () => {
  it('is told to the guest and counted', () => {
    const blocks = memoryBlocks(content.slice());
    let broken = true;
    const flaky: BlockBackend = {
      ...blocks,
      flush() {
        if (broken) throw new Error('no space');
      },
    };
    const d = t.diskDriver(flaky);
    d.command(t.FLUSH);
    expect(d.status).toBe(t.FAILED);
    expect(d.error).toBe(t.ABRT);
    broken = false;
    d.command(t.FLUSH);
    expect(d.status).toBe(t.READY);
    expect(d.metrics()).toMatchObject({ flushes: 1, errors: 1 });
  });
});
