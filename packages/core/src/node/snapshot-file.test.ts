import { chmod, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeSnapshot, type VmSnapshot } from '../index.ts';
import { usedMachine } from '../vm/snapshot-machine.test-util.ts';
import { readSnapshotFile, readSnapshotFileHeader, writeSnapshotFile } from './index.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'picovm-snapshot-'));
  path = join(folder, 'machine.picovm');
});
afterEach(() => rm(folder, { recursive: true }));

describe('writeSnapshotFile', () => {
  it('writes what readSnapshotFile reads, and nothing else', async () => {
    const snapshot = usedMachine().vm.snapshot({ description: 'in a file' });
    await writeSnapshotFile(path, snapshot);
    expect(await readdir(folder)).toEqual(['machine.picovm']);
    expect(new Uint8Array(await readFile(path))).toEqual(encodeSnapshot(snapshot));
    expect(await readSnapshotFile(path)).toEqual(snapshot);
    expect(await readSnapshotFileHeader(path)).toMatchObject({ description: 'in a file', format: 1 });
  });

  it('replaces a file as a whole', async () => {
    await writeFile(path, 'old');
    await writeSnapshotFile(path, usedMachine().vm.snapshot());
    expect((await readSnapshotFileHeader(path)).creator).toContain('@picovm/core');
    expect(await readdir(folder)).toEqual(['machine.picovm']);
  });

  it('leaves nothing behind if it fails, and the old file as it was', async () => {
    const snapshot = usedMachine().vm.snapshot();
    await mkdir(path);
    await writeFile(join(path, 'inside'), '');
    await expect(writeSnapshotFile(path, snapshot)).rejects.toMatchObject({
      code: expect.stringMatching(/^E/),
      message: expect.stringContaining(`cannot write the snapshot ${path}: `),
    });
    expect(await readdir(folder)).toEqual(['machine.picovm']);
    const nowhere = join(folder, 'missing', 'file');
    await expect(writeSnapshotFile(nowhere, snapshot)).rejects.toMatchObject({ code: 'ENOENT', path: nowhere });
    await expect(writeSnapshotFile(path, {} as VmSnapshot)).rejects.toMatchObject({
      code: 'ERR_SNAPSHOT_FORMAT',
      message: expect.stringContaining(path),
    });
  });
});

describe('readSnapshotFile', () => {
  const bytes = encodeSnapshot(usedMachine().vm.snapshot());

  it.each<[string, string, () => Promise<unknown>]>([
    ['is missing', 'ENOENT', async () => {}],
    ['is a folder', 'EISDIR', () => mkdir(path)],
    ['is empty', 'ERR_SNAPSHOT_TRUNCATED', () => writeFile(path, '')],
    ['is something else', 'ERR_SNAPSHOT_FORMAT', () => writeFile(path, 'a text that goes on for a while')],
    ['is cut off', 'ERR_SNAPSHOT_TRUNCATED', () => writeFile(path, bytes.subarray(0, bytes.length - 1))],
    ['is cut off in the header', 'ERR_SNAPSHOT_TRUNCATED', () => writeFile(path, bytes.subarray(0, 100))],
    ['has a wrong byte', 'ERR_SNAPSHOT_CORRUPT', () => writeFile(path, bytes.with(bytes.length - 1, 99))],
    [
      'is a hundred gigabytes behind a right header',
      'ERR_SNAPSHOT_FORMAT',
      async () => {
        await writeFile(path, bytes);
        await truncate(path, 1e11);
      },
    ],
  ])('says so, with the path, if the file %s', async (_what, code, prepare) => {
    await prepare();
    await expect(readSnapshotFile(path)).rejects.toMatchObject({ code, message: expect.stringContaining(path) });
  });

  it('says so if the file may not be read', async (context) => {
    await writeFile(path, bytes);
    await chmod(path, 0);
    if (process.getuid?.() === 0) context.skip('root may read every file');
    await expect(readSnapshotFile(path)).rejects.toMatchObject({ code: 'EACCES' });
  });
});
