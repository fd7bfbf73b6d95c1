import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { glibcVersion, libcOf } from './libc.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'picovm-libc-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const NODE = '00400000-06ba0000 r-xp 00000000 fe:01 9214 /usr/local/bin/node';
const line = (path: string) => `7f10c0000000-7f10c0021000 r-xp 00028000 fe:01 133 ${path}`;

describe.skipIf(process.platform !== 'linux')('the C library of a process', () => {
  it.each([
    ['Debian', '/usr/lib/x86_64-linux-gnu/libc.so.6', 'glibc'],
    ['an old Debian', '/lib/x86_64-linux-gnu/libc-2.28.so', 'glibc'],
    ['NixOS', '/nix/store/abc-glibc-2.40/lib/libc.so.6', 'glibc'],
    ['Alpine', '/lib/ld-musl-x86_64.so.1', 'musl'],
    ['another name for it', '/usr/lib/libc.musl-x86_64.so.1', 'musl'],
    ['musl on Debian', '/usr/lib/x86_64-linux-musl/libc.so', 'musl'],
    ['uClibc', '/lib/libuClibc-1.0.45.so', undefined],
    ['none, linked statically', '[vdso]', undefined],
    ['a user called libc.so.6', '/home/libc.so.6/addon.node', undefined],
  ])('is known from what is mapped: %s', (name, path, libc) => {
    const file = join(dir, name.replaceAll(' ', '-'));
    writeFileSync(file, [NODE, line(path), line('[stack]'), ''].join('\n'));
    expect(libcOf(file)).toBe(libc);
  });

  it('is known without /proc, too', () => {
    expect(libcOf('/nowhere/maps')).toBe(libcOf());
    expect(libcOf()).toMatch(/^(glibc|musl)$/);
  });

  it('is told with its version if it is glibc', () => {
    expect(glibcVersion() !== undefined).toBe(libcOf() === 'glibc');
    if (libcOf() === 'glibc') expect(glibcVersion()).toMatch(/^2\.\d+/);
  });

  it('is unknown, and nothing is thrown, where the process tells nothing of itself', () => {
    const report = Object.getOwnPropertyDescriptor(process, 'report') as PropertyDescriptor;
    const broken = () => {
      throw new Error('no report');
    };
    try {
      for (const value of [undefined, {}, { getReport: broken }, { getReport: () => 'no object' }]) {
        Object.defineProperty(process, 'report', { value, configurable: true });
        expect(libcOf('/nowhere/maps')).toBeUndefined();
        expect(glibcVersion()).toBeUndefined();
      }
    } finally {
      Object.defineProperty(process, 'report', report);
    }
  });
});
