import { describe, expect, it } from 'vitest';
import { memoryBlocks } from '../index.ts';
import * as t from './ata.test-util.ts';

const two = (): t.Driver =>
  new t.Driver({
    drives: {
      primaryMaster: { kind: 'disk', blocks: memoryBlocks(t.patterned(100)) },
      primarySlave: { kind: 'cdrom', blocks: memoryBlocks(2048) },
    },
  });
const one = (): t.Driver => t.diskDriver(memoryBlocks(t.patterned(100)));

describe('the registers', () => {
  it('keep what is written, and what was written before', () => {
    const d = one();
    for (const register of [2, 3, 4, 5]) {
      d.out(register, 0x10 + register);
      d.out(register, 0x20 + register);
    }
    d.out(6, 0x45);
    expect([2, 3, 4, 5].map((register) => d.in(register))).toEqual([0x22, 0x23, 0x24, 0x25]);
    d.control = 0x80;
    expect([2, 3, 4, 5].map((register) => d.in(register))).toEqual([0x12, 0x13, 0x14, 0x15]);
    expect(d.in(6)).toBe(0xe5);
    // Any write to the command block clears HOB.
    d.out(3, 9);
    expect(d.in(4)).toBe(0x24);
  });

  it('can be accessed two and four at a time', () => {
    const d = one();
    d.out(2, 0x0403, 2);
    d.out(4, 0xa605, 2);
    expect([2, 3, 4].map((register) => d.in(register))).toEqual([3, 4, 5]);
    expect(d.in(2, 4)).toBe(0xa6050403);
  });

  it('are those of both drives, of which one is selected', () => {
    const d = two();
    d.out(3, 0x77);
    d.out(6, 0xb0);
    expect(d.in(3)).toBe(0x77);
    expect(d.in(6)).toBe(0xb0);
    // A packet device is not ready until its first command.
    expect(d.status).toBe(0);
    d.out(6, 0xa0);
    expect(d.status).toBe(t.READY);
  });

  it('are not written while data move', () => {
    const d = one();
    d.command(t.READ, 5, 2);
    d.out(2, 0x99);
    d.out(6, 0xb0);
    d.out(7, t.IDENTIFY);
    expect(d.in(2)).toBe(2);
    expect(d.in(6)).toBe(0xe0);
    expect(d.data(1024)).toEqual(t.patterned(100).slice(5 * 512, 7 * 512));
    expect(d.status).toBe(t.READY);
  });
});

describe('a drive that is not there', () => {
  it('reads as 0, and takes no commands', () => {
    const d = one();
    d.out(6, 0xb0);
    for (let register = 0; register < 8; register++) {
      d.out(register === 6 ? 0 : register, 0x55);
      expect(d.in(register)).toBe(0);
    }
    expect(d.in(0, 2)).toBe(0);
    expect(d.in(0, 4)).toBe(0);
    expect(d.alternateStatus).toBe(0);
    d.out(7, t.IDENTIFY);
    expect(d.irq).toBe(false);
    expect(d.alternateStatus).toBe(0);
    const empty = new t.Driver({ drives: { primaryMaster: { kind: 'disk', blocks: memoryBlocks(512) } } }, true);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((register) => empty.in(register))).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    empty.out(7, t.IDENTIFY);
    empty.out(7, 0x90);
    empty.control = 4;
    empty.control = 0;
    expect(empty.irq).toBe(false);
    expect(empty.alternateStatus).toBe(0);
  });

  it('may be a master', () => {
    const d = new t.Driver({ drives: { primarySlave: { kind: 'disk', blocks: memoryBlocks(t.patterned(9)) } } });
    expect(d.status).toBe(0);
    d.command(t.READ, 3, 1, 0, true);
    expect(d.irq).toBe(true);
    expect(d.data(512)).toEqual(t.patterned(9).slice(3 * 512, 4 * 512));
  });
});

describe('interrupts', () => {
  it('are masked by nIEN, and not lost', () => {
    const d = one();
    d.control = 0x02;
    d.command(t.IDENTIFY);
    expect(d.irq).toBe(false);
    d.control = 0x00;
    expect(d.irq).toBe(true);
    d.control = 0x02;
    expect(d.irq).toBe(false);
    expect(d.status).toBe(t.DATA_READY);
    d.control = 0x00;
    expect(d.irq).toBe(false);
  });

  it('end with the status register or the next command, not with the alternate status', () => {
    const d = one();
    d.command(0x10);
    expect(d.alternateStatus).toBe(t.READY);
    expect(d.irq).toBe(true);
    d.command(t.WRITE);
    expect(d.irq).toBe(false);
  });

  it('are those of the drive that is selected', () => {
    const d = two();
    d.command(0x10);
    expect(d.irq).toBe(true);
    d.out(6, 0xb0);
    expect(d.irq).toBe(false);
    expect(d.status).toBe(0);
    d.out(6, 0xa0);
    expect(d.irq).toBe(true);
  });

  it('of the secondary channel go another way', () => {
    const d = new t.Driver({ drives: { secondaryMaster: { kind: 'disk', blocks: memoryBlocks(512) } } }, true);
    d.command(t.IDENTIFY);
    expect(d.machine.irq(15).level).toBe(true);
    expect(d.machine.irq(14).level).toBe(false);
  });
});

