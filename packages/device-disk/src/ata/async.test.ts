import { describe, expect, it } from 'vitest';
import * as t from './ata.test-util.ts';
import { DmaDriver, INTERRUPT, START, TO_MEMORY } from './bus-master/bus-master.test-util.ts';

const content = t.patterned(700);
const sectors = (lba: number, count: number): Uint8Array => content.slice(lba * 512, (lba + count) * 512);
const pair = (): { slow: t.SlowBlocks; d: t.Driver } => {
  const slow = new t.SlowBlocks(content.slice());
  return { slow, d: t.diskDriver(slow) };
};

describe('an asynchronous backend', () => {
  it('leaves the drive busy until it has read', async () => {
    const { slow, d } = pair();
    d.command(t.READ, 5, 2);
    expect(d.alternateStatus & t.BSY).toBe(t.BSY);
    expect(d.irq).toBe(false);
    expect(d.in(0, 2)).toBe(0);
    d.out(7, t.IDENTIFY);
    await slow.settle();
    expect(d.irq).toBe(true);
    expect(d.status).toBe(t.DATA_READY);
    expect(d.data(1024)).toEqual(sectors(5, 2));
    expect(d.status).toBe(t.READY);
    expect(slow.log).toEqual(['read 2560+1024']);
  });

  it('leaves it busy until it has written, and until it has flushed', async () => {
    const { slow, d } = pair();
    d.command(t.WRITE, 5, 1);
    d.send(sectors(100, 1));
    expect(d.alternateStatus & t.BSY).toBe(t.BSY);
    expect(d.irq).toBe(false);
    await slow.settle();
    expect(d.irq).toBe(true);
    expect(d.status).toBe(t.READY);
    d.command(t.FLUSH);
    expect(d.alternateStatus & t.BSY).toBe(t.BSY);
    await slow.settle();
    expect(d.irq).toBe(true);
    expect(d.status).toBe(t.READY);
    expect(slow.log).toEqual(['write 2560+512', 'flush']);
    expect(slow.blocks.bytes.subarray(2560, 3072)).toEqual(sectors(100, 1));
  });

  it('is asked chunk by chunk', async () => {
    const { slow, d } = pair();
    d.commandExt(t.READ_EXT, 0, 600);
    const parts: Uint8Array[] = [];
    for (const count of [256, 256, 88]) {
      expect(slow.waiting).toBe(1);
      await slow.settle();
      parts.push(d.data(count * 512));
    }
    expect(d.status).toBe(t.READY);
    expect(t.same(Buffer.concat(parts), sectors(0, 600))).toBe(true);
  });

  it('may fail', async () => {
    const { slow, d } = pair();
    d.command(t.READ, 5, 2);
    await slow.settle(new Error('no network'));
    expect(d.irq).toBe(false);
    // Sector by sector then.
    await slow.settle();
    await slow.settle(new Error('no network'));
    expect(d.status).toBe(t.DATA_READY);
    expect(d.data(512)).toEqual(sectors(5, 1));
    expect(slow.log.at(-1)).toBe('read 3072+512');
    await slow.settle(new Error('no network'));
    expect(d.irq).toBe(true);
    expect(d.status).toBe(t.FAILED);
    expect(d.error).toBe(t.UNC);
    expect(d.lba).toBe(6);
    expect(d.metrics().errors).toBe(3);
    d.command(t.FLUSH);
    await slow.settle(new Error('no space'));
    expect(d.status).toBe(t.FAILED);
  });

  it('answers to the bus master, which was stopped or not', async () => {
    const slow = new t.SlowBlocks(content.slice());
    const d = new DmaDriver({ drives: { primaryMaster: { kind: 'disk', blocks: slow } } });
    d.regions(0x1000, [[0x20000, 1024]]);
    d.command(t.READ_DMA, 5, 2);
    d.master = TO_MEMORY | START;
    expect(d.irq).toBe(false);
    await slow.settle();
    expect(d.masterStatus).toBe(INTERRUPT);
    expect(d.machine.memory.read(0x20000, 1024)).toEqual(sectors(5, 2));
    d.masterStatus = INTERRUPT;
    d.command(t.READ_DMA, 7, 2);
    d.master = 0;
    d.master = TO_MEMORY | START;
    d.master = 0;
    await slow.settle();
    expect(d.irq).toBe(false);
    expect(d.machine.memory.read(0x20000, 1024)).toEqual(sectors(5, 2));
    d.master = TO_MEMORY | START;
    expect(d.masterStatus).toBe(INTERRUPT);
    expect(d.machine.memory.read(0x20000, 1024)).toEqual(sectors(7, 2));
  });
});

