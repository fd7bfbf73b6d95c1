import { describe, expect, it, test } from 'vitest';
import { type PagingMode, pagingMode, walkPageTables } from '../index.ts';
import { memoryOf, P, PS, RW, registersOf, summary, US, walkWith, XD } from './paging.test-util.ts';

const ALL = P | RW | US;

describe('which paging there is', () => {
  it.each<[PagingMode, Partial<Record<'cr0' | 'cr4' | 'efer', bigint>>]>([
    ['none', { cr0: 0x11n, cr4: 0x1030n, efer: 0xd00n }],
    ['32-bit', { cr4: 0x10n }],
    ['pae', { cr4: 0x20n, efer: 0x800n }],
    ['4-level', { cr4: 0x20n, efer: 0x500n }],
    ['5-level', { cr4: 0x1020n, efer: 0x500n }],
  ])('%s: %o', (mode, changes) => {
    expect(pagingMode(registersOf('32-bit', changes))).toBe(mode);
  });

  test('without paging, the address is physical, and cut to 32 bits', () => {
    expect(walkPageTables(memoryOf(), registersOf('none'), 0x1_1234_5678n)).toEqual({
      mode: 'none',
      linear: 0x12345678n,
      entries: [],
      physical: 0x12345678,
      rights: { supervisor: 'rwx', user: 'rwx' },
    });
  });
});

describe('each level', () => {
  test('32-bit, pages of 4 KiB', () => {
    const walk = walkWith('32-bit', { 4100: 0x2000n | ALL | 0x20n, 12284: 0x5000n | ALL | 0x178n }, 0x7ffabcn);
    expect(walk).toMatchObject({ physical: 0x5abc, pageSize: 4096 });
    expect(walk.fault).toBeUndefined();
    expect(walk.entries).toEqual([
      {
        name: 'PDE',
        table: 0x1000,
        index: 1,
        address: 0x1004,
        value: 0x2027n,
        flags: ['P', 'RW', 'US', 'A'],
        reserved: 0n,
      },
      {
        name: 'PTE',
        table: 0x2000,
        index: 1023,
        address: 0x2ffc,
        value: 0x517fn,
        flags: ['P', 'RW', 'US', 'PWT', 'PCD', 'A', 'D', 'G'],
        reserved: 0n,
      },
    ]);
  });

  test('32-bit, pages of 4 MiB, beyond 4 GiB too', () => {
    const entry = 0x00c0_0000n | (5n << 13n) | ALL | PS | 0x1000n;
    const walk = walkWith('32-bit', { 4100: entry }, 0x7ffabcn, { physicalBits: 36 });
    expect(summary(walk)).toBe('500fffabc in 400000');
    expect(walk.entries.map(({ flags }) => flags)).toEqual([['P', 'RW', 'US', 'PS', 'PAT']]);
    // Without CR4.PSE, bit 7 of a page-directory entry says nothing.
    const small = walkWith('32-bit', { 4100: 0x2000n | ALL | PS, 12284: 0x5000n | ALL }, 0x7ffabcn, {
      registers: { cr4: 0n },
    });
    expect(summary(small)).toBe('5abc in 1000');
  });

  test('PAE: four pointers without rights, at a multiple of 32', () => {
    const entries = { 4184: 0x2000n | P | 0x18n, 12280: 0x3000n | ALL | XD, 16376: 0xf_0000_5000n | ALL | 0x80n };
    const walk = walkWith('pae', entries, 0xffff_fabcn, { registers: { cr3: 0x1047n, efer: 0x800n } });
    expect(summary(walk)).toBe('f00005abc in 1000');
    expect(walk.entries.map(({ name, index, flags }) => [name, index, ...flags])).toEqual([
      ['PDPTE', 3, 'P', 'PWT', 'PCD'],
      ['PDE', 511, 'P', 'RW', 'US', 'XD'],
      ['PTE', 511, 'P', 'RW', 'US', 'PAT'],
    ]);
    expect(walk.rights).toEqual({ supervisor: 'rw-', user: 'rw-' });
  });

  test('PAE: pages of 2 MiB', () => {
    expect(summary(walkWith('pae', { 4096: 0x2001n, 8200: 0x40_0000n | ALL | PS }, 0x2abcden))).toBe(
      '4abcde in 200000',
    );
  });

  const long = { 6144: 0x2000n | ALL, 8200: 0x3000n | ALL, 12304: 0x4000n | ALL, 16408: 0x5000n | ALL };
  test('4 levels', () => {
    const walk = walkWith('4-level', long, 0xffff_8000_4040_3abcn);
    expect(walk.entries.map(({ name, index, address }) => [name, index, address])).toEqual([
      ['PML4E', 256, 0x1800],
      ['PDPTE', 1, 0x2008],
      ['PDE', 2, 0x3010],
      ['PTE', 3, 0x4018],
    ]);
    expect(summary(walk)).toBe('5abc in 1000');
    expect(summary(walkWith('4-level', { ...long, 12304: 0x60_0000n | ALL | PS }, 0xffff_8000_4040_3abcn))).toBe(
      '603abc in 200000',
    );
    expect(summary(walkWith('4-level', { ...long, 8200: 0x8000_0000n | ALL | PS }, 0xffff_8000_4040_3abcn))).toBe(
      '80403abc in 40000000',
    );
  });

  test('5 levels', () => {
    const walk = walkWith('5-level', { ...long, 6144: 0x6000n | ALL, 24576: 0x2000n | ALL }, 0xff00_0000_4040_3abcn);
    expect(walk.entries.map(({ name }) => name)).toEqual(['PML5E', 'PML4E', 'PDPTE', 'PDE', 'PTE']);
    expect(summary(walk)).toBe('5abc in 1000');
  });
});

