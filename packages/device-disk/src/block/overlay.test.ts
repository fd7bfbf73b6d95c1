import { Random } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { memoryBlocks, overlay, readOnly, sparseBlocks } from '../index.ts';
import type { BlockBackend } from './block-backend.ts';
import { pattern, slowBlocks } from './slow-blocks.test-util.ts';

const SIZE = 64 * 1024;

function bytesOf(blocks: BlockBackend, offset = 0, length = blocks.size): Uint8Array {
  const out = new Uint8Array(length);
  expect(blocks.read(offset, out)).toBeUndefined();
  return out;
}

describe('overlay', () => {
  it('shows what was written, and leaves the base as it is', () => {
    const base = memoryBlocks(pattern(SIZE));
    const disk = overlay(readOnly(base));
    disk.write(512, new Uint8Array(1024).fill(1));
    disk.write(3 * 4096 + 512 * 7, new Uint8Array(1024).fill(2));
    const expected = pattern(SIZE)
      .fill(1, 512, 1536)
      .fill(2, 3 * 4096 + 512 * 7, 4 * 4096 + 512);
    expect(bytesOf(disk)).toEqual(expected);
    expect(bytesOf(disk, 1024, 1024)).toEqual(expected.subarray(1024, 2048));
    expect(base.bytes).toEqual(pattern(SIZE));
    expect(disk.changedBytes).toBe(3 * 4096);
  });

  it('is the same as a plain copy, whatever is read and written', () => {
    const numbers = new Random(7);
    const random = (below: number): number => numbers.below(below);
    const plain = memoryBlocks(pattern(SIZE));
    const onto = sparseBlocks(SIZE);
    const disks = [overlay(memoryBlocks(pattern(SIZE))), overlay(memoryBlocks(pattern(SIZE)), { onto })];
    for (let i = 0; i < 2000; i++) {
      const offset = random(SIZE / 512) * 512;
      const length = Math.min(SIZE - offset, 512 * (1 + random(20)));
      const data = pattern(length, i);
      if (random(2) === 0) for (const disk of [plain, ...disks]) disk.write(offset, data);
      else {
        const expected = bytesOf(plain, offset, length);
        for (const disk of disks) expect(Buffer.compare(bytesOf(disk, offset, length), expected), `${i}`).toBe(0);
      }
    }
  });

  it('fails a write beyond its bound, and keeps what it has', () => {
    const disk = overlay(memoryBlocks(pattern(SIZE)), { maxBytes: 2 * 4096 });
    disk.write(0, new Uint8Array(8192).fill(1));
    const before = bytesOf(disk);
    expect(() => disk.write(4096, new Uint8Array(8192).fill(2))).toThrow(
      expect.objectContaining({ code: 'ERR_DEVICE', message: expect.stringContaining('8192 bytes of memory') }),
    );
    expect(bytesOf(disk)).toEqual(before);
    disk.write(512, new Uint8Array(512).fill(3));
    expect(bytesOf(disk, 512, 512)).toEqual(new Uint8Array(512).fill(3));
  });

  it('forgets everything on discard, and gives its memory back', () => {
    const onto = sparseBlocks(SIZE);
    const disk = overlay(memoryBlocks(pattern(SIZE)), { onto });
    disk.write(0, new Uint8Array(4096));
    expect(onto.usedBytes).toBe(4096);
    disk.discard();
    expect(bytesOf(disk)).toEqual(pattern(SIZE));
    expect([onto.usedBytes, disk.changedBytes]).toEqual([0, 0]);
  });

  it('writes everything to the base on commit, and flushes it', async () => {
    const base = memoryBlocks(pattern(SIZE));
    const flushed: Uint8Array[] = [];
    const disk = overlay({ ...base, flush: () => void flushed.push(base.bytes.slice()) });
    disk.write(1024, new Uint8Array(512).fill(1));
    disk.write(SIZE - 512, new Uint8Array(512).fill(2));
    await disk.commit();
    expect(base.bytes).toEqual(
      pattern(SIZE)
        .fill(1, 1024, 1536)
        .fill(2, SIZE - 512),
    );
    expect(flushed).toEqual([base.bytes]);
    expect(disk.changedBytes).toBe(0);
  });

  it('keeps what the guest writes during a commit', async () => {
    const base = slowBlocks(SIZE);
    const disk = overlay(base);
    disk.write(0, new Uint8Array(512).fill(1));
    disk.write(4096, new Uint8Array(512).fill(2));
    const done = disk.commit();
    await base.settle();
    const late = disk.write(0, new Uint8Array(512).fill(3));
    await base.settleAll();
    await Promise.all([late, done]);
    const out = new Uint8Array(512);
    await disk.read(0, out);
    expect([base.bytes[0], base.bytes[4096], out[0], disk.changedBytes]).toEqual([1, 2, 3, 4096]);
  });

  it.each([0, 1, 2, 3, 4, 5])(
    'forgets nothing that is being read when a commit ends (%i turns after it began)',
    async (turns) => {
      const base = memoryBlocks(pattern(8192));
      const slowToRead: BlockBackend = {
        size: base.size,
        readonly: false,
        read: (offset, out) => new Promise((resolve) => setImmediate(() => resolve(base.read(offset, out)))),
        write: (offset, data) => base.write(offset, data),
        flush: () => {},
      };
      const disk = overlay(slowToRead);
      disk.write(512, new Uint8Array(512).fill(9));
      const done = disk.commit();
      for (let turn = 0; turn < turns; turn++) await undefined;
      const out = new Uint8Array(1024);
      await disk.read(0, out);
      await done;
      expect(out).toEqual(pattern(8192).subarray(0, 1024).fill(9, 512));
      expect(disk.changedBytes).toBe(0);
    },
  );

  it('forgets nothing if a commit fails', async () => {
    const base = slowBlocks(SIZE);
    const disk = overlay(base);
    disk.write(0, new Uint8Array(512).fill(1));
    const done = disk.commit();
    await base.settle();
    const refused = expect(done).rejects.toThrow('no flush');
    await base.settle(new Error('no flush'));
    await refused;
    expect(bytesOf(disk, 0, 512)).toEqual(new Uint8Array(512).fill(1));
    await expect(overlay(readOnly(base)).commit()).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
  });

  it('puts together what comes from a slow base and a slow upper half, one thing at a time', async () => {
    const base = slowBlocks(pattern(8192));
    const onto = slowBlocks(8192);
    const disk = overlay(base, { onto });
    const written = disk.write(1024, new Uint8Array(512).fill(9));
    const out = new Uint8Array(4096);
    const read = disk.read(0, out);
    expect([base.asked, onto.asked]).toEqual([[], ['write 1024+512']]);
    await onto.settle();
    await written;
    expect([base.asked, onto.asked]).toEqual([['read 0+1024'], []]);
    await base.settle();
    expect([base.asked, onto.asked]).toEqual([[], ['read 1024+512']]);
    await onto.settle();
    await base.settle();
    await read;
    expect(out).toEqual(pattern(8192).subarray(0, 4096).fill(9, 1024, 1536));
  });

  it('passes on what its halves fail with', async () => {
    const base = slowBlocks(8192);
    const disk = overlay(base);
    const read = expect(disk.read(0, new Uint8Array(512))).rejects.toThrow('broken');
    await base.settle(new Error('broken'));
    await read;
    const again = disk.read(0, new Uint8Array(512));
    await base.settle();
    await again;
  });

  it('refuses to go onto what is too small or read-only', () => {
    expect(() => overlay(memoryBlocks(1024), { onto: memoryBlocks(512) })).toThrow('as large');
    expect(() => overlay(memoryBlocks(512), { onto: readOnly(memoryBlocks(512)) })).toThrow('writable');
  });
});

describe('readOnly', () => {
  it('refuses writes', () => {
    const disk = readOnly(memoryBlocks(pattern(512)));
    expect(bytesOf(disk)).toEqual(pattern(512));
    expect(disk.readonly).toBe(true);
    expect(() => disk.write(0, new Uint8Array(512))).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED' }));
  });
});

describe('sparseBlocks', () => {
  it('is zeros, and takes memory only for what was written', () => {
    const disk = sparseBlocks(2 ** 40);
    disk.write(2 ** 40 - 512, new Uint8Array(512).fill(5));
    expect(bytesOf(disk, 2 ** 40 - 1024, 1024)).toEqual(new Uint8Array(1024).fill(5, 512));
    expect(disk.usedBytes).toBe(4096);
    expect(() => disk.read(2 ** 40 - 512, new Uint8Array(1024))).toThrow('not inside');
    expect(() => sparseBlocks(100)).toThrow('multiple of 512');
    expect(() => sparseBlocks(512, { maxBytes: Number.NaN })).toThrow('maxBytes');
  });
});
