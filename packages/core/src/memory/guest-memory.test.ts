import { describe, expect, it } from 'vitest';
import { Arena, GuestMemory, type MemoryRegionSpec, PAGE_SIZE } from '../index.ts';

function memoryOf(...specs: MemoryRegionSpec[]): GuestMemory {
  return new GuestMemory(new Arena(specs.reduce((sum, { size }) => sum + size, 0)), specs);
}

const adjacent = (): GuestMemory =>
  memoryOf({ base: 0x2000, size: PAGE_SIZE, name: 'high' }, { base: 0x1000, size: PAGE_SIZE, name: 'low' });

const notMemory = expect.objectContaining({ code: 'ERR_GUEST_ADDRESS' });

describe('GuestMemory', () => {
  it('sorts its regions and finds them by address', () => {
    const memory = adjacent();
    expect(memory.regions.map(({ name, base, size, end }) => [name, base, size, end])).toEqual([
      ['low', 0x1000, 0x1000, 0x2000],
      ['high', 0x2000, 0x1000, 0x3000],
    ]);
    expect([0xfff, 0x1000, 0x1fff, 0x2000, 0x2fff, 0x3000].map((at) => memory.regionAt(at)?.name)).toEqual([
      undefined,
      'low',
      'low',
      'high',
      'high',
      undefined,
    ]);
    expect(memory.size).toBe(0x2000);
  });

  it('calls regions ram and rom unless they have names', () => {
    const memory = memoryOf({ base: 0, size: PAGE_SIZE }, { base: 0xf0000, size: PAGE_SIZE, readonly: true });
    expect(memory.regions.map(({ name, readonly }) => [name, readonly])).toEqual([
      ['ram', false],
      ['rom', true],
    ]);
  });

  it('may be empty', () => {
    const memory = memoryOf();
    expect(memory.size).toBe(0);
    expect(() => memory.readU8(0)).toThrow(notMemory);
    expect(memory.read(0, 0).length).toBe(0);
  });

  it('reads what was written, across regions that touch', () => {
    const memory = adjacent();
    const data = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
    memory.write(0x1ff8, data);
    expect(memory.read(0x1ff8, 16)).toEqual(data);
    expect(memory.regionAt(0x1000)?.bytes[0xfff]).toBe(8);
    expect(memory.regionAt(0x2000)?.bytes[0]).toBe(9);
    const target = new Uint8Array(4);
    memory.readInto(0x1ffe, target);
    expect([...target]).toEqual([7, 8, 9, 10]);
    expect([memory.contiguous(0x1ffe), memory.contiguous(0x3000)]).toEqual([0x1002, 0]);
  });

  it('gives copies that the guest does not change', () => {
    const memory = adjacent();
    const copy = memory.read(0x1000, 4);
    memory.writeU32(0x1000, 0x01010101);
    expect([...copy]).toEqual([0, 0, 0, 0]);
  });

  it('writes all or nothing, and reads all or nothing', () => {
    const memory = memoryOf({ base: 0x1000, size: PAGE_SIZE }, { base: 0x4000, size: PAGE_SIZE });
    expect(() => memory.write(0x1fff, Uint8Array.of(1, 2))).toThrow(notMemory);
    expect(memory.readU8(0x1fff)).toBe(0);
    const target = Uint8Array.of(9, 9);
    memory.writeU8(0x1fff, 5);
    expect(() => memory.readInto(0x1fff, target)).toThrow(notMemory);
    expect([...target]).toEqual([9, 9]);
    expect(() => memory.writeU16(0x3fff, 0x0101)).toThrow(notMemory);
    expect(memory.readU8(0x4000)).toBe(0);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])('has nothing at the address %s', (address) => {
    const memory = memoryOf({ base: 0, size: PAGE_SIZE });
    expect(() => memory.read(address, 1)).toThrow(notMemory);
    expect(() => memory.view(address, 1)).toThrow(notMemory);
    expect(() => memory.write(address, Uint8Array.of(1))).toThrow(notMemory);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 40])('has no %s bytes', (length) => {
    const memory = memoryOf({ base: 0, size: PAGE_SIZE });
    expect(() => memory.read(0, length)).toThrow(notMemory);
    expect(() => memory.view(0, length)).toThrow(notMemory);
  });

  it.each([[[1, 2]], ['text'], [undefined], [null], [Uint16Array.of(1)], [new ArrayBuffer(4)]])(
    'writes from nothing but bytes: %o',
    (data) => {
      expect(() => adjacent().write(0x1000, data as never)).toThrow(
        expect.objectContaining({
          code: 'ERR_INVALID_ARGUMENT',
          message: expect.stringContaining('from a Uint8Array'),
        }),
      );
    },
  );

  it('has little-endian accessors of every width, at any alignment', () => {
    const memory = adjacent();
    memory.writeU64(0x1ffd, 0x8877665544332211n);
    expect(memory.readU8(0x1ffd)).toBe(0x11);
    expect(memory.readU16(0x1ffe)).toBe(0x3322);
    expect(memory.readU32(0x2001)).toBe(0x88776655);
    expect(memory.readU64(0x1ffd)).toBe(0x8877665544332211n);
    memory.writeU32(0x1000, -1);
    memory.writeU16(0x1001, 0);
    memory.writeU8(0x1003, 0x17f);
    expect(memory.readU32(0x1000)).toBe(0x7f0000ff);
  });

  it.each([
    ['writeU8', 'abc', "a number is written to guest memory, not 'abc'"],
    ['writeU8', Number.NaN, 'not NaN'],
    ['writeU16', undefined, 'not undefined'],
    ['writeU32', 5n, 'not 5n'],
    ['writeU64', 5, 'a bigint is written to guest memory, not 5'],
  ] as const)('%s takes no %o', (name, value, message) => {
    const memory = adjacent();
    expect(() => memory[name](0x1000, value as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(message) }),
    );
    expect(memory.readU64(0x1000)).toBe(0n);
  });

  it('has no bytes at what is no address', () => {
    for (const address of ['abc', Number.NaN, undefined, 0x1000n]) {
      expect(adjacent().contiguous(address as never)).toBe(0);
      expect(() => adjacent().view(address as never, 1)).toThrow(notMemory);
    }
  });

  it('has views of the bytes themselves, inside one region', () => {
    const memory = adjacent();
    memory.view(0x1ffe, 2)[1] = 7;
    expect(memory.readU8(0x1fff)).toBe(7);
    expect(() => memory.view(0x1fff, 2)).toThrow(notMemory);
    expect(() => memory.view(0x3000, 1)).toThrow(notMemory);
  });

  it('tells listeners of every write by the host', () => {
    const memory = adjacent();
    const heard: number[][] = [];
    const listening = memory.onHostWrite((address, length) => heard.push([address, length]));
    memory.write(0x1ffe, new Uint8Array(4));
    memory.write(0x1000, new Uint8Array(0));
    memory.writeU16(0x1000, 1);
    memory.markDirty(0x2000, 3);
    listening[Symbol.dispose]();
    memory.writeU8(0x1000, 1);
    expect(heard).toEqual([
      [0x1ffe, 4],
      [0x1000, 2],
      [0x2000, 3],
    ]);
  });

  it('lies in the arena, page-aligned, each region on its own', () => {
    const memory = adjacent();
    const [low, high] = memory.regions;
    expect(low.bytes.buffer).toBe(memory.arena.buffer);
    expect([low.arenaOffset % PAGE_SIZE, high.arenaOffset % PAGE_SIZE]).toEqual([0, 0]);
    expect(low.arenaOffset).not.toBe(high.arenaOffset);
    expect(low.bytes.byteOffset).toBe(low.arenaOffset);
  });

  it('refuses regions that overlap, naming both', () => {
    const overlap = () =>
      memoryOf({ base: 0, size: 0x2000, name: 'low' }, { base: 0x1000, size: 0x1000, readonly: true });
    expect(overlap).toThrow(expect.objectContaining({ code: 'ERR_REGION_OVERLAP' }));
    expect(overlap).toThrow('memory regions low (0x0-0x1fff) and rom (0x1000-0x1fff) overlap');
  });

  it.each([
    { base: 1, size: PAGE_SIZE },
    { base: 0, size: 100 },
    { base: 0, size: 0 },
    { base: -PAGE_SIZE, size: PAGE_SIZE },
    { base: 2 ** 52, size: PAGE_SIZE },
    { base: Number.NaN, size: PAGE_SIZE },
  ])('refuses a region with base $base and size $size', (spec) => {
    expect(() => new GuestMemory(new Arena(PAGE_SIZE), [spec])).toThrow(
      expect.objectContaining({ code: 'ERR_REGION_ALIGNMENT' }),
    );
  });
});