describe('faults', () => {
  const tables = { 4096: 0x2000n | ALL, 8192: 0x3000n | ALL, 12288: 0x4000n | ALL, 16384: 0x5000n | ALL };

  test('each level may be absent, and the walk ends there', () => {
    [0x1000, 0x2000, 0x3000, 0x4000].forEach((address, n) => {
      const walk = walkWith('4-level', { ...tables, [address]: 0xabc0n }, 0n);
      expect(summary(walk)).toBe('not-present 0');
      expect(walk.entries).toHaveLength(n + 1);
      expect(walk.entries[n]).toMatchObject({ value: 0xabc0n, flags: [], reserved: 0n });
    });
  });

  test('addresses that are not canonical are none', () => {
    for (const linear of [1n << 47n, 0xffff_7fff_ffff_ffffn]) {
      expect(walkWith('4-level', tables, linear)).toMatchObject({
        entries: [],
        fault: { reason: 'non-canonical', errorCode: 0 },
      });
    }
    expect(summary(walkWith('5-level', { 4096: 0n }, 1n << 47n))).toBe('not-present 0');
    expect(summary(walkWith('5-level', { 4096: 0n }, 1n << 56n))).toBe('non-canonical 0');
  });

  it.each<
    [string, PagingMode, Record<number, bigint>, bigint, { physicalBits?: number; registers?: { efer: bigint } }]
  >([
    ['address bits of a page of 4 MiB', '32-bit', { 4096: 0x2_0083n }, 0x2_0000n, { physicalBits: 36 }],
    ['bit 21 of it', '32-bit', { 4096: 0x20_0083n }, 0x20_0000n, {}],
    ['address bits', 'pae', { 4096: 0x2001n, 8192: 0x10_0000_3003n }, 0x10_0000_0000n, { physicalBits: 36 }],
    ['bits 52 to 62 in PAE paging', 'pae', { 4096: 0x2001n, 8192: 0x4010_0000_0000_3003n }, 0x4010n << 48n, {}],
    ['rights of a PDPTE', 'pae', { 4096: 0x2007n }, 6n, {}],
    ['XD of a PDPTE', 'pae', { 4096: XD | 0x2001n }, XD, { registers: { efer: 0x800n } }],
    ['XD without EFER.NXE', 'pae', { 4096: 0x2001n, 8192: XD | 0x3003n }, XD, {}],
    ['XD in long mode', '4-level', { 4096: XD | 0x2003n }, XD, {}],
    ['PS of a PML4E', '4-level', { 4096: 0x2083n }, 0x80n, {}],
    ['the offset of 2 MiB', '4-level', { 4096: 0x2003n, 8192: 0x3003n, 12288: 0x10_3083n }, 0x10_2000n, {}],
    ['the offset of 1 GiB', '4-level', { 4096: 0x2003n, 8192: 0x2000_3083n }, 0x2000_2000n, {}],
  ])('reserved: %s', (_name, mode, entries, reserved, options) => {
    const walk = walkWith(mode, entries, 0n, options);
    expect(walk.entries.at(-1)?.reserved).toBe(reserved);
    expect(summary(walk)).toBe('reserved-bits 9');
    expect(walk.physical).toBeUndefined();
  });

  test('bits 52 to 62 of long mode are not reserved', () => {
    expect(summary(walkWith('4-level', { ...tables, 4096: 0x7ff0_0000_0000_2007n }, 0n))).toBe('5000 in 1000');
  });

  test('a table outside of memory is told, and nothing is guessed', () => {
    const walk = walkWith('4-level', { ...tables, 12288: 0xffff_ffff_f000n | ALL }, 0x1000n);
    expect(walk.fault).toEqual({ reason: 'no-memory', errorCode: undefined });
    expect(walk.entries.at(-1)).toMatchObject({ address: 0xffff_ffff_f008, value: undefined, flags: [] });
  });

  test('error codes say what was done', () => {
    const codes = (options: Parameters<typeof walkWith>[3]): (number | undefined)[] =>
      (['read', 'write', 'execute'] as const).map(
        (access) => walkWith('pae', { 4096: 0n }, 0n, { access, ...options }).fault?.errorCode,
      );
    expect(codes({})).toEqual([0, 2, 0]);
    expect(codes({ user: true })).toEqual([4, 6, 4]);
    expect(codes({ user: true, registers: { efer: 0x800n } })).toEqual([4, 6, 20]);
    expect(codes({ registers: { cr4: 0x100020n } })).toEqual([0, 2, 16]);
    // EFER.NXE means nothing to entries of 32 bits.
    expect(walkWith('32-bit', {}, 0n, { access: 'execute', registers: { efer: 0x800n } }).fault).toEqual({
      reason: 'not-present',
      errorCode: 0,
    });
  });
});

