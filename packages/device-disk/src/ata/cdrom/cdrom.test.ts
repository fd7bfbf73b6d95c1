import { describe, expect, it } from 'vitest';
import { type AtaOptions, type BlockBackend, memoryBlocks } from '../../index.ts';
import * as t from '../ata.test-util.ts';

const content = t.patterned(4 * 100);
const sectors = (first: number, count: number): Uint8Array => content.slice(first * 2048, (first + count) * 2048);

/** A CD-ROM drive as secondary master, with packets as its driver sends them. */
class Cdrom extends t.Driver {
  constructor(blocks: BlockBackend | undefined = memoryBlocks(content), options: AtaOptions = {}) {
    super({ drives: { secondaryMaster: { kind: 'cdrom', blocks } }, ...options }, true);
  }

  static empty(): Cdrom {
    return new Cdrom(undefined, { drives: { secondaryMaster: { kind: 'cdrom' } } });
  }

  start(packet: readonly number[], limit = 0xfffe): void {
    this.command(0xa0, limit << 8, 0);
    expect(this.irq).toBe(false);
    expect(this.status & (t.BSY | t.DRQ)).toBe(t.DRQ);
    expect(this.in(2) & 3).toBe(1);
    this.send(Uint8Array.of(...packet, ...new Array(12 - packet.length).fill(0)));
  }

  get byteCount(): number {
    return this.in(4) | (this.in(5) << 8);
  }

  /** Sends a packet, and takes what it gives. */
  packet(packet: readonly number[], limit = 0xfffe): Uint8Array {
    this.start(packet, limit);
    const parts: number[] = [];
    while ((this.alternateStatus & t.DRQ) !== 0) {
      expect(this.irq).toBe(true);
      expect(this.in(2) & 3).toBe(2);
      const count = this.byteCount;
      expect(this.status & t.ERR).toBe(0);
      parts.push(...this.data(count + (count & 1)).subarray(0, count));
    }
    expect(this.irq).toBe(true);
    expect(this.in(2) & 3).toBe(3);
    return Uint8Array.from(parts);
  }

  /** The key of the error register, and what REQUEST SENSE gives: key, ASC, ASCQ. */
  sense(): number[] {
    expect(this.status).toBe(t.FAILED);
    const key = this.error >>> 4;
    const data = this.packet([0x03, 0, 0, 0, 18]);
    expect(data[0] & 0x7f).toBe(0x70);
    expect(data[2]).toBe(key);
    return [data[2], data[12], data[13]];
  }

  fails(packet: readonly number[]): number[] {
    expect(this.packet(packet)).toEqual(new Uint8Array());
    return this.sense();
  }

  ok(packet: readonly number[]): void {
    expect(this.packet(packet)).toEqual(new Uint8Array());
    expect(this.status).toBe(t.READY);
  }
}

const TEST_READY = [0x00];
const READ_1 = [0x28, 0, 0, 0, 0, 0, 0, 0, 1];

describe('finding a CD-ROM drive', () => {
  it('IDENTIFY DEVICE fails with the signature, IDENTIFY PACKET DEVICE tells', () => {
    const d = new Cdrom();
    for (const command of [t.IDENTIFY, t.READ]) {
      d.command(command);
      expect(d.status).toBe(t.FAILED);
      expect(d.error).toBe(t.ABRT);
      expect([2, 3, 4, 5].map((register) => d.in(register))).toEqual([1, 1, 0x14, 0xeb]);
    }
    const words = d.identify(false, t.IDENTIFY_PACKET);
    expect(d.status).toBe(t.READY);
    expect(words[0]).toBe(0x85c0);
    expect(t.textOf(words, 27, 20).trim()).toBe('PICOVM CD-ROM');
    expect(t.textOf(words, 10, 10).trim()).toBe('PV00003');
    expect(words[49]).toBe(0x0a00);
    expect(words[82] & 0x210).toBe(0x210);
    const inquiry = d.packet([0x12, 0, 0, 0, 36]);
    expect([...inquiry.subarray(0, 5)]).toEqual([5, 0x80, 0, 0x21, 31]);
    expect(new TextDecoder().decode(inquiry.subarray(8))).toBe('PICOVM  CD-ROM          1.0 ');
    expect(d.packet([0x12, 0, 0, 0, 5])).toHaveLength(5);
    expect(d.fails([0x12, 1, 0x80, 0, 36])).toEqual([5, 0x24, 0]);
    d.command(t.WRITE);
    expect(d.error).toBe(t.ABRT);
  });
});

