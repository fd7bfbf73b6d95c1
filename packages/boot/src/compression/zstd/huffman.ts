import type { Fault } from '../lzma.ts';
import { BackwardBits } from './bits.ts';
import { FseState, readFse } from './fse.ts';

/** Codes have at most so many bits. */
const MOST_BITS = 11;

/** A Huffman table: for each value of the next `log` bits, the symbol and how many of them it takes. */
export interface HuffmanTable {
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
}

/** Reads a table's description (RFC 8878, section 4.2.1). @returns it, and how many bytes it took */
export function readHuffman(bytes: Uint8Array, fault: Fault): { table: HuffmanTable; size: number } {
  const header = bytes[0] ?? 0;
  const direct = header >= 128;
  const size = 1 + (direct ? (header - 126) >> 1 : header);
  if (bytes.length < size) fault('it ends too early');
  const data = bytes.subarray(1, size);
  const weights = direct
    ? Array.from({ length: header - 127 }, (_, n) => (data[n >> 1] >> (n % 2 === 0 ? 4 : 0)) & 15)
    : readWeights(data, fault);
  // The last weight is what is left to a power of two.
  const sum = weights.reduce((total, weight) => total + ((1 << weight) >> 1), 0);
  const log = 32 - Math.clz32(sum);
  const rest = (1 << log) - sum;
  if (sum === 0 || log > MOST_BITS || (rest & (rest - 1)) !== 0) fault('a Huffman table that does not add up');
  weights.push(32 - Math.clz32(rest));
  const table: HuffmanTable = { log, symbols: new Uint8Array(1 << log), bits: new Uint8Array(1 << log) };
  let at = 0;
  for (let weight = 1; weight <= log; weight++) {
    weights.forEach((each, symbol) => {
      if (each !== weight) return;
      const end = at + (1 << (weight - 1));
      table.symbols.fill(symbol, at, end);
      table.bits.fill(log + 1 - weight, at, end);
      at = end;
    });
  }
  return { table, size };
}

function readWeights(data: Uint8Array, fault: Fault): number[] {
  const { table, size } = readFse(data, 255, 6, fault);
  const bits = new BackwardBits(data.subarray(size), fault);
  const weights: number[] = [];
  let [one, other] = [new FseState(table, bits), new FseState(table, bits)];
  // The two take turns, until one wants more bits than there are: then the other has the last.
  for (;;) {
    weights.push(one.symbol);
    one.advance(bits);
    if (bits.left < 0) {
      weights.push(other.symbol);
      break;
    }
    [one, other] = [other, one];
    if (weights.length > 254) fault('a Huffman table of too many symbols');
  }
  if (weights.length > 255) fault('a Huffman table of too many symbols');
  return weights;
}

/** Decodes one stream into `out`, all of it. */
export function decodeHuffman(
  { log, symbols, bits }: HuffmanTable,
  stream: Uint8Array,
  out: Uint8Array,
  fault: Fault,
): void {
  const source = new BackwardBits(stream, fault);
  for (let n = 0; n < out.length; n++) {
    const code = source.peek(log);
    out[n] = symbols[code];
    source.left -= bits[code];
  }
  if (source.left !== 0) fault('a Huffman stream of the wrong length');
}
