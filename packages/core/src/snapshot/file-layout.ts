// The layout of a snapshot file: docs/design/snapshot-format.md. It never changes: what is inside of it may.
//
//   0   8 bytes   magic
//   8   4 bytes   format version
//   12  4 bytes   length of the header in bytes
//   16  4 bytes   CRC-32 of the 16 bytes before and of the header
//   20            the header: JSON in UTF-8; behind it the sections, in the order in which the header lists them

/** As PNG's: no text, and a transfer that changes the ends of lines changes it. */
export const MAGIC: Uint8Array = Uint8Array.of(0x89, 0x50, 0x56, 0x4d, 0x0d, 0x0a, 0x1a, 0x0a);

/** The format version that this version of core writes. */
export const FORMAT_VERSION = 1;

/** Bytes before the header. */
export const PREFIX_BYTES = 20;

/** Offsets in the prefix. */
export const VERSION_OFFSET = 8;
export const HEADER_LENGTH_OFFSET = 12;
export const CRC_OFFSET = 16;

/** No header is longer. */
export const MAX_HEADER_BYTES: number = 16 * 1024 * 1024;

/** The names of the sections that are not memory. */
export const STATE_SECTION = 'state';
export const BYTES_SECTION = 'bytes';

/** The name of the section with the contents of the memory region at `base`. */
export function memorySection(base: number): string {
  return `memory 0x${base.toString(16)}`;
}
