import { describe, expect, it } from 'vitest';
import { E820, memoryMapOf, pcMemoryMap } from '../index.ts';

const MIB = 2 ** 20;

describe('the memory of a PC', () => {
  it('has RAM below 640 KiB, for ROMs, and above 1 MiB', () => {
    const { regions, e820 } = pcMemoryMap(64 * MIB);
    expect(regions.map(({ base, size, name }) => [name, base, size])).toEqual([
      ['low', 0, 0xa0000],
      ['shadow', 0xc0000, 0x40000],
      ['ram', MIB, 63 * MIB],
    ]);
    expect(e820).toEqual([
      { base: 0, length: 0x9fc00, type: E820.RAM },
      { base: 0x9fc00, length: 0x400, type: E820.RESERVED },
      { base: 0xf0000, length: 0x10000, type: E820.RESERVED },
      { base: MIB, length: 63 * MIB, type: E820.RAM },
    ]);
  });

  it('has a ROM that ends at 4 GiB, if it is asked for', () => {
    const { regions, e820 } = pcMemoryMap(2 * MIB, { romBytes: 0x40000 });
    expect(regions.at(-1)).toEqual({ base: 0xfffc0000, size: 0x40000, name: 'rom', readonly: true });
    expect(e820.at(-1)).toEqual({ base: 0xfffc0000, length: 0x40000, type: E820.RESERVED });
  });

  it('may be 1 MiB, with nothing above', () => {
    expect(pcMemoryMap(MIB).regions.map(({ name }) => name)).toEqual(['low', 'shadow']);
  });

  it.each([0, MIB - 4096, MIB + 1, 3 * 2 ** 30 + 4096, Number.NaN, '64M' as never])('refuses %s bytes', (size) => {
    expect(() => pcMemoryMap(size)).toThrow('the memory of a PC has');
  });

  it.each([100, 32 * MIB, -4096])('refuses a ROM of %s bytes', (romBytes) => {
    expect(() => pcMemoryMap(MIB, { romBytes })).toThrow('the ROM of a PC has');
  });
});

describe('the map of a list of regions', () => {
  it('has all that can be written, but for the hole below 1 MiB', () => {
    const regions = [
      { base: 0xfff00000, size: MIB, readonly: true },
      { base: 0, size: 4 * MIB },
    ];
    expect(memoryMapOf(regions).e820).toEqual([
      { base: 0, length: 0xa0000, type: E820.RAM },
      { base: MIB, length: 3 * MIB, type: E820.RAM },
    ]);
  });

  it.each([undefined, null, [], 64, { e820: [] }])('refuses %j', (memory) => {
    expect(() => memoryMapOf(memory as never)).toThrow('`memory` says what memory the VM has');
  });
});
