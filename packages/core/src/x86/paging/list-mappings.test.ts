import { expect, test } from 'vitest';
import { buildPageTables, listMappings, type PagingMode, walkPageTables } from '../index.ts';
import { memoryOf, P, RW, registersOf } from './paging.test-util.ts';

test('pages that go on are one range; sizes, rights and gaps divide', () => {
  const memory = memoryOf();
  const tables = buildPageTables(memory, '4-level', 0x10000, [
    { linear: 0n, physical: 0, length: 0x200000 },
    { linear: 0x200000n, physical: 0x200000, length: 0x400000, pageSize: 0x200000 },
    { linear: 0x600000n, physical: 0x600000, length: 0x2000, writable: false, user: true },
    { linear: 0x602000n, physical: 0x702000, length: 0x1000, writable: false, user: true },
    { linear: 0xffff_ffff_ffff_f000n, physical: 0x5000, length: 0x1000, executable: false },
  ]);
  const { ranges, complete } = listMappings(memory, tables);
  expect(complete).toBe(true);
  const rights = { supervisor: 'rwx', user: '---' };
  const userRights = { supervisor: 'rwx', user: 'r-x' };
  expect(ranges).toEqual([
    { linear: 0n, length: 0x200000n, physical: 0, pageSize: 0x1000, rights },
    { linear: 0x200000n, length: 0x400000n, physical: 0x200000, pageSize: 0x200000, rights },
    { linear: 0x600000n, length: 0x2000n, physical: 0x600000, pageSize: 0x1000, rights: userRights },
    { linear: 0x602000n, length: 0x1000n, physical: 0x702000, pageSize: 0x1000, rights: userRights },
    {
      linear: 0xffff_ffff_ffff_f000n,
      length: 0x1000n,
      physical: 0x5000,
      pageSize: 0x1000,
      rights: { supervisor: 'rw-', user: '---' },
    },
  ]);
});

test.each<PagingMode>(['32-bit', 'pae', '4-level', '5-level'])('%s: every table that leads to itself ends', (mode) => {
  const memory = memoryOf();
  // Each entry leads back to the table, and at the last level to a page of it.
  for (let at = 0; at < 4096; at += 8) {
    if (mode === '32-bit') memory.writeU64(0x1000 + at, 0x1003_0000_1003n);
    else memory.writeU64(0x1000 + at, 0x1000n | P | (mode === 'pae' && at < 32 ? 0n : RW));
  }
  const { ranges, complete } = listMappings(memory, registersOf(mode), { maxPages: 5000 });
  expect(complete).toBe(false);
  expect(ranges).toHaveLength(5000);
});

test('no paging, no tables, nothing but faults', () => {
  const memory = memoryOf();
  expect(listMappings(memory, registersOf('none'))).toEqual({ ranges: [], complete: true });
  expect(listMappings(memory, registersOf('4-level', { cr3: 0xf_ffff_f000n }))).toEqual({ ranges: [], complete: true });
  memory.write(0x1000, new Uint8Array(4096).fill(0xff));
  for (const mode of ['32-bit', 'pae', '4-level', '5-level'] as const) {
    expect(listMappings(memory, registersOf(mode))).toEqual({ ranges: [], complete: true });
  }
});

test('what it lists is what a walk finds, in tables of noise', () => {
  let seed = 12345;
  const random = (): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return seed / 2 ** 32;
  };
  for (const mode of ['32-bit', 'pae', '4-level', '5-level'] as const) {
    const memory = memoryOf({ base: 0, size: 0x8000 });
    for (let at = 0; at < 0x8000; at += 8) {
      if (random() < 0.97) continue;
      const flags = BigInt(Math.floor(random() * 0x200)) | P;
      const high = random() < 0.1 ? BigInt(Math.floor(random() * 2 ** 32)) << 32n : 0n;
      memory.writeU64(at, (BigInt(Math.floor(random() * 10)) << 12n) | flags | high);
    }
    const registers = registersOf(mode);
    const { ranges } = listMappings(memory, registers, { maxPages: 20_000 });
    for (const { linear, length, physical, pageSize, rights } of ranges) {
      for (const offset of [0n, length - 1n]) {
        const walk = walkPageTables(memory, registers, linear + offset);
        expect(walk).toMatchObject({ physical: physical + Number(offset), pageSize, rights });
        expect(walk.fault).toBeUndefined();
      }
    }
  }
});
