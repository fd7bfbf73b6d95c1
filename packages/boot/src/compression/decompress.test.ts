import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { canDecompress, compressionFormat, decompress } from '../index.ts';
import { content } from './content.test-util.ts';
import { FIXTURES, LARGE } from './fixtures.test-util.ts';

const decode = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const files: [string, Uint8Array][] = [
  ...Object.entries(FIXTURES).map(([name, base64]): [string, Uint8Array] => [name, decode(base64)]),
  ['gzip', Uint8Array.from(gzipSync(content(6000)))],
];

describe.each(files)('%s', (name, file) => {
  it('is recognized and unpacked', async () => {
    expect(name.startsWith(compressionFormat(file) as string)).toBe(true);
    expect(await decompress(file)).toEqual(content(6000));
  });

  it('is unpacked also if it is part of a larger buffer, with the size behind it as in kernels', async () => {
    const buffer = new Uint8Array(file.length + 13);
    buffer.set(file, 9);
    buffer.set([0x70, 0x17], file.length + 9);
    const behind = name === 'gzip' ? 0 : 4;
    expect(await decompress(buffer.subarray(9, 9 + file.length + behind))).toEqual(content(6000));
  });

  it('is refused if it is cut off', async () => {
    for (const length of [13, 30, file.length >> 1, file.length - (name === 'lzma' ? 8 : 40)]) {
      const cut = decompress(file.subarray(0, length), { name: 'cut' });
      await expect(cut).rejects.toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
      await expect(decompress(file.subarray(0, length), { name: 'cut' })).rejects.toThrow(/^cut is a damaged/);
    }
  });

  it('is refused if it unpacks to more than is allowed', async () => {
    await expect(decompress(file, { maximum: 5999, name: 'big' })).rejects.toThrow(
      'big unpacks to more than 5999 bytes',
    );
    expect(await decompress(file, { maximum: 6000 })).toHaveLength(6000);
  });
});

describe('decompress', () => {
  it('unpacks what is larger than a chunk, and says how far it is', async () => {
    const seen: number[] = [];
    const bytes = await decompress(decode(LARGE), { onProgress: (count) => seen.push(count) });
    expect(bytes).toHaveLength(3_600_000);
    expect(bytes.subarray(2_400_000, 2_406_000)).toEqual(content(6000));
    expect(seen.at(-1)).toBe(3_600_000);
  });

  it('notices a wrong checksum of xz', async () => {
    const file = decode(FIXTURES['xz with the x86 filter']);
    // The check is before the index, whose size the footer tells.
    const index = (new DataView(file.buffer).getUint32(file.length - 8, true) + 1) * 4;
    file[file.length - 12 - index - 1] ^= 1;
    await expect(decompress(file)).rejects.toThrow('a wrong checksum');
  });

  it('refuses what it does not know, by name', async () => {
    const bzip2 = Uint8Array.from([0x42, 0x5a, 0x68, 0x39, ...new Array(20).fill(0)]);
    expect([compressionFormat(bzip2), canDecompress('bzip2'), canDecompress('lzo'), canDecompress('xz')]).toEqual([
      'bzip2',
      false,
      false,
      true,
    ]);
    await expect(decompress(bzip2, { name: 'k' })).rejects.toThrow(
      'k cannot be unpacked: it is bzip2, which is not supported',
    );
    await expect(decompress(new Uint8Array(20))).rejects.toThrow('it is of no format that is known');
    await expect(decompress(new Uint8Array(0))).rejects.toThrow('the file is empty');
  });
});
