import { type CompressionFormat, compressionFormat } from '../compression/compression-format.ts';
import { isElf } from '../elf/parse-elf.ts';
import { isLinux } from '../linux/setup-header.ts';
import { findMultiboot } from '../multiboot/header1.ts';
import { findMultiboot2 } from '../multiboot/header2.ts';
import { pvhEntry } from '../pvh/pvh-boot.ts';
import { ImageReader } from './image-reader.ts';

/** What a file may be to a PC. */
export type ImageKind =
  | 'multiboot2'
  | 'multiboot'
  | 'pvh'
  | 'linux'
  | 'elf32'
  | 'elf64'
  | 'iso9660'
  | 'floppy'
  | 'disk'
  | 'boot-sector'
  | 'firmware'
  | CompressionFormat;

/** Bytes of floppy disks: from 160 KiB to 2.88 MB. */
export const FLOPPY_SIZES: readonly number[] = [
  163_840, 184_320, 327_680, 368_640, 737_280, 1_228_800, 1_474_560, 1_720_320, 2_949_120,
];
const SECTOR = 512;
const MIB = 2 ** 20;
/** `CD001`, one byte into sector 16 of 2048 bytes. */
const ISO_MAGIC = [0x43, 0x44, 0x30, 0x30, 0x31];
const ISO_AT = 16 * 2048 + 1;

/**
 * What a file looks like, the likeliest first; empty if it is nothing that is known, as a flat binary is. A kernel may be several
 * things. Only looks: the loaders check. Of a disk, the first 64 KiB and the length are enough.
 * @param length bytes of the file, if `bytes` is only its beginning
 */
export function detectImage(bytes: Uint8Array, length: number = bytes?.length): readonly ImageKind[] {
  if (!(bytes?.length > 0)) return [];
  const kinds: ImageKind[] = [];
  // U-Boot's ROM has a multiboot header, too.
  if (looksLikeFirmware(bytes, length)) kinds.push('firmware');
  if (findMultiboot2(bytes) >= 0) kinds.push('multiboot2');
  if (findMultiboot(bytes) >= 0) kinds.push('multiboot');
  if (isElf(bytes)) {
    if (hasPvhEntry(bytes)) kinds.push('pvh');
    kinds.push(bytes[4] === 2 ? 'elf64' : 'elf32');
    return kinds;
  }
  // A Linux kernel is also a boot sector of old.
  if (isLinux(bytes)) return ['linux', ...kinds];
  const format = compressionFormat(bytes);
  if (format !== undefined) return [format, ...kinds];
  if (ISO_MAGIC.every((byte, n) => bytes[ISO_AT + n] === byte)) kinds.push('iso9660');
  if (FLOPPY_SIZES.includes(length)) kinds.push('floppy');
  if (isBootable(bytes)) kinds.push(length === SECTOR ? 'boot-sector' : 'disk');
  return kinds;
}

function hasPvhEntry(bytes: Uint8Array): boolean {
  try {
    return pvhEntry(new ImageReader(bytes, 'the file')) !== undefined;
  } catch {
    return false;
  }
}

// At the reset vector, 16 bytes before the end, is a jump, perhaps behind CLI, CLD or WBINVD, and the first sector is none that boots.
function looksLikeFirmware(bytes: Uint8Array, length: number): boolean {
  if (length !== bytes.length || length % 0x10000 !== 0 || length > 16 * MIB || isElf(bytes) || isBootable(bytes))
    return false;
  let at = length - 16;
  while ([0xfa, 0xfc, 0x0f, 0x09].includes(bytes[at])) at++;
  return [0xea, 0xe9, 0xeb].includes(bytes[at]);
}

function isBootable(bytes: Uint8Array): boolean {
  return bytes.length >= SECTOR && bytes[510] === 0x55 && bytes[511] === 0xaa;
}