describe('a reset while the backend is at work', () => {
  it.each(['SRST', 'reset'])('drops what comes too late, and lets a write end: %s', async (how) => {
    const { slow, d } = pair();
    const reset = (): void => {
      if (how === 'reset') d.ata.reset();
      else {
        d.control = 4;
        d.control = 0;
      }
    };
    d.command(t.WRITE, 5, 1);
    d.send(sectors(100, 1));
    reset();
    expect(d.status).toBe(t.READY);
    expect(d.irq).toBe(false);
    // What is asked for now waits until the write is done.
    d.command(t.READ, 5, 1);
    expect(d.alternateStatus & t.BSY).toBe(t.BSY);
    expect(slow.log).toEqual(['write 2560+512']);
    await slow.settle();
    expect(d.irq).toBe(false);
    expect(slow.log).toEqual(['write 2560+512', 'read 2560+512']);
    await slow.settle();
    expect(d.data(512)).toEqual(sectors(100, 1));
    expect(d.status).toBe(t.READY);

    d.command(t.READ, 9, 1);
    reset();
    d.command(t.READ, 10, 1);
    reset();
    d.command(t.READ, 11, 1);
    expect(slow.waiting).toBe(1);
    await slow.settle();
    await slow.settle();
    expect(d.data(512)).toEqual(sectors(11, 1));
    expect(slow.log.slice(2)).toEqual(['read 4608+512', 'read 5632+512']);
    expect(slow.waiting).toBe(0);
  });

  it('leaves the backend the bytes that it was given', async () => {
    const { slow, d } = pair();
    d.command(t.WRITE, 5, 1);
    d.send(sectors(100, 1));
    d.control = 4;
    d.control = 0;
    // IDENTIFY needs no medium, and a further write fills a buffer while the first still waits.
    expect(d.identify()[0]).toBe(0x0040);
    d.command(t.WRITE, 6, 1);
    d.send(sectors(200, 1));
    await slow.settle();
    await slow.settle();
    expect(d.status).toBe(t.READY);
    expect(slow.blocks.bytes.subarray(2560, 3072)).toEqual(sectors(100, 1));
    expect(slow.blocks.bytes.subarray(3072, 3584)).toEqual(sectors(200, 1));
  });

  it('drops a write that was not handed over yet', async () => {
    const { slow, d } = pair();
    for (const lba of [5, 6]) {
      d.command(t.WRITE, lba, 1);
      d.send(sectors(100, 1));
      d.control = 4;
      d.control = 0;
    }
    await slow.settle();
    expect(slow.log).toEqual(['write 2560+512']);
    expect(slow.waiting).toBe(0);
  });

  it('lets the next command end, if the backend then answers at once', async () => {
    const slow = new t.SlowBlocks(content.slice());
    let isSlow = true;
    const d = t.diskDriver({
      size: slow.size,
      readonly: false,
      read: (offset, out) => (isSlow ? slow.read(offset, out) : slow.blocks.read(offset, out)),
      write: (offset, data) => slow.write(offset, data),
      flush: () => {
        throw new Error('no space');
      },
    });
    for (const [command, status] of [
      [t.READ, t.DATA_READY],
      [t.FLUSH, t.FAILED],
    ]) {
      isSlow = true;
      d.command(t.READ, 5, 1);
      d.control = 4;
      d.control = 0;
      isSlow = false;
      d.command(command, 6, 1);
      expect(d.alternateStatus & t.BSY).toBe(t.BSY);
      await slow.settle();
      expect(d.irq).toBe(true);
      expect(d.status).toBe(status);
      if (command === t.READ) expect(d.data(512)).toEqual(sectors(6, 1));
    }
  });

  it('and a disposal too', async () => {
    const { slow, d } = pair();
    d.command(t.READ, 5, 1);
    d.ata.dispose?.();
    await slow.settle();
    expect(d.irq).toBe(false);
    expect(d.metrics().reads).toBe(0);
  });
});

describe('a snapshot while the backend is at work', () => {
  it('asks again after it was restored', async () => {
    const { slow, d } = pair();
    d.command(t.READ, 5, 2);
    const saved = structuredClone(d.ata.snapshot());
    await slow.settle();
    d.data(1024);

    const other = pair();
    other.d.ata.restore(saved);
    expect(other.d.ata.snapshot()).toEqual(saved);
    expect(other.d.alternateStatus & t.BSY).toBe(t.BSY);
    expect(other.slow.log).toEqual([]);
    other.d.machine.clock.advance(0);
    expect(other.slow.log).toEqual(['read 2560+1024']);
    await other.slow.settle();
    expect(other.d.irq).toBe(true);
    expect(other.d.data(1024)).toEqual(sectors(5, 2));

    // In the machine that it was taken of, and over another operation.
    d.command(t.READ, 9, 1);
    d.ata.restore(saved);
    d.machine.clock.advance(0);
    await slow.settle();
    expect(d.irq).toBe(false);
    await slow.settle();
    expect(d.data(1024)).toEqual(sectors(5, 2));
  });

  it('writes again what was to be written', async () => {
    const { d } = pair();
    d.command(t.WRITE, 5, 2);
    d.send(sectors(100, 2));
    const saved = structuredClone(d.ata.snapshot());
    const other = pair();
    other.d.ata.restore(saved);
    other.d.machine.clock.advance(0);
    await other.slow.settle();
    expect(other.d.status).toBe(t.READY);
    expect(other.slow.blocks.bytes.subarray(2560, 3584)).toEqual(sectors(100, 2));
  });

  it('holds what was read one by one', async () => {
    const { slow, d } = pair();
    d.command(t.READ, 5, 3);
    await slow.settle(new Error('not so many'));
    await slow.settle();
    const other = pair();
    other.d.ata.restore(structuredClone(d.ata.snapshot()));
    other.d.machine.clock.advance(0);
    await other.slow.settle();
    await other.slow.settle();
    expect(other.slow.log).toEqual(['read 3072+512', 'read 3584+512']);
    expect(other.d.data(1536)).toEqual(sectors(5, 3));
  });

  it('does not ask again if there was a reset first', () => {
    const { d } = pair();
    d.command(t.READ, 5, 2);
    const saved = d.ata.snapshot();
    for (const reset of [
      (driver: t.Driver) => driver.ata.reset(),
      (driver: t.Driver) => {
        driver.control = 4;
        driver.control = 0;
      },
      (driver: t.Driver) => driver.ata.dispose?.(),
    ]) {
      const other = pair();
      other.d.ata.restore(saved);
      reset(other.d);
      const after = other.d.ata.snapshot();
      other.d.machine.clock.advance(1000);
      expect(other.d.ata.snapshot()).toEqual(after);
      expect(other.slow.log).toEqual([]);
      expect(other.d.machine.clock.nextAlarm()).toBe(Number.POSITIVE_INFINITY);
    }
  });
});