describe('reading', () => {
  it('READ (10), READ (12) and READ CD give sectors', () => {
    const d = new Cdrom();
    expect(t.same(d.packet([0x28, 0, 0, 0, 0, 5, 0, 0, 3]), sectors(5, 3))).toBe(true);
    expect(d.status).toBe(t.READY);
    expect(t.same(d.packet([0xa8, 0, 0, 0, 0, 9, 0, 0, 0, 80]), sectors(9, 80))).toBe(true);
    expect(t.same(d.packet([0xbe, 0, 0, 0, 0, 7, 0, 0, 2, 0x10]), sectors(7, 2))).toBe(true);
    d.ok([0xbe, 0, 0, 0, 0, 7, 0, 0, 2, 0]);
    d.ok([0x28, 0, 0, 0, 0, 5, 0, 0, 0]);
    d.ok([0x2b, 0, 0, 0, 0, 99]);
    expect(d.fails([0x2b, 0, 0, 0, 0, 100])).toEqual([5, 0x21, 0]);
    expect(d.fails([0x28, 0, 0, 0, 0, 99, 0, 0, 2])).toEqual([5, 0x21, 0]);
    expect(d.fails([0xa8, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])).toEqual([5, 0x21, 0]);
    expect(d.fails([0xbe, 0, 0, 0, 0, 7, 0, 0, 2, 0xf8])).toEqual([5, 0x24, 0]);
    expect(d.fails([0xbe, 4, 0, 0, 0, 7, 0, 0, 2, 0x10])).toEqual([5, 0x24, 0]);
    expect(d.fails([0x2a])).toEqual([5, 0x20, 0]);
  });

  it('keeps the byte count limit', () => {
    const d = new Cdrom();
    d.start([0x28, 0, 0, 0, 0, 1, 0, 0, 2], 1001);
    const counts: number[] = [];
    while ((d.alternateStatus & t.DRQ) !== 0) {
      counts.push(d.byteCount);
      d.data(counts.at(-1) as number);
    }
    expect(counts).toEqual([1000, 1000, 1000, 1000, 96]);
    d.start(READ_1, 1);
    expect(d.byteCount).toBe(2);
    expect(d.data(2048)).toEqual(sectors(0, 1));
    // All of what fits into an odd limit.
    d.start([0x12, 0, 0, 0, 35], 35);
    expect(d.byteCount).toBe(35);
    expect(d.data(36)[35]).toBe(0);
    expect(d.status).toBe(t.READY);
    d.start(READ_1, 0);
    expect(d.status).toBe(t.FAILED);
    expect(d.error).toBe(t.ABRT);
    d.start(TEST_READY, 0);
    expect(d.status).toBe(t.READY);
  });

  it('fills up the last sector of a medium that ends in the middle of it', () => {
    const d = new Cdrom(memoryBlocks(content.slice(0, 2048 + 512)));
    expect([...d.packet([0x25])]).toEqual([0, 0, 0, 1, 0, 0, 8, 0]);
    expect(d.packet(READ_1)).toEqual(sectors(0, 1));
    const data = d.packet([0x28, 0, 0, 0, 0, 1, 0, 0, 1]);
    expect(data.subarray(0, 512)).toEqual(content.slice(2048, 2560));
    expect(data.subarray(512).every((byte) => byte === 0)).toBe(true);
  });

  it('ends with a medium error at what the host cannot read', () => {
    const d = new Cdrom(t.failingBlocks(content, [4 * 30 + 2]));
    d.start([0x28, 0, 0, 0, 0, 28, 0, 0, 10]);
    const counts: number[] = [];
    while ((d.alternateStatus & t.DRQ) !== 0) {
      counts.push(d.byteCount);
      d.data(counts.at(-1) as number);
    }
    expect(counts).toEqual([2048, 2048]);
    expect(d.status).toBe(t.FAILED);
    expect(d.error).toBe(0x34);
    const sense = d.packet([0x03, 0, 0, 0, 18]);
    expect([...sense.subarray(0, 8), sense[12]]).toEqual([0xf0, 0, 3, 0, 0, 0, 30, 10, 0x11]);
    // Sense data are told once.
    expect(d.packet([0x03, 0, 0, 0, 18])[2]).toBe(0);
  });

  it('reads many at once again behind those that it could not read so', () => {
    const blocks = memoryBlocks(content);
    const d = new Cdrom({
      ...blocks,
      read(offset, out) {
        if (offset === 0 && out.length > 2048) throw new Error('one at a time');
        blocks.read(offset, out);
      },
    });
    expect(t.same(d.packet([0xa8, 0, 0, 0, 0, 0, 0, 0, 0, 100]), sectors(0, 100))).toBe(true);
    expect(d.metrics()).toMatchObject({ reads: 65, errors: 1 });
  });

  it('goes on from a snapshot, in the packet and in the data', () => {
    const d = new Cdrom();
    d.command(0xa0, 2048 << 8, 0);
    d.send(Uint8Array.of(0x28, 0, 0, 0, 0, 7));
    const other = new Cdrom();
    other.ata.restore(structuredClone(d.ata.snapshot()));
    other.send(Uint8Array.of(0, 0, 2, 0, 0, 0));
    expect(other.data(3000)).toEqual(sectors(7, 2).slice(0, 3000));
    d.ata.restore(structuredClone(other.ata.snapshot()));
    expect(d.data(1096)).toEqual(sectors(7, 2).slice(3000));
    expect(d.status).toBe(t.READY);
  });
});

