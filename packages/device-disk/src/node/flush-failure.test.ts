import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openFileBlocks } from './index.ts';

let failing = false;
let flushes = 0;

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  const error = (): Error => Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
  return {
    ...real,
    fdatasyncSync: (descriptor: number) => {
      if (failing) throw error();
      flushes++;
      real.fdatasyncSync(descriptor);
    },
    fdatasync: (descriptor: number, done: (error: Error | null) => void) => {
      if (failing) done(error());
      else real.fdatasync(descriptor, done);
    },
    readSync: (descriptor: number, out: Uint8Array, at: number, length: number, position: number) => {
      if (failing) throw error();
      // As few as it likes.
      return real.readSync(descriptor, out, at, Math.min(length, 100), position);
    },
  };
});

let folder: string;
beforeEach(() => {
  failing = false;
  flushes = 0;
  folder = mkdtempSync(join(tmpdir(), 'picovm-flush-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it.each([false, true])(
  'after a flush that failed, no flush says that all is well (asynchronous: %s)',
  async (asynchronous) => {
    const disk = openFileBlocks(join(folder, 'disk.img'), { create: 512, asynchronous });
    const flush = async (): Promise<void> => disk.flush();
    await disk.write(0, new Uint8Array(512));
    await flush();
    await disk.write(0, new Uint8Array(512));
    failing = true;
    await expect(flush()).rejects.toMatchObject({ code: 'ERR_DEVICE', message: expect.stringContaining('EIO') });
    failing = false;
    await expect(flush()).rejects.toMatchObject({ code: 'ERR_DEVICE' });
    await disk.close();
  },
);

it('within the guest’s command, a flush asks the system only if something was written since the last one', () => {
  const path = join(folder, 'disk.img');
  const disk = openFileBlocks(path, { create: 1024 });
  const flushed = (): number => {
    flushes = 0;
    for (let i = 0; i < 5; i++) disk.flush();
    return flushes;
  };
  // Who had it before may have left something.
  expect(flushed()).toBe(1);
  expect(flushed()).toBe(0);
  disk.write(512, new Uint8Array(512));
  expect(flushed()).toBe(1);
  expect(flushed()).toBe(0);
  disk.close();
});

it('goes on where the system reads only a part, and says what it fails with', () => {
  const disk = openFileBlocks(join(folder, 'disk.img'), { create: 1024 });
  disk.write(0, new Uint8Array(1024).fill(7));
  const out = new Uint8Array(1024);
  disk.read(0, out);
  expect(out).toEqual(new Uint8Array(1024).fill(7));
  failing = true;
  expect(() => disk.read(0, out)).toThrow(
    expect.objectContaining({ code: 'ERR_DEVICE', message: expect.stringContaining('cannot be read (EIO)') }),
  );
  disk.close();
});
