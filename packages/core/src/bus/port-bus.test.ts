import { describe, expect, it } from 'vitest';
import { type AccessSize, PortBus, type PortHandler, VmError } from '../index.ts';

type Access = [direction: 'r' | 'w', offset: number, size: AccessSize, value?: number];

/** A handler that answers with the bytes of its offsets (offset 2, size 2: 0x0302) and notes every access. */
function recorder(): PortHandler & { log: Access[] } {
  const log: Access[] = [];
  return {
    log,
    read(offset, size) {
      log.push(['r', offset, size]);
      let value = 0;
      for (let i = 0; i < size; i++) value += (offset + i) * 2 ** (8 * i);
      return value;
    },
    write: (offset, size, value) => void log.push(['w', offset, size, value]),
  };
}

function busWith(range: Parameters<PortBus['claim']>[0]): { bus: PortBus; device: ReturnType<typeof recorder> } {
  const bus = new PortBus();
  const device = recorder();
  bus.claim(range, 'dev', device);
  return { bus, device };
}

describe('PortBus', () => {
  it('hands accesses to the owner by offset', () => {
    const { bus, device } = busWith({ base: 0x3f8, length: 8 });
    expect(bus.read(0x3fa, 1)).toBe(2);
    bus.write(0x3f8, 2, 0x1234);
    bus.write(0x3fc, 4, 0xfedcba98);
    expect(device.log).toEqual([
      ['r', 2, 1],
      ['w', 0, 2, 0x1234],
      ['w', 4, 4, 0xfedcba98],
    ]);
  });

  it('cuts what is read and written to the size of the access, unsigned', () => {
    const bus = new PortBus();
    const written: number[] = [];
    bus.claim({ base: 0, length: 4 }, 'dev', { read: () => -1, write: (_offset, _size, value) => written.push(value) });
    expect([bus.read(0, 1), bus.read(0, 2), bus.read(0, 4)]).toEqual([0xff, 0xffff, 0xffffffff]);
    bus.write(0, 1, 0x1ff);
    bus.write(0, 4, -1);
    expect(written).toEqual([0xff, 0xffffffff]);
  });

  it('gives 0 for a read that answers with no number', () => {
    const bus = new PortBus();
    bus.claim({ base: 0, length: 1 }, 'dev', { read: () => Number.NaN, write: () => {} });
    expect(bus.read(0, 1)).toBe(0);
  });

  describe('widths', () => {
    it('splits accesses that are wider than the owner takes, the lowest address first', () => {
      const { bus, device } = busWith({ base: 0x10, length: 8, width: { max: 1 } });
      expect(bus.read(0x12, 4)).toBe(0x05040302);
      bus.write(0x10, 2, 0xabcd);
      expect(device.log).toEqual([
        ['r', 2, 1],
        ['r', 3, 1],
        ['r', 4, 1],
        ['r', 5, 1],
        ['w', 0, 1, 0xcd],
        ['w', 1, 1, 0xab],
      ]);
    });

    it('splits into the widest that the owner takes', () => {
      const { bus, device } = busWith({ base: 0x10, length: 8, width: { max: 2 } });
      expect(bus.read(0x14, 4)).toBe(0x07060504);
      expect(device.log).toEqual([
        ['r', 4, 2],
        ['r', 6, 2],
      ]);
    });

    it('serves narrower reads from the unit that they lie in', () => {
      const { bus, device } = busWith({ base: 0x10, length: 8, width: { min: 4 } });
      expect(bus.read(0x15, 1)).toBe(5);
      expect(bus.read(0x16, 2)).toBe(0x0706);
      expect(device.log).toEqual([
        ['r', 4, 4],
        ['r', 4, 4],
      ]);
    });

    it('changes only the bytes written of a unit that is wider', () => {
      const { bus, device } = busWith({ base: 0x10, length: 8, width: { min: 4 } });
      bus.write(0x16, 1, 0xee);
      expect(device.log).toEqual([
        ['r', 4, 4],
        ['w', 4, 4, 0x07ee0504],
      ]);
    });

    it('never shows the owner an offset that is no multiple of its smallest width', () => {
      const { bus, device } = busWith({ base: 0x10, length: 8, width: { min: 4, max: 4 } });
      expect(bus.read(0x12, 4)).toBe(0x05040302);
      bus.write(0x12, 4, 0xddccbbaa);
      expect(device.log).toEqual([
        ['r', 0, 4],
        ['r', 4, 4],
        ['r', 0, 4],
        ['w', 0, 4, 0xbbaa0100],
        ['r', 4, 4],
        ['w', 4, 4, 0x0706ddcc],
      ]);
    });

    it('does not read a unit that is written as a whole', () => {
      const { bus, device } = busWith({ base: 0x10, length: 8, width: { min: 2, max: 2 } });
      bus.write(0x11, 4, 0x44332211);
      expect(device.log).toEqual([
        ['r', 0, 2],
        ['w', 0, 2, 0x1100],
        ['w', 2, 2, 0x3322],
        ['r', 4, 2],
        ['w', 4, 2, 0x0544],
      ]);
    });
  });

  describe('ends of ranges', () => {
    it('splits an access that straddles two owners into bytes', () => {
      const bus = new PortBus();
      const low = recorder();
      const high = recorder();
      bus.claim({ base: 0x10, length: 2 }, 'low', low);
      bus.claim({ base: 0x12, length: 2 }, 'high', high);
      bus.write(0x11, 2, 0xbbaa);
      expect(bus.read(0x10, 4)).toBe(0x01000100);
      expect(low.log).toEqual([
        ['w', 1, 1, 0xaa],
        ['r', 0, 1],
        ['r', 1, 1],
      ]);
      expect(high.log).toEqual([
        ['w', 0, 1, 0xbb],
        ['r', 0, 1],
        ['r', 1, 1],
      ]);
    });

    it('reads ones for the bytes behind the end of a range, and before its start', () => {
      const { bus } = busWith({ base: 0x11, length: 2 });
      expect(bus.read(0x12, 2)).toBe(0xff01);
      expect(bus.read(0x10, 2)).toBe(0x00ff);
      expect(bus.unmapped).toEqual({ reads: 2, writes: 0 });
    });

    it('wraps an access at the last port to port 0', () => {
      const bus = new PortBus();
      const first = recorder();
      const last = recorder();
      bus.claim({ base: 0, length: 4 }, 'first', first);
      expect(bus.read(0xffff, 2)).toBe(0x00ff);
      bus.claim({ base: 0xffff, length: 1 }, 'last', last);
      bus.write(0xffff, 4, 0x44332211);
      expect(last.log).toEqual([['w', 0, 1, 0x11]]);
      expect(first.log.slice(1)).toEqual([
        ['w', 0, 1, 0x22],
        ['w', 1, 1, 0x33],
        ['w', 2, 1, 0x44],
      ]);
    });

    it('has nothing behind the last port', () => {
      const { bus, device } = busWith({ base: 0, length: 4 });
      expect(bus.read(0x10000, 1)).toBe(0xff);
      expect(device.log).toEqual([]);
    });
  });

  describe('blocks', () => {
    it('repeats the access at the same port, element by element', () => {
      const { bus, device } = busWith({ base: 0x10, length: 4 });
      const out = new Uint8Array(4);
      bus.readBlock(0x12, 2, out);
      expect([...out]).toEqual([2, 3, 2, 3]);
      bus.writeBlock(0x10, 1, Uint8Array.of(7, 8, 9));
      bus.writeBlock(0x10, 4, Uint8Array.of(1, 2, 3, 0xff));
      expect(device.log.slice(2)).toEqual([
        ['w', 0, 1, 7],
        ['w', 0, 1, 8],
        ['w', 0, 1, 9],
        ['w', 0, 4, 0xff030201],
      ]);
    });

    it('uses the fast path of an owner that takes the elements as they are', () => {
      const bus = new PortBus();
      const blocks: unknown[] = [];
      bus.claim({ base: 0x1f0, length: 8 }, 'ide', {
        ...recorder(),
        readBlock: (offset, size, out) => {
          blocks.push(['r', offset, size, out.length]);
          out.fill(0x5a);
        },
        writeBlock: (offset, size, data) => blocks.push(['w', offset, size, [...data]]),
      });
      const out = new Uint8Array(512);
      bus.readBlock(0x1f0, 2, out);
      bus.writeBlock(0x1f0, 2, Uint8Array.of(1, 2, 3, 4));
      expect(out.every((byte) => byte === 0x5a)).toBe(true);
      expect(blocks).toEqual([
        ['r', 0, 2, 512],
        ['w', 0, 2, [1, 2, 3, 4]],
      ]);
      expect([...bus.accessCounts()]).toMatchObject([{ owner: 'ide', reads: 256, writes: 2 }]);
    });

    it('does not use the fast path where an element is to be split, or straddles the end', () => {
      const bus = new PortBus();
      const device = { ...recorder(), writeBlock: () => expect.unreachable() };
      bus.claim({ base: 0x10, length: 4, width: { max: 1 } }, 'dev', device);
      bus.writeBlock(0x10, 2, Uint8Array.of(1, 2));
      bus.writeBlock(0x13, 2, Uint8Array.of(3, 4));
      expect(device.log).toEqual([
        ['w', 0, 1, 1],
        ['w', 1, 1, 2],
        ['w', 3, 1, 3],
      ]);
    });

    it('fills a block from nowhere with ones', () => {
      const out = new Uint8Array(4);
      const bus = new PortBus();
      bus.readBlock(0x99, 2, out);
      expect([...out]).toEqual([0xff, 0xff, 0xff, 0xff]);
      expect(bus.unmapped.reads).toBe(2);
    });

    it('refuses a block that has no whole elements', () => {
      const { bus, device } = busWith({ base: 0x10, length: 4 });
      const error = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
      expect(() => bus.readBlock(0x10, 2, new Uint8Array(3))).toThrow(error);
      expect(() => bus.writeBlock(0x10, 4, new Uint8Array(6))).toThrow(error);
      expect(device.log).toEqual([]);
    });
  });

  describe('claims', () => {
    it('refuses an overlap, naming both ranges and both owners', () => {
      const bus = new PortBus();
      bus.claim({ base: 0x3f8, length: 8 }, 'com1', recorder());
      const overlap = () => bus.claim({ base: 0x3f0, length: 9 }, 'floppy', recorder());
      expect(overlap).toThrow(/floppy .*0x3f0-0x3f8.* 0x3f8-0x3ff of com1/);
      expect(overlap).toThrow(
        expect.objectContaining({
          code: 'ERR_BUS_OVERLAP',
          details: {
            space: 'port',
            claimed: { owner: 'floppy', base: 0x3f0, length: 9 },
            existing: { owner: 'com1', base: 0x3f8, length: 8 },
          },
        }),
      );
      expect(bus.read(0x3f0, 1)).toBe(0xff);
    });

    it.each([
      ['empty', { base: 0, length: 0 }],
      ['negative', { base: -1, length: 2 }],
      ['fractional', { base: 0.5, length: 2 }],
      ['not a number', { base: Number.NaN, length: 2 }],
      ['beyond the last port', { base: 0xffff, length: 2 }],
      ['of an impossible width', { base: 0, length: 4, width: { max: 3 as AccessSize } }],
      ['with the widths swapped', { base: 0, length: 4, width: { min: 4, max: 2 } as const }],
      ['not a multiple of its smallest width', { base: 0, length: 6, width: { min: 4 } as const }],
      ['not aligned to its smallest width', { base: 2, length: 4, width: { min: 4 } as const }],
    ])('refuses a range that is %s', (_what, range) => {
      expect(() => new PortBus().claim(range, 'dev', recorder())).toThrow(
        expect.objectContaining({ code: 'ERR_BUS_RANGE' }),
      );
    });

    it('takes the whole space', () => {
      const { bus, device } = busWith({ base: 0, length: 0x10000 });
      bus.write(0xffff, 1, 1);
      expect(device.log).toEqual([['w', 0xffff, 1, 1]]);
    });

    it('lists them in the order of their addresses', () => {
      const bus = new PortBus();
      bus.claim({ base: 0x3f8, length: 8, label: 'UART' }, 'com1', recorder());
      bus.claim({ base: 0xe9, length: 1 }, 'debug', recorder());
      expect(bus.map()).toEqual([
        { space: 'port', base: 0xe9, length: 1, owner: 'debug', label: '' },
        { space: 'port', base: 0x3f8, length: 8, owner: 'com1', label: 'UART' },
      ]);
    });
  });

  describe('unmapped accesses', () => {
    it('reads all ones, drops writes, and counts each access once', () => {
      const bus = new PortBus();
      expect([bus.read(1, 1), bus.read(1, 2), bus.read(1, 4)]).toEqual([0xff, 0xffff, 0xffffffff]);
      bus.write(1, 4, 0);
      expect(bus.unmapped).toEqual({ reads: 3, writes: 1 });
    });

    it('reports the first touch of each address, and not without end', () => {
      const messages: string[] = [];
      const bus = new PortBus({ onFirstUnmapped: (message) => messages.push(message) });
      bus.read(0x80, 1);
      bus.write(0x80, 1, 0);
      bus.write(0x81, 2, 0);
      expect(messages).toEqual([
        '1-byte read at port 0x80, which nobody owns',
        '2-byte write at port 0x81, which nobody owns',
      ]);
      for (let port = 0; port < 0x10000; port++) bus.read(port, 1);
      expect(messages.length).toBe(256);
      expect(bus.unmapped.reads).toBe(0x10001);
    });

    it('asks a function', () => {
      const seen: unknown[] = [];
      const bus = new PortBus({
        onUnmapped: (access) => {
          seen.push(access);
          return access.address === 1 ? 0x1ff : undefined;
        },
      });
      expect([bus.read(1, 1), bus.read(2, 1)]).toEqual([0xff, 0xff]);
      expect(bus.read(1, 2)).toBe(0x1ff);
      bus.write(3, 1, 4);
      expect(seen.at(-1)).toEqual({ space: 'port', direction: 'write', address: 3, size: 1, value: 4 });
    });

    it('throws if told to, without a place for faults', () => {
      const bus = new PortBus({ onUnmapped: 'throw' });
      expect(() => bus.read(0x61, 1)).toThrow(
        expect.objectContaining({
          code: 'ERR_UNMAPPED_ACCESS',
          message: 'the guest did a 1-byte read at port 0x61, which nobody owns',
          details: { space: 'port', direction: 'read', address: 0x61, size: 1 },
        }),
      );
    });

    it.each([
      ['throws', () => expect.unreachable('no')],
      ['answers with a bigint', () => 1n as unknown as number],
    ])('makes a fault of a function that %s', (_what, onUnmapped) => {
      const faults: VmError[] = [];
      const bus = new PortBus({ onUnmapped, onFault: (error) => faults.push(error) });
      expect(bus.read(1, 2)).toBe(0xffff);
      expect(faults.map(({ code }) => code)).toEqual(['ERR_DEVICE']);
    });
  });

  describe('faults of owners', () => {
    const broken = (): never => {
      throw new Error('broken');
    };

    it('throws them on, naming the access and the owner', () => {
      const bus = new PortBus();
      bus.claim({ base: 0x60, length: 1 }, 'keyboard', { read: broken, write: broken });
      expect(() => bus.write(0x60, 1, 5)).toThrow(
        expect.objectContaining({
          code: 'ERR_DEVICE',
          message: 'keyboard threw while the guest did a 1-byte write at port 0x60: broken',
          cause: new Error('broken'),
        }),
      );
    });

    it('gives them to whoever takes them; the guest reads all ones', () => {
      const faults: VmError[] = [];
      const bus = new PortBus({ onFault: (error) => faults.push(error) });
      const handler = { read: broken, write: broken, readBlock: broken, writeBlock: broken };
      bus.claim({ base: 0x60, length: 4 }, 'keyboard', handler);
      expect(bus.read(0x60, 2)).toBe(0xffff);
      bus.write(0x60, 2, 1);
      const out = new Uint8Array(4);
      bus.readBlock(0x60, 2, out);
      bus.writeBlock(0x60, 2, out);
      expect([...out]).toEqual([0xff, 0xff, 0xff, 0xff]);
      expect(faults.map((error) => error instanceof VmError && error.code)).toEqual(Array(4).fill('ERR_DEVICE'));
    });
  });
});
