import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockingOpenFlags } from './file-lock.ts';
import { openFileBlocks } from './index.ts';
import { Children } from './start-child.test-util.ts';

let folder: string;
let path: string;
let children: Children;

beforeAll(() => {
  children = new Children();
});
afterAll(() => children[Symbol.dispose]());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picovm-lock-'));
  path = join(folder, 'disk.img');
  writeFileSync(path, new Uint8Array(4096));
});
afterEach(() => rmSync(folder, { recursive: true }));

const READER = { readonly: true };

describe.runIf(process.platform === 'linux')('the lock of a file', () => {
  it('keeps a second writer out, says who has it, and is gone when that process is killed', async () => {
    const child = await children.start(path);
    expect(child.said).toBe('open');
    const refused = {
      code: 'ERR_DEVICE',
      message: expect.stringContaining(`process ${child.pid} has it open for writing`),
    };
    expect(() => openFileBlocks(path)).toThrow(expect.objectContaining(refused));
    expect(() => openFileBlocks(path, READER)).toThrow(expect.objectContaining(refused));
    await child.kill();
    openFileBlocks(path).close();
    expect(readdirSync(folder)).toEqual(['disk.img']);
  });

  it('lets readers share, and keeps writers from them', async () => {
    const [one, two] = [await children.start(path, READER), await children.start(path, READER)];
    expect([one.said, two.said]).toEqual(['open', 'open']);
    const mine = openFileBlocks(path, READER);
    const writer = await children.start(path);
    expect(writer.said).toMatch(/^ERR_DEVICE: .* has it open for reading; close it there/);
    await one.kill();
    mine.close();
    expect(() => openFileBlocks(path)).toThrow(`process ${two.pid} has it open for reading`);
    await two.kill();
    openFileBlocks(path).close();
  });

  it('is the same for every path to the file', () => {
    const disk = openFileBlocks(path);
    linkSync(path, join(folder, 'hard'));
    symlinkSync(path, join(folder, 'soft'));
    expect(() => openFileBlocks(join(folder, 'hard'))).toThrow('this process has it open for writing');
    expect(() => openFileBlocks(join(folder, 'soft'))).toThrow('this process has it open for writing');
    disk.close();
    openFileBlocks(join(folder, 'soft')).close();
  });

  it('is one of many: other files are not affected', () => {
    writeFileSync(join(folder, 'other'), new Uint8Array(512));
    const disks = [openFileBlocks(path), openFileBlocks(join(folder, 'other'))];
    for (const disk of disks) disk.close();
  });

  it('can be done without', () => {
    const disk = openFileBlocks(path);
    const other = openFileBlocks(path, { lock: false });
    disk.write(0, new Uint8Array(512).fill(1));
    const out = new Uint8Array(512);
    other.read(0, out);
    expect(out[0]).toBe(1);
    other.close();
    disk.close();
  });

  it('never lets two writers in that come at the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => children.start(path)));
    expect(all.filter(({ said }) => said === 'open').length).toBeLessThanOrEqual(1);
    for (const child of all) await child.kill();
    openFileBlocks(path).close();
  });

  it('is given back when the file cannot be used', () => {
    expect(() => openFileBlocks(path, { create: 100 })).toThrow('multiple of 512');
    expect(() => openFileBlocks(folder)).toThrow('a directory');
    expect(readFileSync('/proc/net/unix', 'latin1')).not.toContain(`/w/${process.pid}/`);
  });

  it('what was flushed before kill -9 is in the file', async () => {
    const child = await children.start(path, {}, '171');
    expect(child.said).toBe('open');
    await child.kill();
    const expected = new Uint8Array(4096).fill(171, 512, 1024);
    expect(new Uint8Array(readFileSync(path))).toEqual(expected);
  });

  it.each([false, true])(
    'a write that the host refuses is an error, and the file stays as it was',
    async (asynchronous) => {
      const child = await children.startLimited(path, { asynchronous }, '171');
      expect(child.said).toMatch(/^ERR_DEVICE: .*disk\.img: cannot be written \(EFBIG\)$/);
      await child.kill();
      expect(new Uint8Array(readFileSync(path))).toEqual(new Uint8Array(4096));
    },
  );
});

it('elsewhere it is the open itself that locks', () => {
  expect(lockingOpenFlags('darwin', false)).toBe(0x20);
  expect(lockingOpenFlags('freebsd', true)).toBe(0x10);
  expect(lockingOpenFlags('win32', false)).toBe(0x10000000);
  expect(lockingOpenFlags('win32', true)).toBe(0);
  expect(lockingOpenFlags('aix', false)).toBeUndefined();
});
