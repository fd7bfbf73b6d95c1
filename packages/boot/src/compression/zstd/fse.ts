import type { Fault } from '../lzma.ts';
import { type BackwardBits, ForwardBits } from './bits.ts';

/** A table of finite state entropy: each state has a symbol, and where to go next (RFC 8878, section 4.1). */
export interface FseTable {
  /** It has 2 to the power of this many states. */
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

/** A table with one state, which always gives the same symbol. */
export function singleFse(symbol: number): FseTable {
  return { log: 0, symbols: Uint8Array.of(symbol), bits: Uint8Array.of(0), bases: Uint16Array.of(0) };
}

/** @param counts how often each symbol comes, of 2 to the power of `log`; -1: less than once */
export function makeFse(counts: readonly number[], log: number): FseTable {
  const size = 1 << log;
  const table: FseTable = {
    log,
    symbols: new Uint8Array(size),
    bits: new Uint8Array(size),
    bases: new Uint16Array(size),
  };
  const next = counts.map((count) => Math.abs(count));
  let high = size - 1;
  counts.forEach((count, symbol) => {
    if (count === -1) table.symbols[high--] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  counts.forEach((count, symbol) => {
    for (let n = 0; n < count; n++) {
      table.symbols[at] = symbol;
      do at = (at + step) & (size - 1);
      while (at > high);
    }
  });
  for (let state = 0; state < size; state++) {
    const rank = next[table.symbols[state]]++;
    const bits = log - (31 - Math.clz32(rank));
    table.bits[state] = bits;
    table.bases[state] = (rank << bits) - size;
  }
  return table;
}

/** Reads a table's description. @param most the largest symbol @returns it, and how many bytes it took */
export function readFse(
  bytes: Uint8Array,
  most: number,
  mostLog: number,
  fault: Fault,
): { table: FseTable; size: number } {
  const bits = new ForwardBits(bytes);
  const log = bits.peek(4) + 5;
  bits.taken = 4;
  if (log > mostLog) fault('a table that is too large');
  const counts: number[] = [];
  let left = (1 << log) + 1;
  while (left > 1) {
    if (counts.length > most) fault('a table of too many symbols');
    // So many values are possible; the lower ones are told in a bit less.
    const width = 32 - Math.clz32(left);
    const short = (1 << width) - 1 - left;
    let value = bits.peek(width);
    if ((value & ((1 << (width - 1)) - 1)) < short) {
      value &= (1 << (width - 1)) - 1;
      bits.taken += width - 1;
    } else {
      if (value >= 1 << (width - 1)) value -= short;
      bits.taken += width;
    }
    const count = value - 1;
    counts.push(count);
    left -= Math.abs(count);
    for (let zeros = count === 0 ? 3 : 0; zeros === 3; ) {
      zeros = bits.peek(2);
      bits.taken += 2;
      for (let n = 0; n < zeros; n++) counts.push(0);
      if (counts.length > most + 1) fault('a table of too many symbols');
    }
  }
  const size = Math.ceil(bits.taken / 8);
  if (left !== 1 || size > bytes.length) fault('a table that does not add up');
  return { table: makeFse(counts, log), size };
}

/** Where a reader of symbols is in a table. */
export class FseState {
  readonly #table: FseTable;
  #state: number;

  constructor(table: FseTable, bits: BackwardBits) {
    this.#table = table;
    this.#state = bits.read(table.log);
  }

  /** The symbol here. */
  get symbol(): number {
    return this.#table.symbols[this.#state];
  }

  /** Goes on. */
  advance(bits: BackwardBits): void {
    this.#state = this.#table.bases[this.#state] + bits.read(this.#table.bits[this.#state]);
  }
}