describe('rights', () => {
  const WP = { cr0: 0x80010011n };
  it.each<[string, bigint, bigint, object, string, string]>([
    ['all', ALL, ALL, {}, 'rwx', 'rwx'],
    ['a page of the supervisor', ALL, P | RW, {}, 'rwx', '---'],
    ['a table of the supervisor', P | RW, ALL, {}, 'rwx', '---'],
    ['read-only, without CR0.WP', ALL, P | US, {}, 'rwx', 'r-x'],
    ['read-only, with CR0.WP', P | US, ALL, WP, 'r-x', 'r-x'],
    ['XD', XD | ALL, ALL, { efer: 0x800n }, 'rw-', 'rw-'],
    ['SMEP', ALL, ALL, { cr4: 0x100020n }, 'rw-', 'rwx'],
    ['SMAP', ALL, ALL, { cr4: 0x200020n }, '--x', 'rwx'],
    ['SMAP and SMEP, a page of the supervisor', ALL, P | RW, { cr4: 0x300020n }, 'rwx', '---'],
  ])('%s', (_name, table, page, registers, supervisor, user) => {
    const entries = { 4096: 0x2001n, 8192: 0x3000n | table, 12288: 0x4000n | page };
    expect(walkWith('pae', entries, 0n, { registers }).rights).toEqual({ supervisor, user });
    for (const [byUser, rights] of [
      [false, supervisor],
      [true, user],
    ] as const) {
      for (const access of ['read', 'write', 'execute'] as const) {
        const { fault, physical } = walkWith('pae', entries, 0n, { access, user: byUser, registers });
        const letter = access === 'execute' ? 'x' : access.slice(0, 1);
        expect(fault?.reason).toBe(rights.includes(letter) ? undefined : 'protection');
        if (fault !== undefined) expect((fault.errorCode ?? 0) & 1).toBe(1);
        expect(physical).toBe(0x4000);
      }
    }
  });
});

test('it changes nothing', () => {
  const memory = memoryOf();
  memory.writeU32(0x1000, 0x2007);
  memory.writeU32(0x2000, 0x5007);
  const before = memory.read(0, 0x3000);
  const log = memory.dirtyLog;
  expect(log).toBeDefined();
  const heard: number[] = [];
  memory.onHostWrite((address) => heard.push(address));
  walkPageTables(memory, registersOf('32-bit'), 0n, { access: 'write' });
  expect(memory.read(0, 0x3000)).toEqual(before);
  expect(heard).toEqual([]);
});
