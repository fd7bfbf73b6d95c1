import { describe, expect, it } from 'vitest';
import { cpio } from './cpio.mjs';
import { SYSTEM_NAMES, systemFile } from './fetch-systems.mjs';
import { BANNER, makeInitramfs, PROMPT } from './initramfs.mjs';

const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

/** The files of an archive: name to mode and contents. */
function entries(archive: Uint8Array): Map<string, { mode: number; data: string; device: string }> {
  const found = new Map();
  for (let at = 0; at < archive.length; ) {
    expect(text(archive.subarray(at, at + 6))).toBe('070701');
    const field = (n: number): number => Number.parseInt(text(archive.subarray(at + 6 + 8 * n, at + 14 + 8 * n)), 16);
    const [size, nameSize] = [field(6), field(11)];
    const name = text(archive.subarray(at + 110, at + 110 + nameSize - 1));
    const start = (at + 110 + nameSize + 3) & ~3;
    if (name === 'TRAILER!!!') return found;
    found.set(name, {
      mode: field(1),
      data: text(archive.subarray(start, start + size)),
      device: `${field(9)}:${field(10)}`,
    });
    at = (start + size + 3) & ~3;
  }
  throw new Error('no trailer');
}

describe('the initramfs', () => {
  it('has files of any length, links and devices', () => {
    const data = [0, 1, 2, 3, 4, 5].map((length) => new Uint8Array(length).fill(0x61));
    const archive = cpio(data.map((bytes, n) => ({ name: 'x'.repeat(n + 1), mode: 0o100644, data: bytes })));
    expect(archive.length % 4).toBe(0);
    expect([...entries(archive).values()].map((entry) => entry.data)).toEqual(['', 'a', 'aa', 'aaa', 'aaaa', 'aaaaa']);
  });

  it('has busybox, its names, the console and an /init', () => {
    const files = entries(makeInitramfs(new TextEncoder().encode('BUSYBOX')));
    expect(files.get('bin/busybox')).toMatchObject({ mode: 0o100755, data: 'BUSYBOX' });
    expect(files.get('bin/sh')).toMatchObject({ mode: 0o120777, data: 'busybox' });
    expect(files.get('dev/console')).toMatchObject({ mode: 0o020600, device: '5:1' });
    expect(files.get('init')?.mode).toBe(0o100755);
    for (const part of [BANNER, PROMPT]) expect(files.get('init')?.data).toContain(part);
  });
});

it('a name that nobody knows is a mistake, not a system that is missing', () => {
  expect(SYSTEM_NAMES).toContain('linux');
  expect(() => systemFile('linx')).toThrow('no system file linx: there are grub-floppy');
});
