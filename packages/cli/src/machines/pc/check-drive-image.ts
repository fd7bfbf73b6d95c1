import { closeSync, openSync, readSync } from 'node:fs';
import { detectImage, type ImageKind } from '@picovm/boot';
import type { DriveOption } from '../../options/drive-argument.ts';
import { UsageError } from '../../usage-error.ts';

/** As far as the marks of a CD's file system. */
const BEGINNING = 64 << 10;
const COMPRESSED: readonly ImageKind[] = ['gzip', 'xz', 'lzma', 'lz4', 'zstd', 'bzip2', 'lzo'];
const UNPACK = 'unpack it, and give the image that is in it';
const CONVERT = "'qemu-img convert -O raw' makes an image of it";
/** Files with disks in them that are laid out in a way of their own: what they begin with. */
const CONTAINERS: readonly (readonly [name: string, at: number, mark: string, advice: string])[] = [
  ['a zip archive', 0, 'PK\x03\x04', UNPACK],
  ['a 7z archive', 0, "7z\xbc\xaf'\x1c", UNPACK],
  ['a disk in the qcow format', 0, 'QFI\xfb', CONVERT],
  ['a disk in the VMDK format', 0, 'KDMV', CONVERT],
  ['a disk in the VMDK format', 0, '# Disk DescriptorFile', CONVERT],
  ['a disk in the VDI format', 0x40, '\x7f\x10\xda\xbe', CONVERT],
  ['a disk in the VHDX format', 0, 'vhdxfile', CONVERT],
  ['a disk in the VHD format', 0, 'conectix', CONVERT],
];

/**
 * Refuses files that cannot be what is on a disk, byte for byte.
 * @param what the option and the file, as messages call them
 * @throws UsageError that says what it is, and what to do
 */
export function checkDriveImage(option: DriveOption, file: string, what: string): void {
  const bytes = beginning(file);
  const text = Buffer.from(bytes).toString('latin1');
  const container = CONTAINERS.find(([, at, mark]) => text.startsWith(mark, at));
  if (container !== undefined) throw new UsageError(`${what}: it is ${container[0]}: ${container[3]}`);
  const kinds = detectImage(bytes);
  const format = kinds.find((kind) => COMPRESSED.includes(kind));
  if (format !== undefined) throw new UsageError(`${what}: it is compressed (${format}): ${UNPACK}`);
  if (option === 'floppy' && kinds.includes('iso9660')) {
    throw new UsageError(`${what}: it is the image of a CD: give it as --cdrom`);
  }
}

function beginning(file: string): Uint8Array {
  const bytes = new Uint8Array(BEGINNING);
  const descriptor = openSync(file, 'r');
  try {
    return bytes.subarray(0, readSync(descriptor, bytes, 0, BEGINNING, 0));
  } finally {
    closeSync(descriptor);
  }
}