describe('what is asked of the drive', () => {
  it('READ TOC: one track, in three formats', () => {
    const d = new Cdrom();
    const toc = (...packet: number[]): number[] => [...d.packet([0x43, ...packet])];
    const plain = [0, 18, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x14, 0xaa, 0, 0, 0, 0, 100];
    expect(toc(0, 0, 0, 0, 0, 0, 0, 255)).toEqual(plain);
    expect(toc(0, 0, 0, 0, 0, 0, 0, 4)).toEqual(plain.slice(0, 4));
    expect(toc(2, 0, 0, 0, 0, 0xaa, 0, 255)).toEqual([0, 10, 1, 1, 0, 0x14, 0xaa, 0, 0, 0, 3, 25]);
    expect(toc(0, 1, 0, 0, 0, 0, 0, 255)).toEqual([0, 10, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0]);
    expect(toc(0, 0, 0, 0, 0, 0, 0, 255, 0x40)).toEqual([0, 10, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0]);
    const raw = toc(2, 2, 0, 0, 0, 0, 0, 255);
    expect(raw).toHaveLength(48);
    expect([raw[7], raw[18], raw[29], raw[40]]).toEqual([0xa0, 0xa1, 0xa2, 1]);
    expect(raw.slice(34, 37)).toEqual([0, 3, 25]);
    expect(raw.slice(45, 48)).toEqual([0, 2, 0]);
    expect(d.fails([0x43, 0, 0, 0, 0, 0, 2, 0, 255])).toEqual([5, 0x24, 0]);
    expect(d.fails([0x43, 0, 5, 0, 0, 0, 0, 0, 255])).toEqual([5, 0x24, 0]);
  });

  it('MODE SENSE (6) and (10): the pages that there are', () => {
    const d = new Cdrom();
    const capabilities = d.packet([0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 255]);
    expect(capabilities).toHaveLength(28);
    expect([...capabilities.subarray(0, 2)]).toEqual([0, 26]);
    expect([...capabilities.subarray(8, 10)]).toEqual([0x2a, 18]);
    expect(capabilities[14]).toBe(0x29);
    d.ok([0x1e, 0, 0, 0, 1]);
    expect(d.packet([0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 255])[14]).toBe(0x2b);
    const all = d.packet([0x1a, 0, 0x3f, 0, 255]);
    expect(all[0]).toBe(all.length - 1);
    expect([all[4], all[12], all[28]]).toEqual([0x01, 0x0e, 0x2a]);
    const changeable = d.packet([0x1a, 0, 0x6a, 0, 255]);
    expect(changeable.subarray(6).every((byte) => byte === 0)).toBe(true);
    expect(d.fails([0x1a, 0, 0x05, 0, 255])).toEqual([5, 0x24, 0]);
    expect(d.fails([0x1a, 0, 0xc1, 0, 255])).toEqual([5, 0x39, 0]);
  });

  it('GET CONFIGURATION: the features, all or one', () => {
    const d = new Cdrom();
    const all = d.packet([0x46, 0, 0, 0, 0, 0, 0, 1, 0]);
    expect(all.length).toBe(8 + 12 + 8 + 8);
    expect(all[3]).toBe(all.length - 4);
    expect([all[6], all[7]]).toEqual([0, 8]);
    expect([...all.subarray(8, 20)]).toEqual([0, 0, 3, 8, 0, 0x10, 0, 0, 0, 8, 1, 0]);
    const one = d.packet([0x46, 2, 0, 3, 0, 0, 0, 1, 0]);
    expect([...one.subarray(8)]).toEqual([0, 3, 3, 4, 0x29, 0, 0, 0]);
    expect(d.packet([0x46, 0, 0, 1, 0, 0, 0, 1, 0])).toHaveLength(8 + 8 + 8);
    const dvd: BlockBackend = { ...memoryBlocks(512), size: 2 ** 32, read: () => {} };
    expect(new Cdrom(dvd).packet([0x46, 0, 0, 0, 0, 0, 0, 0, 8])[7]).toBe(0x10);
    expect(Cdrom.empty().packet([0x46, 0, 0, 0, 0, 0, 0, 0, 8])[7]).toBe(0);
  });

  it('the rest', () => {
    const d = new Cdrom();
    expect([...d.packet([0x25])]).toEqual([0, 0, 0, 99, 0, 0, 8, 0]);
    expect([...d.packet([0x51, 0, 0, 0, 0, 0, 0, 0, 8])]).toEqual([0, 32, 0x0e, 1, 1, 1, 1, 0x20]);
    expect([...d.packet([0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 255])]).toEqual([0, 0, 0, 0, 0, 1, 0, 0]);
    d.ok([0xbb, 0, 0xff, 0xff]);
    d.ok([0x1b, 0, 0, 0, 1]);
    for (const command of [0xe0, 0xe1, 0xe2, 0xe3, 0xe5, 0xe6]) {
      d.command(command);
      expect(d.status).toBe(t.READY);
    }
    d.command(t.SET_FEATURES, 0, 0x08, 0x03);
    expect(d.status).toBe(t.READY);
    d.command(t.SET_FEATURES, 0, 0x00, 0x5d);
    expect(d.error).toBe(t.ABRT);
    // Overlapped commands, and DMA without a bus master.
    for (const features of [1, 2, 3]) {
      d.command(0xa0, 0, 0, features);
      expect(d.status).toBe(t.FAILED);
      expect(d.error).toBe(t.ABRT);
    }
  });
});

