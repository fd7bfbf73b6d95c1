import { describe, expect, it } from 'vitest';
import { formatAddressMap, MmioBus, type MmioHandler, type VmError } from '../index.ts';

function registers(log: unknown[][] = []): MmioHandler & { log: unknown[][] } {
  return {
    log,
    read: (offset, size) => {
      log.push(['r', offset, size]);
      return 0x01020304;
    },
    write: (offset, size, value) => void log.push(['w', offset, size, value]),
  };
}

describe('MmioBus', () => {
  it('finds the owner among many, whatever was found last', () => {
    const bus = new MmioBus();
    const found: number[] = [];
    const bases = [0xfee00000, 0xb8000, 0xfec00000, 0xa0000, 2 ** 40, 0xd0000];
    for (const base of bases) {
      bus.claim({ base, length: 0x1000 }, hexName(base), { read: () => 0, write: () => found.push(base) });
    }
    for (const base of [...bases, ...bases.toReversed()]) {
      bus.write(base, 1, 0);
      bus.write(base + 0xfff, 1, 0);
      bus.write(base + 0x1000, 1, 0);
      bus.write(base - 1, 1, 0);
    }
    expect(found).toEqual([...bases, ...bases.toReversed()].flatMap((base) => [base, base]));
    expect(bus.unmapped.writes).toBe(24);
  });

  it('splits an access that straddles the end of a range into bytes', () => {
    const bus = new MmioBus();
    const device = registers();
    bus.claim({ base: 0xb8000, length: 4000 }, 'vga', device);
    bus.write(0xb8000 + 3998, 4, 0x44332211);
    expect(device.log).toEqual([
      ['w', 3998, 1, 0x11],
      ['w', 3999, 1, 0x22],
    ]);
    expect(bus.unmapped.writes).toBe(2);
  });

  describe('8 bytes', () => {
    it('arrive as two times 4, the lower first', () => {
      const bus = new MmioBus();
      const device = registers();
      bus.claim({ base: 0x1000, length: 16 }, 'dev', device);
      expect(bus.read64(0x1008)).toBe(0x01020304_01020304n);
      bus.write64(0x1000, 0xfedcba98_76543210n);
      expect(device.log).toEqual([
        ['r', 8, 4],
        ['r', 12, 4],
        ['w', 0, 4, 0x76543210],
        ['w', 4, 4, 0xfedcba98],
      ]);
    });

    it('arrive as one where the owner takes them, cut to 64 bits', () => {
      const bus = new MmioBus();
      const device = registers();
      bus.claim({ base: 0x1000, length: 16 }, 'dev', {
        ...device,
        read64: () => -1n,
        write64: (offset, value) => void device.log.push(['w', offset, 8, value]),
      });
      expect(bus.read64(0x1008)).toBe(0xffffffff_ffffffffn);
      bus.write64(0x1000, 2n ** 64n + 5n);
      expect(bus.read64(0x100c)).toBe(0xffffffff_01020304n);
      expect(device.log).toEqual([
        ['w', 0, 8, 5n],
        ['r', 12, 4],
      ]);
      expect([...bus.accessCounts()]).toMatchObject([{ owner: 'dev', reads: 2, writes: 1 }]);
    });

    it('read as ones where nobody is', () => {
      expect(new MmioBus().read64(0)).toBe(0xffffffff_ffffffffn);
    });

    it('that the owner fails are a fault', () => {
      const faults: VmError[] = [];
      const bus = new MmioBus({ onFault: (error) => faults.push(error) });
      const fails = (): never => {
        throw new Error('broken');
      };
      bus.claim({ base: 0, length: 8 }, 'dev', { ...registers(), read64: fails, write64: fails });
      expect(bus.read64(0)).toBe(0xffffffff_ffffffffn);
      bus.write64(0, 0n);
      expect(faults.map(({ message }) => message)).toEqual([
        'dev threw while the guest did a 8-byte read at mmio 0x0: broken',
        'dev threw while the guest did a 8-byte write at mmio 0x0: broken',
      ]);
    });
  });

  it('refuses overlaps, with ranges and with what is reserved', () => {
    const bus = new MmioBus({}, [{ owner: 'memory region ram', base: 0, length: 0xa0000 }]);
    bus.claim({ base: 0xa0000, length: 0x20000 }, 'vga', registers());
    const overlap = expect.objectContaining({ code: 'ERR_BUS_OVERLAP' });
    for (const [base, length] of [
      [0x9ffff, 1],
      [0xbffff, 2],
      [0x90000, 2 ** 51],
      [0xa8000, 8],
    ] as const) {
      expect(() => bus.claim({ base, length }, 'dev', registers())).toThrow(overlap);
    }
    expect(() => bus.claim({ base: 0x9f000, length: 0x1000 }, 'rom', registers())).toThrow(
      'rom claims the mmio range 0x9f000-0x9ffff, which overlaps 0x0-0x9ffff of memory region ram',
    );
    bus.claim({ base: 0xc0000, length: 1 }, 'rom', registers());
  });

  it('refuses what no physical address reaches', () => {
    const range = expect.objectContaining({ code: 'ERR_BUS_RANGE' });
    expect(() => new MmioBus().claim({ base: 2 ** 52 - 1, length: 2 }, 'dev', registers())).toThrow(range);
    new MmioBus().claim({ base: 2 ** 52 - 1, length: 1 }, 'dev', registers());
  });

  it('has a map that prints in the order of the addresses, ports last', () => {
    const bus = new MmioBus();
    bus.claim({ base: 0xfee00000, length: 0x1000 }, 'apic', registers());
    bus.claim({ base: 0xb8000, length: 4000, label: 'text' }, 'vga', registers());
    const text = formatAddressMap([
      { space: 'port', base: 0xe9, length: 1, owner: 'debug', label: '' },
      ...bus.map(),
      { space: 'memory', base: 0, length: 4096, owner: 'ram', label: '' },
    ]);
    expect(text.split('\n')).toEqual([
      'physical addresses',
      '  0x00000000-0x00000fff  memory  ram',
      '  0x000b8000-0x000b8f9f  mmio    vga  (text)',
      '  0xfee00000-0xfee00fff  mmio    apic',
      'I/O ports',
      '  0x00e9-0x00e9  port    debug',
    ]);
  });
});

function hexName(base: number): string {
  return `dev-${base.toString(16)}`;
}