describe('DirtyLog', () => {
  it('knows the pages that the host wrote since the last time', () => {
    const memory = memoryOf({ base: 0, size: 16 * PAGE_SIZE }, { base: 0x100000, size: PAGE_SIZE });
    const log = memory.dirtyLog;
    memory.writeU8(0, 1);
    expect(log.take()).toEqual([]);
    log.start();
    expect(log.enabled).toBe(true);
    memory.write(0x2fff, Uint8Array.of(1, 2));
    memory.writeU8(0xffff, 1);
    memory.markDirty(0x100000, 1);
    expect(log.take()).toEqual([0x2000, 0x3000, 0xf000, 0x100000]);
    expect(log.take()).toEqual([]);
    memory.writeU8(0x5000, 1);
    log.start();
    expect(log.take()).toEqual([]);
    log.stop();
    memory.writeU8(0x5000, 1);
    expect(log.take()).toEqual([]);
    expect(log.enabled).toBe(false);
  });

  it('takes no harm from marks beyond memory', () => {
    const memory = memoryOf({ base: 0x1000, size: PAGE_SIZE });
    memory.dirtyLog.start();
    for (const [address, length] of [
      [-5, 3],
      [0, 2 ** 50],
      [0x2000, 1],
    ])
      memory.markDirty(address, length);
    expect(memory.dirtyLog.take()).toEqual([0x1000]);
  });

  it.each([
    [Number.NaN, 1],
    [0x1000, -1],
    [0x1000, undefined],
    ['0x1000', 1],
    [0x1000n, 1],
    [Symbol('address'), 1],
  ])('takes no mark that is none: %o, %o', (address, length) => {
    const memory = memoryOf({ base: 0x1000, size: PAGE_SIZE });
    memory.dirtyLog.start();
    expect(() => memory.markDirty(address as never, length as never)).toThrow(
      expect.objectContaining({ code: 'ERR_GUEST_ADDRESS' }),
    );
    expect(memory.dirtyLog.take()).toEqual([]);
  });

  it('forgets an accelerator that is gone', () => {
    const memory = memoryOf({ base: 0x1000, size: PAGE_SIZE });
    let collected = 0;
    const source = memory.addDirtySource({ start: () => {}, stop: () => {}, collect: () => void collected++ });
    memory.dirtyLog.start();
    memory.dirtyLog.take();
    source[Symbol.dispose]();
    memory.dirtyLog.take();
    expect(collected).toBe(1);
  });

  it('merges what an accelerator knows, and starts and stops it', () => {
    const memory = adjacent();
    const calls: string[] = [];
    memory.dirtyLog.start();
    memory.addDirtySource({
      start: ({ name }) => calls.push(`start ${name}`),
      stop: ({ name }) => calls.push(`stop ${name}`),
      collect: ({ name }, bitmap) => {
        expect(bitmap.length % 8).toBe(0);
        // KVM fills whole 64-bit words: what lies behind the region's end is to be ignored.
        if (name === 'high') bitmap.fill(0xff);
      },
    });
    memory.writeU8(0x1000, 1);
    expect(memory.dirtyLog.take()).toEqual([0x1000, 0x2000]);
    memory.dirtyLog.stop();
    memory.dirtyLog.stop();
    expect(calls).toEqual(['start low', 'start high', 'stop low', 'stop high']);
  });
});

