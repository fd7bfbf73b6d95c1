import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { detectImage, type ImageKind } from '@picovm/boot';
import { printable } from '../../output/printable.ts';
import { UsageError } from '../../usage-error.ts';
import type { PcRole } from './pc-plan.ts';

/** Firmware is at most as large, and known by its end. */
const MAX_WHOLE = 16 << 20;
const BEGINNING = 64 << 10;

const ROLES: Readonly<Record<ImageKind, PcRole>> = {
  linux: 'kernel',
  multiboot: 'kernel',
  multiboot2: 'kernel',
  pvh: 'kernel',
  elf32: 'kernel',
  elf64: 'kernel',
  gzip: 'kernel',
  xz: 'kernel',
  lzma: 'kernel',
  bzip2: 'kernel',
  lz4: 'kernel',
  lzo: 'kernel',
  zstd: 'kernel',
  iso9660: 'cdrom',
  floppy: 'floppy',
  'boot-sector': 'floppy',
  disk: 'disk',
  firmware: 'bios',
};

/**
 * What an image is to a PC, by what it looks like.
 * @throws UsageError if that is nothing, or it cannot be read
 */
export function imageOption(path: string): PcRole {
  const [kind] = lookAt(path);
  if (kind !== undefined) return ROLES[kind];
  throw new UsageError(
    `${printable(path)} looks like nothing that a PC starts: say what it is, with --floppy, --disk, --cdrom, --kernel or --bios`,
  );
}

function lookAt(path: string): readonly ImageKind[] {
  try {
    const info = statSync(path);
    if (info.isDirectory()) throw new UsageError(`${printable(path)} is a directory: give the file of a guest image`);
    if (!info.isFile()) {
      throw new UsageError(`${printable(path)} is no file: say what it is, with --disk or --cdrom`);
    }
    if (info.size === 0) throw new UsageError(`${printable(path)} is empty: there is nothing to run`);
    const bytes = new Uint8Array(info.size <= MAX_WHOLE ? info.size : BEGINNING);
    const descriptor = openSync(path, 'r');
    try {
      readSync(descriptor, bytes, 0, bytes.length, 0);
    } finally {
      closeSync(descriptor);
    }
    return detectImage(bytes, info.size);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError(`${printable(path)}: no such file`);
    if (code === 'EACCES') throw new UsageError(`${printable(path)}: no permission to read it`);
    throw new UsageError(`${printable(path)} cannot be read: ${message}`);
  }
}
