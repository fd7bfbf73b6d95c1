import { VmError } from '@picovm/core';
import { LzmaDecoder } from './lzma.ts';
import { type Output, type Progress, pacer } from './output.ts';

/** Bytes that are decoded in one go. */
const PART = 1 << 20;

/** Unpacks an .lzma file: properties, the dictionary's size, the size (or all ones), and the data. @throws VmError `ERR_INVALID_ARGUMENT` */
export async function unlzma(input: Uint8Array, output: Output, name: string, progress?: Progress): Promise<void> {
  const decoder = new LzmaDecoder(input, output, (what) => {
    const message = `${name} is a damaged lzma file: ${what}, near byte ${decoder.at}`;
    throw new VmError('ERR_INVALID_ARGUMENT', message, { offset: decoder.at });
  });
  const pace = pacer(output, progress);
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const known = input.length >= 13 && view.getBigUint64(5, true) !== 2n ** 64n - 1n;
  const size = known ? Number(view.getBigUint64(5, true)) : Number.POSITIVE_INFINITY;
  decoder.setProperties(input[0], 12);
  decoder.resetDictionary(input.length >= 13 ? view.getUint32(1, true) : 0);
  decoder.resetState();
  decoder.at = 13;
  decoder.startRange();
  while (output.length < size) {
    if (decoder.decode(Math.min(size - output.length, PART), true, size)) return;
    await pace();
  }
}