describe('Arena', () => {
  it('hands out aligned, separate, zeroed pieces, up to its size', () => {
    const arena = new Arena(100_000);
    expect(arena.size).toBe(131_072);
    expect([arena.allocate(10), arena.allocate(10), arena.allocate(10, 16), arena.allocate(0, 1)]).toEqual([
      0, 4096, 4112, 4122,
    ]);
    expect(arena.used).toBe(4122);
    expect(new Uint8Array(arena.buffer).every((byte) => byte === 0)).toBe(true);
    expect(() => arena.allocate(131_072 - 4096)).toThrow(expect.objectContaining({ code: 'ERR_ARENA_FULL' }));
    expect(arena.allocate(131_072 - 8192)).toBe(8192);
  });

  it.each([
    [-1, 16],
    [0.5, 16],
    [Number.NaN, 16],
    [16, 3],
    [16, 0],
  ])('cannot reserve %s bytes aligned to %s', (size, alignment) => {
    expect(() => new Arena(4096).allocate(size, alignment)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it('is shared between threads only if asked', () => {
    expect(new Arena(1).buffer).toBeInstanceOf(ArrayBuffer);
    expect(new Arena(1, { shared: true }).buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('says so if the host has not so much', () => {
    expect(() => new Arena(2 ** 45)).toThrow(expect.objectContaining({ code: 'ERR_ARENA_FULL' }));
  });
});
