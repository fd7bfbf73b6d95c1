import { describe, expect, it, test } from 'vitest';
import { buildPageTables, listMappings, type PageMapping, walkPageTables } from '../index.ts';
import { memoryOf, summary } from './paging.test-util.ts';

describe('what is built is what is walked', () => {
  it.each<['32-bit' | 'pae' | '4-level', number, bigint]>([
    ['32-bit', 0x1000, 0xc0000000n],
    ['32-bit', 0x400000, 0xc0000000n],
    ['pae', 0x1000, 0xc0000000n],
    ['pae', 0x200000, 0xffe00000n],
    ['4-level', 0x1000, 0xffff800000000000n],
    ['4-level', 0x200000, 0xffff800000000000n],
    ['4-level', 0x40000000, 0x40000000n],
  ])('%s, pages of 0x%x', (mode, pageSize, linear) => {
    const memory = memoryOf();
    const mapping = { linear, physical: pageSize, length: pageSize, pageSize };
    const tables = buildPageTables(memory, mode, 0x10000, [mapping]);
    expect(tables.mode).toBe(mode);
    expect(summary(walkPageTables(memory, tables, linear + 0xabcn))).toBe(
      `${(pageSize + 0xabc).toString(16)} in ${pageSize.toString(16)}`,
    );
    expect(listMappings(memory, tables).ranges).toHaveLength(1);
  });

  test('tables follow each other, and what lay there before is gone', () => {
    const memory = memoryOf();
    memory.write(0x10000, new Uint8Array(0x10000).fill(0xff));
    const tables = buildPageTables(memory, 'pae', 0x10000, [
      { linear: 0n, physical: 0, length: 0x1000 },
      { linear: 0xffff_f000n, physical: 0x2000, length: 0x1000 },
    ]);
    // Pointers, and a directory and a table for each end.
    expect(tables).toMatchObject({ cr3: 0x10000n, end: 0x15000, cr4: 0x20n, efer: 0n });
    expect(listMappings(memory, tables).ranges).toHaveLength(2);
  });

  test('registers say what the tables need', () => {
    const page = { linear: 0n, physical: 0, length: 0x400000, pageSize: 0x400000 };
    expect(buildPageTables(memoryOf(), '32-bit', 0, [page])).toMatchObject({ cr0: 0x80000011n, cr4: 0x10n });
    const small = { linear: 0n, physical: 0, length: 0x1000 };
    expect(buildPageTables(memoryOf(), '32-bit', 0, [small])).toMatchObject({ cr4: 0n, efer: 0n });
    expect(buildPageTables(memoryOf(), '4-level', 0, [{ ...small, executable: false }])).toMatchObject({
      cr4: 0x20n,
      efer: 0xd00n,
    });
  });
});

describe('what is refused', () => {
  const page: PageMapping = { linear: 0n, physical: 0, length: 0x1000 };
  it.each<[string, '32-bit' | 'pae' | '4-level', PageMapping[]]>([
    ['a page twice', 'pae', [page, page]],
    ['a page in a large one', '4-level', [{ ...page, length: 0x200000, pageSize: 0x200000 }, page]],
    ['a large page over small ones', '4-level', [page, { ...page, length: 0x200000, pageSize: 0x200000 }]],
    ['half a page', 'pae', [{ ...page, length: 0x800 }]],
    ['an address inside of a page', '4-level', [{ ...page, linear: 0xffff_8000_0000_0001n }]],
    ['a physical one', '32-bit', [{ ...page, physical: 0x800 }]],
    ['pages of 1 GiB without long mode', 'pae', [{ ...page, length: 2 ** 30, pageSize: 2 ** 30 }]],
    ['pages of 2 MiB in 32-bit paging', '32-bit', [{ ...page, length: 0x200000, pageSize: 0x200000 }]],
    ['XD in 32 bits', '32-bit', [{ ...page, executable: false }]],
    ['beyond 4 GiB', 'pae', [{ ...page, linear: 0xffff_f000n, length: 0x2000 }]],
    ['physical memory beyond 4 GiB', '32-bit', [{ ...page, physical: 2 ** 32 }]],
    ['what is not canonical', '4-level', [{ ...page, linear: 1n << 47n }]],
    ['NaN', 'pae', [{ ...page, length: Number.NaN }]],
  ])('%s', (_name, mode, mappings) => {
    expect(() => buildPageTables(memoryOf(), mode, 0x10000, mappings)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  test('tables beyond the memory', () => {
    expect(() => buildPageTables(memoryOf(), '4-level', 0xff000, [page])).toThrow(
      expect.objectContaining({ code: 'ERR_GUEST_ADDRESS' }),
    );
  });
});