describe('resets', () => {
  const signature = (d: t.Driver): number[] => [2, 3, 4, 5].map((register) => d.in(register));

  it('SRST holds both drives busy, and they show what they are', () => {
    const d = two();
    d.command(t.SET_MULTIPLE, 0, 2);
    d.command(t.READ, 0, 2);
    d.data(100);
    d.control = 0x04;
    expect(d.alternateStatus & t.BSY).toBe(t.BSY);
    expect(d.irq).toBe(false);
    d.out(3, 0x99);
    d.out(7, t.IDENTIFY);
    d.out(7, 0x08);
    expect(d.alternateStatus & t.BSY).toBe(t.BSY);
    d.control = 0x00;
    expect(d.irq).toBe(false);
    expect(d.status).toBe(t.READY);
    expect(d.error).toBe(0x01);
    expect(signature(d)).toEqual([1, 1, 0, 0]);
    expect(d.in(6)).toBe(0xa0);
    d.out(6, 0xb0);
    expect(d.status).toBe(0);
    expect(d.error).toBe(0x01);
    expect(signature(d)).toEqual([1, 1, 0x14, 0xeb]);
    d.control = 0x04;
    d.control = 0x00;
    expect(d.in(6)).toBe(0xa0);
    expect(d.identify()[59]).toBe(0x102);
  });

  it('EXECUTE DEVICE DIAGNOSTIC is for both, and device 0 tells', () => {
    const d = two();
    d.out(6, 0xb0);
    d.out(7, 0x90);
    expect(d.irq).toBe(true);
    expect(d.in(6)).toBe(0xa0);
    expect(d.error).toBe(0x01);
    expect(signature(d)).toEqual([1, 1, 0, 0]);
    expect(d.status).toBe(t.READY);
    expect(d.irq).toBe(false);
    d.out(6, 0xb0);
    expect(signature(d)).toEqual([1, 1, 0x14, 0xeb]);
  });

  it('DEVICE RESET frees a packet device that is in the middle of something', () => {
    const d = two();
    d.command(0xa0, 0, 0, 0, true);
    d.send(new Uint8Array(4));
    expect(d.status & t.DRQ).toBe(t.DRQ);
    d.out(7, 0x08);
    expect(d.irq).toBe(false);
    expect(d.status).toBe(0);
    expect(signature(d)).toEqual([1, 1, 0x14, 0xeb]);
    // A disk has no such command, and nothing frees it but SRST.
    d.command(t.READ);
    d.out(7, 0x08);
    expect(d.status).toBe(t.DATA_READY);
  });

  it('of the machine puts everything back', () => {
    const d = two();
    const fresh = d.ata.snapshot();
    d.command(t.SET_MULTIPLE, 0, 2);
    d.command(t.SET_FEATURES, 0, 0, 0x82);
    d.control = 0x02;
    d.command(t.READ, 1, 3, 0);
    d.ata.reset();
    expect(d.irq).toBe(false);
    expect(d.ata.snapshot()).toEqual(fresh);
  });
});

describe('states', () => {
  it('are refused for other drives, and change nothing then', () => {
    const d = two();
    d.command(t.READ, 1, 3);
    const before = d.ata.snapshot();
    const others = [
      one(),
      t.diskDriver(memoryBlocks(101 * 512)),
      new t.Driver({ drives: { primaryMaster: { kind: 'cdrom' }, primarySlave: { kind: 'cdrom' } } }),
    ];
    for (const other of others) {
      expect(() => d.ata.restore(other.ata.snapshot())).toThrow(expect.objectContaining({ code: 'ERR_DEVICE_STATE' }));
    }
    expect(d.ata.snapshot()).toEqual(before);
  });
});

describe('a state with SRST set', () => {
  it('has no transfer under way', () => {
    const d = one();
    d.command(t.READ, 1, 1);
    const moving = d.ata.snapshot();
    const [primary, secondary] = moving.channels as Record<string, unknown>[];
    const both = { ...moving, channels: [{ ...primary, control: 0x04 }, secondary] };
    expect(() => d.ata.restore(both)).toThrow(expect.objectContaining({ code: 'ERR_DEVICE_STATE' }));
    d.control = 0x04;
    const other = one();
    other.ata.restore(d.ata.snapshot());
    expect(other.alternateStatus & t.BSY).toBe(t.BSY);
    other.control = 0x00;
    expect(other.status).toBe(t.READY);
  });
});

describe('options', () => {
  const blocks = memoryBlocks(512);
  it.each([
    [{ drives: { primary: { kind: 'disk', blocks } } }, 'primary'],
    [{ drives: { primaryMaster: { kind: 'tape', blocks } } }, 'kind'],
    [{ drives: { primaryMaster: null } }, 'kind'],
    [{ drives: { primaryMaster: { kind: 'disk' } } }, 'blocks'],
    [{ drives: { primaryMaster: { kind: 'disk', blocks: { ...blocks, size: 513 } } } }, 'size'],
    [{ drives: { primaryMaster: { kind: 'disk', blocks: { ...blocks, size: 0 } } } }, 'size'],
    [{ drives: { primaryMaster: { kind: 'disk', blocks: { ...blocks, flush: undefined } } } }, 'flush'],
    [{ drives: { primaryMaster: { kind: 'disk', blocks, model: 'x'.repeat(41) } } }, 'model'],
    [{ drives: { primaryMaster: { kind: 'disk', blocks, serial: 'ä' } } }, 'serial'],
    [
      { drives: { primaryMaster: { kind: 'disk', blocks, geometry: { cylinders: 1, heads: 17, sectors: 1 } } } },
      'heads',
    ],
    [{ drives: { primaryMaster: { kind: 'cdrom', blocks: {} } } }, 'BlockBackend'],
    [{ pci: {} }, 'plug'],
  ])('refuses %o', (options, names) => {
    const act = (): unknown => new t.Driver(options as never);
    expect(act).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(act).toThrow(names);
  });
});
