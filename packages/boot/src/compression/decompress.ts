import { VmError } from '@picovm/core';
import { checkImage } from '../image/check-image.ts';
import { type CompressionFormat, compressionFormat } from './compression-format.ts';
import { gunzip } from './gunzip.ts';
import { unlz4 } from './lz4.ts';
import { unlzma } from './lzma-alone.ts';
import { Output, type Progress } from './output.ts';
import { unxz } from './xz.ts';
import { unzstd } from './zstd/unzstd.ts';

/** How `decompress` goes about it. */
export interface DecompressOptions {
  /** What the file is called in messages. Default `the file`. */
  readonly name?: string;
  /** Bytes that come out at most. Default 512 MiB. */
  readonly maximum?: number;
  /** Called now and then with the number of bytes that came out so far. */
  readonly onProgress?: Progress;
}

type Decompressor = (input: Uint8Array, output: Output, name: string, progress?: Progress) => Promise<void>;

const DECOMPRESSORS: Readonly<Record<CompressionFormat, Decompressor | undefined>> = {
  gzip: gunzip,
  xz: unxz,
  lzma: unlzma,
  lz4: unlz4,
  zstd: unzstd,
  bzip2: undefined,
  lzo: undefined,
};

/** Whether `decompress` knows a format. */
export function canDecompress(format: CompressionFormat): boolean {
  return DECOMPRESSORS[format] !== undefined;
}

/**
 * Unpacks a file that is compressed with gzip, xz (LZMA2, also with the x86 filter), lzma, lz4 or zstd. Memory grows with what
 * really comes out, up to the limit, and the event loop gets its turn meanwhile.
 * @throws VmError (as a rejection) `ERR_INVALID_ARGUMENT` if it is damaged, of another format, or larger than `maximum`
 */
export async function decompress(bytes: Uint8Array, options: DecompressOptions = {}): Promise<Uint8Array> {
  const { name = 'the file', maximum = 2 ** 29, onProgress } = options;
  checkImage(bytes, name);
  const format = compressionFormat(bytes);
  const decompressor = format && DECOMPRESSORS[format];
  if (decompressor === undefined) {
    const what = format === undefined ? 'of no format that is known' : `${format}, which is not supported`;
    const message = `${name} cannot be unpacked: it is ${what}; there are gzip, xz, lzma, lz4 and zstd`;
    throw new VmError('ERR_INVALID_ARGUMENT', message, { format });
  }
  const output = new Output(maximum, name);
  await decompressor(bytes, output, name, onProgress);
  onProgress?.(output.length);
  return output.result();
}
