import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { picovm, temporaryFolder } from './cli-process.test-util.ts';
import {
  bootableCd,
  bootSector,
  bootSectorBytes,
  emptyDisk,
  imageFile,
  multibootKernel,
} from './pc-guests.test-util.ts';

const OPTIONS = ['--accel', 'interp', '--timeout', '20s'];
const ECHO = bootSectorBytes('echo');
const FLOPPY = imageFile('floppy.img', ECHO, 1_474_560);
const DISK = imageFile('disk.img', ECHO, 1 << 20);
const CD = imageFile('cd.iso', bootableCd(ECHO));
const KERNEL = imageFile('kernel', multibootKernel());

describe('an image is what it looks like', () => {
  test.each([
    ['a boot sector', bootSector('echo'), 'floppy'],
    ['a floppy', FLOPPY, 'floppy'],
    ['a disk', DISK, 'hard disk'],
    ['a CD', CD, 'CD'],
  ])('%s boots', async (_what, image, from) => {
    const { status, stdout } = await picovm(['run', '--machine', 'pc', image, ...OPTIONS, '--wait-for', 'ready>']);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(new RegExp(`Booting from .*${from}`, 'i')),
    });
  });

  test.each([
    ['a kernel', KERNEL],
    ['a compressed kernel', imageFile('kernel.gz', gzipSync(multibootKernel()))],
  ])('%s is started', async (_what, kernel) => {
    const args = ['run', '--machine', 'pc', kernel, ...OPTIONS, '--screen', 'none', '--append', 'a=1 b'];
    expect(await picovm(args)).toEqual({ status: 0, stdout: expect.stringMatching(/a=1 b\|$/), stderr: '' });
  });
});

describe('options make the machine a pc', () => {
  test.each([
    ['--floppy', FLOPPY],
    ['--disk', DISK],
    ['--cdrom', CD],
  ])('%s', async (option, image) => {
    const { status } = await picovm(['run', option, image, ...OPTIONS, '--wait-for', 'ready>']);
    expect(status).toBe(0);
  });

  test('--kernel with --append and --initrd', async () => {
    const module = imageFile('module', Buffer.from('MODULE'));
    const args = ['run', '--kernel', KERNEL, '--append', 'x', '--initrd', module, ...OPTIONS, '--screen', 'none'];
    expect(await picovm(args)).toEqual({ status: 0, stdout: expect.stringMatching(/x\|MODULE$/), stderr: '' });
  });

  test('--bios starts a ROM in place of the built-in BIOS', async () => {
    // At the reset vector: mov dx, 0x3f8 / mov al, 'R' / out dx, al / cli / hlt; a jump is what it is known by.
    const rom = new Uint8Array(0x10000);
    rom.set([0xba, 0xf8, 0x03, 0xb0, 0x52, 0xee, 0xfa, 0xf4], 0);
    rom.set([0xea, 0x00, 0x00, 0x00, 0xf0], 0xfff0);
    const path = imageFile('bios.bin', rom);
    for (const args of [
      ['--bios', path],
      ['--machine', 'pc', path],
    ]) {
      expect(await picovm(['run', ...args, ...OPTIONS])).toEqual({ status: 0, stdout: 'R', stderr: '' });
    }
  });
});

test('--boot says which drive comes first', async () => {
  const counter = imageFile('counter.img', bootSectorBytes('int13'), 1 << 20);
  const args = ['run', '--floppy', FLOPPY, '--disk', counter, ...OPTIONS, '--screen', 'none', '--boot', 'disk,floppy'];
  // The counter counts up the first byte of its own boot sector, 31h.
  expect((await picovm(args)).stdout).toBe('r');
});

test('a picture is written, and said to be one', async () => {
  const args = ['run', '--floppy', bootSector('graphics'), ...OPTIONS, '--wait-for', 'G'];
  expect(await picovm(args)).toEqual({
    status: 0,
    stdout: 'G',
    stderr: expect.stringMatching(
      /^picovm: the screen is a picture of \d+x\d+ pixels, .*--screenshot FILE writes it\n$/,
    ),
  });
  const path = join(temporaryFolder(), 'screen.png');
  expect((await picovm([...args, '--screenshot', path])).stderr).toBe('');
  expect(readFileSync(path).subarray(1, 4).toString()).toBe('PNG');
});

test.each(['--floppy', '--disk'])('%s takes an image that is cut off behind its last byte', async (option) => {
  const whole = bootSectorBytes('echo');
  const path = imageFile(`short${option}.img`, Buffer.concat([whole, Buffer.from('x')]));
  const { status, stderr } = await picovm(['run', option, path, ...OPTIONS, '--wait-for', 'ready>']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  // Nothing was written to it.
  expect(readFileSync(path)).toHaveLength(513);
});

test('a boot sector on the machine that has no BIOS ends with a word on the one that has', async () => {
  const word = 'a boot sector or a disk that calls a BIOS runs with --machine pc';
  const run = ['--accel', 'interp', '--timeout', '300ms'];
  expect((await picovm(['run', bootSector('echo'), ...run])).stderr).toContain(word);
  const large = imageFile('large.img', bootSectorBytes('echo'), 1440 << 10);
  const refused = await picovm(['run', large, ...run]);
  expect({ status: refused.status, lines: refused.stderr.trimEnd().split('\n') }).toEqual({
    status: 1,
    lines: [expect.stringMatching(new RegExp(`^picovm: the image has 1474560 bytes.*; ${word}$`))],
  });
  expect((await picovm(['run', bootSector('echo'), '--machine', 'pico', ...run])).stderr).not.toContain(word);
});

test('nothing to boot from is said by the BIOS, and the machine waits', async () => {
  const { status, stdout } = await picovm([
    'run',
    '--disk',
    emptyDisk(1 << 20),
    '--accel',
    'interp',
    '--timeout',
    '2s',
  ]);
  expect(status).toBe(124);
  expect(stdout).toMatch(/boot/i);
});
