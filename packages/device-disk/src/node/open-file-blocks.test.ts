import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pattern } from '../block/slow-blocks.test-util.ts';
import { deviceSize } from './file-kind.ts';
import { type FileBlocksOptions, openFileBlocks } from './index.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picovm-file-'));
  path = join(folder, 'disk.img');
  writeFileSync(path, pattern(4096));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const content = (): Uint8Array => new Uint8Array(readFileSync(path));

describe.each<FileBlocksOptions>([{}, { asynchronous: true }])('openFileBlocks with %o', (how) => {
  const open = (options: FileBlocksOptions = {}): ReturnType<typeof openFileBlocks> =>
    openFileBlocks(path, { ...how, ...options });

  it('reads and writes the file', async () => {
    const disk = open();
    expect([disk.size, disk.readonly, disk.path]).toEqual([4096, false, path]);
    const out = new Uint8Array(1024);
    await disk.read(512, out);
    expect(out).toEqual(pattern(4096).subarray(512, 1536));
    await disk.write(1024, new Uint8Array(512).fill(9));
    await disk.flush();
    expect(content()).toEqual(pattern(4096).fill(9, 1024, 1536));
    await disk.close();
    await disk.close();
  });

  it('refuses writes when it is read-only, and what is outside', async () => {
    const disk = open({ readonly: true });
    const write = async (): Promise<void> => disk.write(0, new Uint8Array(512));
    await expect(write()).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    const read = async (): Promise<void> => disk.read(4096, new Uint8Array(512));
    await expect(read()).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await disk.flush();
    await disk.close();
    const late = async (): Promise<void> => disk.read(0, new Uint8Array(512));
    await expect(late()).rejects.toMatchObject({ code: 'ERR_DEVICE', message: expect.stringContaining('was closed') });
  });

  it('fills up the last block with zeros, and writes it as a whole', async () => {
    writeFileSync(path, pattern(700));
    const disk = open();
    expect(disk.size).toBe(1024);
    const out = new Uint8Array(1024).fill(0xee);
    await disk.read(0, out);
    expect(out.subarray(0, 700)).toEqual(pattern(700));
    expect(out.subarray(700)).toEqual(new Uint8Array(324));
    expect(statSync(path).size).toBe(700);
    await disk.write(512, new Uint8Array(512).fill(4));
    expect(statSync(path).size).toBe(1024);
    await disk.read(512, out.subarray(0, 512));
    expect(out[511]).toBe(4);
    await disk.close();
  });

  it('fails reads of a file that was cut off behind its back, and goes on', async () => {
    const disk = open();
    truncateSync(path, 1000);
    const read = async (): Promise<void> => disk.read(512, new Uint8Array(1024));
    await expect(read()).rejects.toMatchObject({
      code: 'ERR_DEVICE',
      message: expect.stringContaining('shorter than when it was opened: it ends at 1000'),
    });
    const out = new Uint8Array(512);
    await disk.read(0, out);
    expect(out).toEqual(pattern(512));
    appendFileSync(path, new Uint8Array(5000));
    expect(disk.size).toBe(4096);
    await disk.read(3584, out);
    expect(out).toEqual(new Uint8Array(512));
    await disk.close();
  });

  it('makes a file of zeros if there is none, and leaves one that is there', async () => {
    rmSync(path);
    const made = open({ create: 1024 * 1024 });
    expect(made.size).toBe(1024 * 1024);
    await made.write(0, new Uint8Array(512).fill(1));
    await made.close();
    const again = open({ create: 512 });
    expect(again.size).toBe(1024 * 1024);
    const out = new Uint8Array(1024);
    await again.read(0, out);
    expect(out).toEqual(new Uint8Array(1024).fill(1, 0, 512));
    await again.close();
  });
});

it('refuses what has no blocks, without waiting for it', () => {
  const fifo = join(folder, 'fifo');
  spawnSync('mkfifo', [fifo]);
  const kinds: [string, string][] = [
    [folder, 'is a directory'],
    [fifo, 'is a pipe'],
  ];
  for (const [where, what] of kinds) {
    for (const readonly of [true, false]) {
      expect(() => openFileBlocks(where, { readonly })).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(what) }),
      );
    }
  }
  expect(() => openFileBlocks(join(folder, 'none'))).toThrow(
    expect.objectContaining({ code: 'ERR_DEVICE', message: expect.stringContaining('ENOENT') }),
  );
  expect(() => openFileBlocks(path, { create: 100 })).toThrow('multiple of 512');
});

it('finds out how large a block device is', () => {
  for (const blocks of [0, 1, 2, 3, 7, 8, 2880, 2 ** 33 + 5]) {
    let asked = 0;
    const size = deviceSize((offset) => {
      asked++;
      return offset < blocks * 512;
    });
    expect(size).toBe(blocks * 512);
    expect(asked).toBeLessThan(100);
  }
});
