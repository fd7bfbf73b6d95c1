import { once } from 'node:events';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeSnapshot, type VmSnapshot } from '../index.ts';
import { usedMachine } from '../vm/snapshot-machine.test-util.ts';
import { checkSnapshotTarget, readSnapshotFile, readSnapshotFileHeader, writeSnapshotFile } from './index.ts';

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

  it.runIf(process.platform !== 'win32')(
    'keeps the mode of a file that it replaces; new ones are for their owner',
    async () => {
      const snapshot = usedMachine().vm.snapshot();
      await writeSnapshotFile(path, snapshot);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      await chmod(path, 0o664);
      await writeSnapshotFile(path, snapshot);
      expect((await stat(path)).mode & 0o777).toBe(0o664);
    },
  );

  it('takes the longest names that there are', async () => {
    const long = join(folder, `${'x'.repeat(248)}.picovm`);
    await writeSnapshotFile(long, usedMachine().vm.snapshot());
    expect((await readSnapshotFileHeader(long)).format).toBe(1);
  });

  describe.runIf(process.platform !== 'win32')('writes where a link leads to,', () => {
    it.each<[string, string, boolean]>([
      ['to a file', '../../kept/target', true],
      ['to a file that is not there yet', '../../kept/target', false],
      ['to another link', 'second', true],
      ['to another link to nothing', 'second', false],
    ])('%s', async (_what, content, there) => {
      await mkdir(join(folder, 'deep', 'links'), { recursive: true });
      await mkdir(join(folder, 'kept'));
      // Relative links count from where they really are.
      await symlink('deep/links', join(folder, 'elsewhere'));
      await symlink('../../kept/target', join(folder, 'deep', 'links', 'second'));
      await symlink(content, join(folder, 'deep', 'links', 'link'));
      const target = join(folder, 'kept', 'target');
      if (there) await writeFile(target, 'old', { mode: 0o640 });
      const link = join(folder, 'elsewhere', 'link');
      await checkSnapshotTarget(link);
      await writeSnapshotFile(link, usedMachine().vm.snapshot());
      expect(await readlink(link)).toBe(content);
      expect((await lstat(target)).isFile()).toBe(true);
      expect((await readSnapshotFileHeader(target)).format).toBe(1);
      expect((await stat(target)).mode & 0o777).toBe(there ? 0o640 : 0o600);
      expect([await readdir(join(folder, 'kept')), await readdir(join(folder, 'elsewhere'))]).toEqual([
        ['target'],
        ['link', 'second'],
      ]);
    });

    it('but not round in circles', async () => {
      await symlink('machine.picovm', path);
      const write = writeSnapshotFile(path, usedMachine().vm.snapshot());
      await expect(write).rejects.toMatchObject({ code: 'ELOOP', message: expect.stringContaining(path) });
      await expect(checkSnapshotTarget(path)).rejects.toMatchObject({ code: 'ELOOP' });
    });
  });

  const server = createServer();
  afterEach(() => server.close());

  it.runIf(process.platform !== 'win32').each<[string, () => unknown]>([
    ['a directory', () => mkdir(path)],
    ['a socket', () => once(server.listen(path), 'listening')],
  ])('refuses to replace what is no file: %s', async (kind, prepare) => {
    await prepare();
    const before = await stat(path);
    const refused = {
      code: 'ERR_INVALID_ARGUMENT',
      message: `cannot write the snapshot ${path}: it is ${kind}, not a file`,
    };
    await expect(checkSnapshotTarget(path)).rejects.toMatchObject(refused);
    await expect(writeSnapshotFile(path, usedMachine().vm.snapshot())).rejects.toMatchObject(refused);
    expect(await stat(path)).toMatchObject({ ino: before.ino, mode: before.mode });
    expect(await readdir(folder)).toEqual(['machine.picovm']);
  });

  it.runIf(process.platform !== 'win32')('says beforehand what else is no file', async () => {
    // Only asked: whoever may write there, as root may, is not to try it on the machine's own device.
    await expect(checkSnapshotTarget('/dev/null')).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: 'cannot write the snapshot /dev/null: it is a device, not a file',
    });
  });

  it('can be asked beforehand', async () => {
    await checkSnapshotTarget(path);
    expect(await readdir(folder)).toEqual([]);
    await writeFile(path, 'old');
    await checkSnapshotTarget(path);
    const nowhere = join(folder, 'missing', 'file');
    await expect(checkSnapshotTarget(nowhere)).rejects.toMatchObject({ code: 'ENOENT', path: nowhere });
    await expect(checkSnapshotTarget(join(path, 'file'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('can be asked beforehand whether the folder may be written', async (context) => {
    await chmod(folder, 0o500);
    if (process.getuid?.() === 0) context.skip('root may write everywhere');
    await expect(checkSnapshotTarget(path)).rejects.toMatchObject({ code: 'EACCES' });
  });

  it('leaves nothing behind if it fails, and the old file as it was', async () => {
    const snapshot = usedMachine().vm.snapshot();
    await mkdir(path);
    await writeFile(join(path, 'inside'), '');
    await expect(writeSnapshotFile(path, snapshot)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: `cannot write the snapshot ${path}: it is a directory, not a file`,
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
