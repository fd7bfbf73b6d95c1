import { expect, it } from 'vitest';
import { blobBlocks } from '../index.ts';
import { pattern } from './slow-blocks.test-util.ts';

it('reads a Blob, and fills up its last block with zeros', async () => {
  const disk = blobBlocks(new Blob([pattern(700) as Uint8Array<ArrayBuffer>]));
  expect([disk.size, disk.readonly]).toEqual([1024, true]);
  const out = new Uint8Array(1024).fill(0xee);
  await disk.read(0, out);
  expect(out).toEqual(Uint8Array.from({ length: 1024 }, (_, i) => (i < 700 ? pattern(700)[i] : 0)));
  await disk.read(512, out.subarray(0, 512));
  expect(out.subarray(0, 188)).toEqual(pattern(700).subarray(512));
});

it('rejects what is outside, and writes', async () => {
  const disk = blobBlocks(new Blob([new Uint8Array(512)]));
  await expect(disk.read(512, new Uint8Array(512))).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  await expect(disk.write(0, new Uint8Array(512))).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
});
