/** How a file may be compressed. */
export type CompressionFormat = 'gzip' | 'xz' | 'lzma' | 'lz4' | 'zstd' | 'bzip2' | 'lzo';

const MAGIC: readonly (readonly [CompressionFormat, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 8]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
  ['lz4', [0x02, 0x21, 0x4c, 0x18]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['lzo', [0x89, 0x4c, 0x5a, 0x4f]],
  // Properties as every encoder writes them, and a dictionary of whole 64 KiB.
  ['lzma', [0x5d, 0, 0]],
];

/** What a file is compressed with, by its first bytes; undefined if it does not look so. */
export function compressionFormat(bytes: Uint8Array): CompressionFormat | undefined {
  if (bytes.length < 13) return undefined;
  return MAGIC.find(([, magic]) => magic.every((byte, n) => bytes[n] === byte))?.[0];
}
