import { VmError } from '@picovm/core';
import type { Fault } from '../lzma.ts';
import { type Output, type Progress, pacer } from '../output.ts';
import { decodeHuffman, type HuffmanTable, readHuffman } from './huffman.ts';
import { runSequences, type SequenceMemory } from './sequences.ts';

const MOST_BLOCK = 1 << 17;

/** Unpacks the first frame of a zstd file (RFC 8878). What comes behind it is ignored. @throws VmError `ERR_INVALID_ARGUMENT` */
export async function unzstd(input: Uint8Array, output: Output, name: string, progress?: Progress): Promise<void> {
  let at = 5;
  const fault: Fault = (what) => {
    throw new VmError('ERR_INVALID_ARGUMENT', `${name} is a damaged zstd file: ${what}, near byte ${at}`, {
      offset: at,
    });
  };
  const pace = pacer(output, progress);
  const descriptor = input[4];
  const single = (descriptor & 0x20) !== 0;
  if ((descriptor & 8) !== 0) fault('its header');
  if ((descriptor & 3) !== 0) fault('it needs a dictionary');
  at += (single ? 0 : 1) + [single ? 1 : 0, 2, 4, 8][descriptor >> 6];
  const block = new Block(output, fault);
  for (let last = false; !last; ) {
    if (at + 3 > input.length) fault('it ends too early');
    const header = input[at] | (input[at + 1] << 8) | (input[at + 2] << 16);
    last = (header & 1) !== 0;
    const type = (header >> 1) & 3;
    const size = header >> 3;
    const stored = type === 1 ? 1 : size;
    at += 3;
    if (type === 3 || size > MOST_BLOCK || at + stored > input.length) fault('a block');
    const bytes = input.subarray(at, at + stored);
    if (type === 0) output.append(bytes);
    else if (type === 1) output.append(new Uint8Array(size).fill(bytes[0]));
    else block.decode(bytes);
    at += stored;
    await pace();
  }
}

/** Compressed blocks, which share tables and offsets with those before. */
class Block {
  readonly #output: Output;
  readonly #fault: Fault;
  readonly #memory: SequenceMemory = { tables: [], offsets: [1, 4, 8] };
  #huffman: HuffmanTable | undefined;

  constructor(output: Output, fault: Fault) {
    this.#output = output;
    this.#fault = fault;
  }

  decode(bytes: Uint8Array): void {
    const start = this.#output.length;
    const { literals, size } = this.#literals(bytes);
    runSequences(bytes.subarray(size), literals, this.#output, 0, this.#memory, this.#fault);
    if (this.#output.length - start > MOST_BLOCK) this.#fault('a block of too many bytes');
  }

  /** The literals section (RFC 8878, section 3.1.1.3.1), and how many bytes it took. */
  #literals(bytes: Uint8Array): { literals: Uint8Array; size: number } {
    const fault = this.#fault;
    if (bytes.length < 2) fault('it ends too early');
    const [first] = bytes;
    const type = first & 3;
    const format = (first >> 2) & 3;
    // Five bytes, as a number.
    const header = [4, 3, 2, 1, 0].reduce((value, n) => value * 256 + (bytes[n] ?? 0), 0);
    if (type < 2) {
      const length = format === 1 ? 2 : format === 3 ? 3 : 1;
      const count = length === 1 ? first >> 3 : (header % 2 ** (8 * length)) >> 4;
      const stored = type === 1 ? 1 : count;
      if (count > MOST_BLOCK || length + stored > bytes.length) fault('its literals');
      const data = bytes.subarray(length, length + stored);
      return { literals: type === 1 ? new Uint8Array(count).fill(data[0]) : data, size: length + stored };
    }
    const [length, width] = format < 2 ? [3, 10] : format === 2 ? [4, 14] : [5, 18];
    const count = Math.floor(header / 16) % 2 ** width;
    const size = length + (Math.floor(header / 2 ** (4 + width)) % 2 ** width);
    if (count > MOST_BLOCK || size > bytes.length) fault('its literals');
    let data = bytes.subarray(length, size);
    if (type === 2) {
      const { table, size: described } = readHuffman(data, fault);
      this.#huffman = table;
      data = data.subarray(described);
    }
    const huffman = this.#huffman ?? fault('a Huffman table that is not there');
    const literals = new Uint8Array(count);
    if (format === 0) decodeHuffman(huffman, data, literals, fault);
    else this.#fourStreams(huffman, data, literals);
    return { literals, size };
  }

  #fourStreams(huffman: HuffmanTable, data: Uint8Array, literals: Uint8Array): void {
    if (data.length < 10) this.#fault('its literals');
    const part = Math.ceil(literals.length / 4);
    let from = 6;
    for (let n = 0; n < 4; n++) {
      const end = n === 3 ? data.length : from + (data[2 * n] | (data[2 * n + 1] << 8));
      decodeHuffman(
        huffman,
        data.subarray(from, end),
        literals.subarray(n * part, n === 3 ? undefined : (n + 1) * part),
        this.#fault,
      );
      from = end;
    }
  }
}
