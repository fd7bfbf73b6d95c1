import { VmError } from '@picovm/core';
import { undoBcjX86 } from './bcj-x86.ts';
import { crc32 } from './crc32.ts';
import { type Fault, LzmaDecoder } from './lzma.ts';
import { type Output, type Progress, pacer } from './output.ts';

// The .xz File Format 1.1.0: a header, blocks (each with its filters, of which we know LZMA2 and x86), an index, a footer.

const FILTER_X86 = 4;
const FILTER_LZMA2 = 0x21;
const CHECK_CRC32 = 1;
/** The size of a block's check, by its kind. */
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
/** Dictionaries hold no more than the output. */
const LARGEST_DICTIONARY = 2 ** 32 - 1;

interface Filters {
  /** Where the x86 filter counts from; undefined if there is none. */
  bcj: number | undefined;
  dictionary: number;
}

/** Unpacks the first stream of an xz file. What comes behind it is ignored. @throws VmError `ERR_INVALID_ARGUMENT` */
export async function unxz(input: Uint8Array, output: Output, name: string, progress?: Progress): Promise<void> {
  let at = 12;
  const fault: Fault = (what) => {
    throw new VmError('ERR_INVALID_ARGUMENT', `${name} is a damaged xz file: ${what}, near byte ${at}`, { offset: at });
  };
  const pace = pacer(output, progress);
  const check = input[7];
  if (input.length < 12 || input[6] !== 0 || check > 15) fault('its header');
  for (;;) {
    if (at >= input.length) fault('it ends too early');
    // The index: all blocks are done.
    if (input[at] === 0) return;
    const filters = readBlockHeader(input, at, fault);
    at += (input[at] + 1) * 4;
    const start = output.length;
    at = await lzma2(input, at, output, filters.dictionary, fault, pace);
    const block = output.bytes.subarray(start, output.length);
    if (filters.bcj !== undefined) undoBcjX86(block, filters.bcj);
    at = (at + 3) & ~3;
    if (at + CHECK_SIZES[check] > input.length) fault('it ends too early');
    if (
      check === CHECK_CRC32 &&
      crc32(block) !== new DataView(input.buffer, input.byteOffset + at).getUint32(0, true)
    ) {
      fault('a wrong checksum');
    }
    at += CHECK_SIZES[check];
  }
}

function readBlockHeader(input: Uint8Array, from: number, fault: Fault): Filters {
  const end = from + (input[from] + 1) * 4 - 4;
  if (end + 4 > input.length) fault('it ends too early');
  const flags = input[from + 1];
  let at = from + 2;
  const number = (): number => {
    let value = 0;
    for (let n = 0; n < 9; n++) {
      if (at >= end) fault('a block header');
      const byte = input[at++];
      value += (byte & 0x7f) * 2 ** (7 * n);
      if (byte < 0x80) return value;
    }
    return fault('a number in a block header');
  };
  if ((flags & 0x3c) !== 0) fault('a block with unknown flags');
  if ((flags & 0x40) !== 0) number();
  if ((flags & 0x80) !== 0) number();
  const filters: Filters = { bcj: undefined, dictionary: -1 };
  for (let n = 0; n <= (flags & 3); n++) {
    const id = number();
    const size = number();
    if (size > end - at) fault('a block header');
    if (id === FILTER_X86 && filters.bcj === undefined && (size === 0 || size === 4)) {
      filters.bcj = size === 4 ? new DataView(input.buffer, input.byteOffset + at).getUint32(0, true) : 0;
    } else if (id === FILTER_LZMA2 && n === (flags & 3) && size === 1 && input[at] <= 40) {
      const code = input[at];
      filters.dictionary = code === 40 ? LARGEST_DICTIONARY : (2 | (code & 1)) * 2 ** ((code >> 1) + 11);
    } else fault(`a filter that is not supported (0x${id.toString(16)})`);
    at += size;
  }
  if (filters.dictionary < 0) fault('a block without LZMA2');
  return filters;
}

/** @returns where the block's data end */
async function lzma2(
  input: Uint8Array,
  from: number,
  output: Output,
  dictionary: number,
  fault: Fault,
  pace: () => Promise<void> | undefined,
): Promise<number> {
  const decoder = new LzmaDecoder(input, output, fault);
  decoder.at = from;
  // What must be reset first: 2 the dictionary and all, 1 the properties.
  let missing = 2;
  for (;;) {
    const { at } = decoder;
    if (at + 6 > input.length) fault('it ends too early');
    const control = input[at];
    if (control === 0) return at + 1;
    if (control === 1 || control >= 0xe0) {
      decoder.resetDictionary(dictionary);
      missing = Math.min(missing, 1);
    } else if (missing === 2) fault('a chunk without a dictionary');
    if (control < 0x80) {
      if (control > 2) fault('an unknown chunk');
      const size = ((input[at + 1] << 8) | input[at + 2]) + 1;
      if (at + 3 + size > input.length) fault('it ends too early');
      output.append(input.subarray(at + 3, at + 3 + size));
      decoder.at = at + 3 + size;
      continue;
    }
    const size = (((control & 0x1f) << 16) | (input[at + 1] << 8) | input[at + 2]) + 1;
    const end = at + ((input[at + 3] << 8) | input[at + 4]) + 1 + (control >= 0xc0 ? 6 : 5);
    decoder.at = at + 5;
    if (control >= 0xc0) {
      decoder.setProperties(input[at + 5], 4);
      decoder.at++;
      missing = 0;
    } else if (missing > 0) fault('a chunk without properties');
    if (control >= 0xa0) decoder.resetState();
    decoder.startRange();
    decoder.decode(size, false);
    if (decoder.at !== end) fault('a chunk of the wrong length');
    await pace();
  }
}
