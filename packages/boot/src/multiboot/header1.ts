import { hex } from '@picovm/core';
import type { ImageReader } from '../image/image-reader.ts';

/** Where a kernel that is no ELF file, or does not want to be taken for one, belongs. All physical. */
export interface AddressFields {
  /** Offset in the file of the first byte that is loaded. */
  readonly offset: number;
  /** Where it belongs. */
  readonly load: number;
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes of memory: what the file does not fill is 0. */
  readonly memorySize: number;
}

/** A multiboot 1 header. */
export interface MultibootHeader {
  /** Its offset in the file. */
  readonly offset: number;
  /** Instead of the ELF headers. */
  readonly addresses: (AddressFields & { readonly entry: number }) | undefined;
}

const MULTIBOOT_MAGIC = 0x1badb002;
/** The header is in the first 8 KiB. */
const SEARCH = 8192;
/** Bits 0 to 2 are page-aligned modules, memory information, video mode: those that must be understood. */
const UNDERSTOOD = 0x7;
const MUST = 0xffff;
const HAS_ADDRESSES = 1 << 16;

/** Where the multiboot header is, or -1 (Multiboot Specification 0.6.96, section 3.1). */
export function findMultiboot(bytes: Uint8Array): number {
  const end = Math.min(bytes.length, SEARCH) - 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at <= end; at += 4) {
    if (view.getUint32(at, true) !== MULTIBOOT_MAGIC) continue;
    const sum = MULTIBOOT_MAGIC + view.getUint32(at + 4, true) + view.getUint32(at + 8, true);
    if (sum % 2 ** 32 === 0) return at;
  }
  return -1;
}

/** @throws VmError `ERR_INVALID_ARGUMENT` */
export function readMultibootHeader(file: ImageReader): MultibootHeader {
  const offset = findMultiboot(file.bytes);
  if (offset < 0) file.refuse(0, 'no multiboot header in its first 8 KiB', 'start it by another protocol');
  const flags = file.u32(offset + 4, 'the flags');
  const unknown = flags & MUST & ~UNDERSTOOD;
  if (unknown !== 0) {
    file.refuse(offset + 4, `its multiboot header requires flags ${hex(unknown)}`, 'there are only 0, 1 and 2');
  }
  if ((flags & HAS_ADDRESSES) === 0) return { offset, addresses: undefined };
  const field = (n: number): number => file.u32(offset + 12 + 4 * n, 'the address fields');
  const fields = addressFields(file, offset, field(0), field(1), field(2), field(3));
  return { offset, addresses: { ...fields, entry: field(4) } };
}

/**
 * What the address fields of both versions mean.
 * @param header where the header is: `headerAddress` in memory, `offset` in the file
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function addressFields(
  file: ImageReader,
  offset: number,
  headerAddress: number,
  loadAddress: number,
  loadEnd: number,
  bssEnd: number,
): AddressFields {
  // All ones: the file is loaded from its first byte on (multiboot 2).
  const load = loadAddress === 0xffffffff ? headerAddress - offset : loadAddress;
  const from = offset - (headerAddress - load);
  const size = loadEnd === 0 ? file.length - from : loadEnd - load;
  const memorySize = bssEnd === 0 ? size : bssEnd - load;
  if (load < 0 || from < 0 || size < 0 || memorySize < size) {
    const what = `its multiboot header says: header ${hex(headerAddress)}, load ${hex(loadAddress)} to ${hex(loadEnd)}, bss to ${hex(bssEnd)}`;
    file.refuse(offset, what, 'these contradict one another; check the linker script');
  }
  file.check(from, size, 'what the multiboot header loads');
  return { offset: from, load, size, memorySize };
}
