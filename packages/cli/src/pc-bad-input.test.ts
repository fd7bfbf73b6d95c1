import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { guestFile, HELLO, picovm, temporaryFolder } from './cli-process.test-util.ts';
import { bootSector, emptyDisk, imageFile } from './pc-guests.test-util.ts';

const ECHO = bootSector('echo');
const PC = ['run', '--machine', 'pc'];
const DISK = emptyDisk(1 << 20);
const FLOPPY = emptyDisk(1440 << 10, 'floppy.img');
const PACKED = imageFile('packed.img', gzipSync(new Uint8Array(1440 << 10)));
const EMPTY = emptyDisk(0, 'empty.img');
const LARGE = emptyDisk(8 << 20, 'large.img');
const NOTHING = guestFile(1, 2, 3);

/** A file of 64 KiB with some characters in it. */
function marked(name: string, mark: string, at = 0): string {
  const bytes = Buffer.alloc(64 << 10);
  bytes.write(mark, at, 'latin1');
  return imageFile(name, bytes);
}

/** A 64-bit ELF of one segment (System V ABI, ELF-64 object file format). */
const ELF64 = ((): string => {
  const file = Buffer.alloc(0x1000);
  file.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  file.writeUInt32LE(0x003e_0002, 16); // an executable for x86-64
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(0x10_0000n, 24); // the entry
  file.writeBigUInt64LE(64n, 32); // the program headers
  file.writeUInt16LE(64, 52);
  file.writeUInt32LE(0x0001_0038, 54); // one of 56 bytes
  file.writeUInt32LE(1, 64); // to be loaded
  for (const [at, value] of [
    [72, 0x200n], // offset
    [80, 0x10_0000n], // virtual and physical address
    [88, 0x10_0000n],
    [96, 0x10n], // size in the file, and in memory
    [104, 0x10n],
    [112, 0x1000n],
  ] as const) {
    file.writeBigUInt64LE(value, at);
  }
  return imageFile('kernel.elf', file);
})();

