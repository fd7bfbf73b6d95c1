import { hex } from '@picovm/core';
import type { ImageReader } from '../image/image-reader.ts';
import { type AddressFields, addressFields } from './header1.ts';

/** A multiboot 2 header. */
export interface Multiboot2Header {
  /** Instead of the ELF headers. */
  readonly addresses: AddressFields | undefined;
  /** Instead of the ELF file's. */
  readonly entry: number | undefined;
  /** Where the kernel may be moved to; undefined if it must not be. */
  readonly relocatable: Relocatable | undefined;
}

/** The relocatable header tag. */
export interface Relocatable {
  /** The lowest address. */
  readonly lowest: number;
  /** The highest address of its last byte. */
  readonly highest: number;
  /** In bytes. */
  readonly align: number;
  /** Whether it would rather be high. */
  readonly high: boolean;
}

const MAGIC = 0xe85250d6;
/** The header is in the first 32 KiB. */
const SEARCH = 32768;
const TAG = {
  end: 0,
  request: 1,
  address: 2,
  entry: 3,
  console: 4,
  framebuffer: 5,
  align: 6,
  efiBs: 7,
  relocatable: 10,
};
/** Entries for EFI, and the wish for modules on pages: nothing is to be done. */
const IGNORED: readonly number[] = [TAG.console, TAG.framebuffer, TAG.align, 8, 9];
/** What the information can have: see `multiboot2Boot`. */
const GIVEN: readonly number[] = [1, 2, 3, 4, 6, 8, 9, 21];

/** Where the multiboot 2 header is, or -1 (Multiboot2 Specification 2.0, section 3.1). */
export function findMultiboot2(bytes: Uint8Array): number {
  const end = Math.min(bytes.length, SEARCH) - 16;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at <= end; at += 8) {
    if (view.getUint32(at, true) !== MAGIC) continue;
    const sum = MAGIC + view.getUint32(at + 4, true) + view.getUint32(at + 8, true) + view.getUint32(at + 12, true);
    if (sum % 2 ** 32 === 0) return at;
  }
  return -1;
}

/** @throws VmError `ERR_INVALID_ARGUMENT` */
export function readMultiboot2Header(file: ImageReader): Multiboot2Header {
  const offset = findMultiboot2(file.bytes);
  if (offset < 0) file.refuse(0, 'no multiboot 2 header in its first 32 KiB', 'start it by another protocol');
  const architecture = file.u32(offset + 4, 'the architecture');
  if (architecture !== 0)
    file.refuse(offset + 4, `its multiboot 2 header is for architecture ${architecture}`, 'i386 is 0');
  const end = offset + file.u32(offset + 8, 'the length of the multiboot 2 header');
  file.check(offset, end - offset, 'the multiboot 2 header');
  let header: Multiboot2Header = { addresses: undefined, entry: undefined, relocatable: undefined };
  for (let at = offset + 16; at + 8 <= end; ) {
    const type = file.u16(at, 'a header tag');
    const size = file.u32(at + 4, 'a header tag');
    if (type === TAG.end) return header;
    if (size < 8 || at + size > end)
      file.refuse(at, `its header tag ${type} has ${size} bytes`, 'the header is damaged');
    header = { ...header, ...readTag(file, type, at, size, offset) };
    at += Math.ceil(size / 8) * 8;
  }
  return header;
}

function readTag(file: ImageReader, type: number, at: number, size: number, header: number): Partial<Multiboot2Header> {
  const words = Math.floor((size - 8) / 4);
  const optional = (file.u16(at + 2, 'a header tag') & 1) !== 0;
  const word = (n: number): number => {
    if (n >= words) file.refuse(at, `its header tag ${type} has only ${size} bytes`, 'the header is damaged');
    return file.u32(at + 8 + 4 * n, 'a header tag');
  };
  if (type === TAG.address) return { addresses: addressFields(file, header, word(0), word(1), word(2), word(3)) };
  if (type === TAG.entry) return { entry: word(0) };
  if (type === TAG.relocatable) {
    const align = Math.max(word(2), 1);
    if ((align & (align - 1)) !== 0)
      file.refuse(at, `its header asks for an alignment of ${align}`, 'a power of two is meant');
    return { relocatable: { lowest: word(0), highest: word(1), align, high: word(3) === 2 } };
  }
  if (optional || IGNORED.includes(type)) return {};
  if (type === TAG.request) {
    const missing = Array.from({ length: words }, (_, n) => word(n)).find((each) => !GIVEN.includes(each));
    if (missing === undefined) return {};
    file.refuse(
      at,
      `it requires boot information of type ${hex(missing)}`,
      'that is not given; make the request optional',
    );
  }
  const what = type === TAG.efiBs ? 'it requires EFI boot services' : `its header requires the unknown tag ${type}`;
  return file.refuse(at, what, 'the machine has none; make the tag optional, if the kernel can do without');
}