describe('the tray', () => {
  const events: [string, boolean][] = [];
  const withEvents = (): Cdrom => {
    events.length = 0;
    return new Cdrom(undefined, {
      drives: { secondaryMaster: { kind: 'cdrom', blocks: memoryBlocks(content) } },
      onTray: (position, open) => void events.push([position, open]),
    });
  };
  const event = (d: Cdrom): number[] => [...d.packet([0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8])];

  it('is empty, then has a medium, and the guest is told', () => {
    const d = Cdrom.empty();
    expect(d.ata.tray('secondaryMaster')).toEqual({ open: false, locked: false, loaded: false });
    for (const packet of [TEST_READY, READ_1, [0x25], [0x43, 0, 0, 0, 0, 0, 0, 0, 255]]) {
      expect(d.fails(packet)).toEqual([2, 0x3a, 1]);
    }
    expect(event(d)).toEqual([0, 6, 4, 0x10, 0, 0, 0, 0]);
    d.ata.insert('secondaryMaster', memoryBlocks(content));
    expect(event(d)).toEqual([0, 6, 4, 0x10, 2, 2, 0, 0]);
    expect(event(d)).toEqual([0, 6, 4, 0x10, 0, 2, 0, 0]);
    expect(d.packet([0x12, 0, 0, 0, 36])).toHaveLength(36);
    expect(d.fails(TEST_READY)).toEqual([6, 0x28, 0]);
    d.ok(TEST_READY);
    expect(d.packet(READ_1)).toEqual(sectors(0, 1));
  });

  it('opens and closes as the guest says, and the host is told', () => {
    const d = withEvents();
    d.ok([0x1b, 0, 0, 0, 2]);
    expect(events).toEqual([['secondaryMaster', true]]);
    expect(d.ata.tray('secondaryMaster')).toEqual({ open: true, locked: false, loaded: true });
    expect(d.ata.medium('secondaryMaster')).toBeUndefined();
    expect(d.fails(TEST_READY)).toEqual([2, 0x3a, 2]);
    expect(event(d).slice(4)).toEqual([3, 3, 0, 0]);
    expect([...d.packet([0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 8])][1]).toBe(0x10);
    d.ok([0x1b, 0, 0, 0, 3]);
    expect(events.at(-1)).toEqual(['secondaryMaster', false]);
    // REQUEST SENSE may be first with it.
    const sense = d.packet([0x03, 0, 0, 0, 18]);
    expect([sense[2], sense[12]]).toEqual([6, 0x28]);
    d.ok(TEST_READY);
    d.ok([0x1b, 0, 0, 0, 0x12]);
    expect(events).toHaveLength(2);
    expect(d.ata.medium('secondaryMaster')?.size).toBe(content.length);
  });

  it('can be locked by the guest', () => {
    const d = withEvents();
    d.ok([0x1e, 0, 0, 0, 1]);
    expect(d.fails([0x1b, 0, 0, 0, 2])).toEqual([5, 0x53, 2]);
    expect(d.ata.eject('secondaryMaster')).toBe(false);
    expect(event(d).slice(4)).toEqual([1, 2, 0, 0]);
    expect(d.ata.tray('secondaryMaster')).toEqual({ open: false, locked: true, loaded: true });
    expect(d.ata.eject('secondaryMaster', { force: true })).toBe(true);
    expect(d.ata.tray('secondaryMaster')).toEqual({ open: true, locked: true, loaded: false });
    expect(d.fails(TEST_READY)).toEqual([2, 0x3a, 2]);
    d.ok([0x1e, 0, 0, 0, 0]);
    expect(d.ata.tray('secondaryMaster').locked).toBe(false);
  });

  it('takes another medium, from inside of onTray too', () => {
    const second = memoryBlocks(content.slice(2048 * 50));
    const d: Cdrom = new Cdrom(undefined, {
      drives: { secondaryMaster: { kind: 'cdrom', blocks: memoryBlocks(content) } },
      onTray: (position, open) => {
        if (open) d.ata.insert(position, second);
        else throw new Error('the host has a fault');
      },
    });
    d.ok([0x1b, 0, 0, 0, 2]);
    expect(d.fails(TEST_READY)).toEqual([6, 0x28, 0]);
    expect(d.packet(READ_1)).toEqual(sectors(50, 1));
    expect(d.machine.log).toEqual([{ level: 'warn', message: expect.stringContaining('the host has a fault') }]);
  });

  it('is drawn in by a reset of the machine', () => {
    const d = withEvents();
    d.ok([0x1b, 0, 0, 0, 2]);
    d.ata.reset();
    expect(events.at(-1)).toEqual(['secondaryMaster', false]);
    d.ok(TEST_READY);
  });

  it('is no part of anything but a CD-ROM drive', () => {
    const d = withEvents();
    const disk = t.diskDriver(memoryBlocks(512)).ata;
    const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
    expect(() => disk.eject('primaryMaster')).toThrow(invalid);
    expect(() => d.ata.tray('primaryMaster')).toThrow(invalid);
    expect(() => d.ata.tray('elsewhere' as never)).toThrow(invalid);
    expect(() => d.ata.insert('secondaryMaster', {} as never)).toThrow(invalid);
    expect(d.ata.tray('secondaryMaster').loaded).toBe(true);
  });

  it('fails what is read while the medium is taken out', async () => {
    const slow = new t.SlowBlocks(content);
    const d = new Cdrom(slow);
    d.start(READ_1);
    expect(d.alternateStatus & t.BSY).toBe(t.BSY);
    d.ata.eject('secondaryMaster');
    expect(d.irq).toBe(true);
    expect(d.sense()).toEqual([2, 0x3a, 2]);
    await slow.settle();
    expect(d.status).toBe(t.READY);
    d.ata.insert('secondaryMaster', memoryBlocks(content));
    expect(d.fails(READ_1)).toEqual([6, 0x28, 0]);
    expect(d.packet(READ_1)).toEqual(sectors(0, 1));
  });
});