test.each<[string, string[], string]>([
  [
    'an image that is nothing known',
    [...PC, NOTHING],
    'looks like nothing that a PC starts: say what it is, with --floppy',
  ],
  ['an image that is not there', [...PC, 'no-such.img'], 'no-such.img: no such file'],
  ['an image that is a directory', [...PC, tmpdir()], 'is a directory'],
  ['two images', [...PC, ECHO, ECHO], 'run takes one image'],
  ['a disk that is not there', [...PC, '--disk', 'no-such.img'], '--disk no-such.img: no such file'],
  ['a disk that is a directory', [...PC, '--disk', tmpdir()], 'it is a directory'],
  ['a compressed floppy', [...PC, '--floppy', PACKED], 'it is compressed (gzip): unpack it'],
  ['a compressed disk', [...PC, '--disk', PACKED], 'it is compressed (gzip): unpack it'],
  [
    'a compressed floppy without an option',
    [...PC, PACKED],
    'packed.img is no kernel, but the image of a floppy: give',
  ],
  [
    'a floppy as a kernel',
    [...PC, '--kernel', FLOPPY],
    'floppy.img is no kernel, but the image of a floppy: give it as',
  ],
  ['an archive', [...PC, '--floppy', marked('a.zip', 'PK\x03\x04')], 'a.zip: it is a zip archive: unpack it'],
  ['a disk in a format of its own', [...PC, '--disk', marked('a.qcow2', 'QFI\xfb')], "in the qcow format: 'qemu-img"],
  ['another one', [...PC, '--disk', marked('a.vdi', '\x7f\x10\xda\xbe', 0x40)], 'it is a disk in the VDI format'],
  [
    'a CD as a floppy',
    [...PC, '--floppy', marked('a.iso', 'CD001', 32769)],
    'it is the image of a CD: give it as --cdrom',
  ],
  ['an empty disk', [...PC, '--disk', EMPTY], 'it is empty'],
  ['a floppy that is too large', [...PC, '--floppy', LARGE], 'no floppy has 8388608 bytes: give it as --disk'],
  ['a floppy on a server', [...PC, '--floppy', 'http://127.0.0.1/x'], 'floppies are files'],
  ['one disk twice', [...PC, '--disk', DISK, '--disk', DISK], 'it is in use: another option has it open'],
  ['three floppies', [...PC, ...[1, 2, 3].flatMap(() => ['--floppy', ECHO])], 'a PC has two floppy drives, not 3'],
  ['five disks', [...PC, ...Array(5).fill(['--disk', DISK]).flat()], 'two IDE channels have four places, not 5'],
  ['an unknown part of a disk', [...PC, '--disk', `${DISK},rw`], "unknown 'rw': it is one of ro, overlay, if=ide"],
  ['a kernel that is not there', [...PC, '--kernel', 'no-such'], '--kernel no-such: no such file'],
  ['a kernel that is none', [...PC, '--kernel', NOTHING], 'guest.bin'],
  ['a kernel for a mode that the CPU has not', [...PC, '--kernel', ELF64], 'kernel.elf: this CPU has no long mode'],
  ['an initrd without a kernel', [...PC, '--initrd', DISK], '--initrd is for a kernel: give --kernel too'],
  ['a command line without a kernel', [...PC, ECHO, '--append', 'x'], '--append is for a kernel: give --kernel too'],
  ['a firmware of odd size', ['run', '--bios', NOTHING], 'has 3 bytes: a firmware ROM has 64K to 16M, and whole 4K'],
  ['a video BIOS alone', [...PC, '--vga-bios', DISK], '--vga-bios is for a firmware ROM, which --bios gives'],
  ['two virtual CPUs', [...PC, ECHO, '--vcpus', '2'], '--vcpus: this machine has one virtual CPU, not 2'],
  ['too little memory', [...PC, ECHO, '--memory', '512K'], '--memory: that of a pc must be 1M to 3G'],
  [
    'an unknown drive to boot from',
    [...PC, ECHO, '--boot', 'tape'],
    "--boot: unknown 'tape': it is one of floppy, disk, cdrom",
  ],
  ['a drive twice', [...PC, ECHO, '--boot', 'disk,disk'], "--boot: 'disk,disk' has disk twice"],
  ['an unknown kernel entry', [...PC, ECHO, '--kernel-entry', '64-bit'], "--kernel-entry: unknown '64-bit'"],
  ['an unknown escape', [...PC, ECHO, '--type', '\\q'], String.raw`--type: unknown '\q': there are \n,`],
  ['a key that there is not', [...PC, ECHO, '--type', '\\{F99}'], "--type '\\{F99}': there is no key 'F99'"],
  ['a character without a key', [...PC, ECHO, '--type', 'ü'], "--type 'ü': no key of a US keyboard types 'ü'"],
  ['a pause of no time', [...PC, ECHO, '--pause', 'long'], "--pause: 'long' is no duration above 0: write it like 5s"],
  ['no text to wait for', [...PC, ECHO, '--wait-for', ''], '--wait-for: there is no text'],
  ['two names for one picture', [...PC, ECHO, '--png', 'a', '--screenshot', 'b'], 'two names of one option'],
  ['an option of the other machine', [...PC, ECHO, '--load', '0'], '--load is for --machine pico'],
  [
    'an option that makes it the other',
    ['run', HELLO, '--disk', DISK, '--load', '0'],
    '--load is for --machine pico, and',
  ],
  ['an option of a pc', ['run', HELLO, '--append', 'x'], '--append is for --machine pc: add that'],
  ['a pico with a disk', ['run', HELLO, '--machine', 'pico', '--disk', DISK], '--disk is for --machine pc'],
  ['a picture over the disk', [...PC, ECHO, '--disk', DISK, '--png', DISK], 'is also the file of --disk'],
  ['a snapshot over the image', [...PC, ECHO, '--snapshot-on-stop', ECHO], 'is also the file of --floppy'],
])('%s: one message, no stack trace, status 1', async (_name, args, message) => {
  const { status, stdout, stderr } = await picovm([...args, '--accel=interp', '--timeout=5s']);
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
});

test('a file that may not be written says what to do', async (context) => {
  if (process.getuid?.() === 0) context.skip('root may write everything');
  const path = join(mkdtempSync(join(temporaryFolder(), 'x')), 'disk.img');
  writeFileSync(path, new Uint8Array(512));
  chmodSync(path, 0o444);
  const { status, stderr } = await picovm([...PC, '--disk', path, '--accel=interp']);
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: `picovm: --disk ${path}: no permission to write it; with ,ro or ,overlay it is only read\n`,
  });
});
