import type { Output } from './output.ts';

// The LZMA decoder, by the LZMA specification (7-zip.org, LZMA SDK): a range decoder whose bits have adaptive probabilities, and an
// LZ77 decoder with four recent distances, driven by a state of 12 values.

/** Probabilities have 11 bits. */
const HALF = 1 << 10;
const STATES = 12;
const POSITION_STATES = 16;
const ALIGN_BITS = 4;
/** The first distance slot whose lower bits are not all modelled. */
const DIRECT_FROM = 14;

/** Bits of a length decoder: choice, choice 2, low and middle of 8 values for each position state, high of 256. */
const LENGTH_LOW = 2;
const LENGTH_MIDDLE = LENGTH_LOW + POSITION_STATES * 8;
const LENGTH_HIGH = LENGTH_MIDDLE + POSITION_STATES * 8;
const LENGTH_SIZE = LENGTH_HIGH + 256;

// Where the groups of probabilities begin, all in one array.
const IS_MATCH = 0;
const IS_REPEAT = IS_MATCH + STATES * POSITION_STATES;
const IS_REPEAT_0 = IS_REPEAT + STATES;
const IS_REPEAT_0_LONG = IS_REPEAT_0 + STATES;
const IS_REPEAT_1 = IS_REPEAT_0_LONG + STATES * POSITION_STATES;
const IS_REPEAT_2 = IS_REPEAT_1 + STATES;
const SLOT = IS_REPEAT_2 + STATES;
const SPECIAL = SLOT + 4 * 64;
const ALIGN = SPECIAL + 128;
const MATCH_LENGTH = ALIGN + (1 << ALIGN_BITS);
const REPEAT_LENGTH = MATCH_LENGTH + LENGTH_SIZE;
const LITERAL = REPEAT_LENGTH + LENGTH_SIZE;

/** Says what is wrong with the data, by throwing. */
export type Fault = (what: string) => never;

/** One LZMA stream, which may come in chunks. */
export class LzmaDecoder {
  /** Position in the input. */
  at = 0;
  readonly #input: Uint8Array;
  readonly #output: Output;
  readonly #fault: Fault;
  /** Where the dictionary begins in the output. */
  #dictionary = 0;
  #dictionarySize = 0;
  #range = 0;
  #code = 0;
  #state = 0;
  #repeats = [0, 0, 0, 0];
  #probabilities = new Uint16Array(LITERAL);
  #literalContext = 0;
  #literalPosition = 0;
  #position = 0;

  constructor(input: Uint8Array, output: Output, fault: Fault) {
    this.#input = input;
    this.#output = output;
    this.#fault = fault;
  }

  /** Forgets the output so far. @param size how far back matches may reach, in bytes */
  resetDictionary(size: number): void {
    this.#dictionary = this.#output.length;
    this.#dictionarySize = size;
  }

  /** Takes the properties byte: (pb * 5 + lp) * 9 + lc. @param most the largest sum of lc and lp */
  setProperties(byte: number, most: number): void {
    const lc = byte % 9;
    const lp = Math.floor(byte / 9) % 5;
    const pb = Math.floor(byte / 45);
    if (pb > 4 || lc + lp > most) this.#fault(`LZMA properties ${byte} do not exist`);
    this.#literalContext = lc;
    this.#literalPosition = lp;
    this.#position = pb;
  }

  /** Forgets what the decoder learnt. */
  resetState(): void {
    const size = LITERAL + (0x300 << (this.#literalContext + this.#literalPosition));
    if (this.#probabilities.length !== size) this.#probabilities = new Uint16Array(size);
    this.#probabilities.fill(HALF);
    this.#state = 0;
    this.#repeats = [0, 0, 0, 0];
  }

  /** Begins a chunk: takes the five bytes that fill the range decoder. */
  startRange(): void {
    if (this.at + 5 > this.#input.length || this.#input[this.at] !== 0) this.#fault('no LZMA data');
    this.#range = 0xffffffff;
    this.#code = 0;
    for (let n = 1; n <= 4; n++) this.#code = (this.#code << 8) | this.#input[this.at + n];
    this.at += 5;
  }

  /**
   * Decodes until there are so many bytes more; of the last match, more of them if the stream is not over there.
   * @param mayEnd whether an end marker may come first
   * @param last where the output ends at the latest; default: there
   * @returns whether the end marker came
   */
  decode(count: number, mayEnd: boolean, last: number = this.#output.length + count): boolean {
    const output = this.#output;
    const end = output.length + count;
    const positions = (1 << this.#position) - 1;
    while (output.length < end) {
      const positionState = (output.length - this.#dictionary) & positions;
      const state = this.#state;
      if (this.#bit(IS_MATCH + state * POSITION_STATES + positionState) === 0) {
        this.#literal();
        continue;
      }
      let length: number;
      if (this.#bit(IS_REPEAT + state) === 0) {
        length = this.#length(MATCH_LENGTH, positionState);
        const distance = this.#distance(length);
        if (distance === 0xffffffff) {
          if (!mayEnd) this.#fault('its LZMA data end too early');
          return true;
        }
        this.#repeats = [distance, this.#repeats[0], this.#repeats[1], this.#repeats[2]];
        this.#state = state < 7 ? 7 : 10;
      } else if (this.#repeatIsShort(state, positionState)) {
        length = 1;
        this.#state = state < 7 ? 9 : 11;
      } else {
        length = this.#length(REPEAT_LENGTH, positionState);
        this.#state = state < 7 ? 8 : 11;
      }
      this.#copy(length, last);
    }
    return false;
  }

  #copy(length: number, end: number): void {
    const output = this.#output;
    const distance = this.#repeats[0] + 1;
    if (distance > output.length - this.#dictionary || distance > this.#dictionarySize) {
      this.#fault('an LZMA match reaches before the beginning');
    }
    if (length > end - output.length) this.#fault('an LZMA match is too long');
    output.repeat(distance, length);
  }

  #repeatIsShort(state: number, positionState: number): boolean {
    const repeats = this.#repeats;
    if (this.#bit(IS_REPEAT_0 + state) === 0) {
      return this.#bit(IS_REPEAT_0_LONG + state * POSITION_STATES + positionState) === 0;
    }
    const which = this.#bit(IS_REPEAT_1 + state) === 0 ? 1 : 2 + this.#bit(IS_REPEAT_2 + state);
    const [distance] = repeats.splice(which, 1);
    repeats.unshift(distance);
    return false;
  }

  #literal(): void {
    const output = this.#output;
    const done = output.length - this.#dictionary;
    const before = done > 0 ? output.bytes[output.length - 1] : 0;
    const context = this.#literalContext;
    const which = ((done & ((1 << this.#literalPosition) - 1)) << context) + (before >> (8 - context));
    const base = LITERAL + 0x300 * which;
    let symbol = 1;
    if (this.#state >= 7) {
      const distance = this.#repeats[0] + 1;
      if (distance > done) this.#fault('an LZMA match reaches before the beginning');
      // As long as it agrees with the byte that a match would give, that byte's bits choose the probabilities.
      let expected = output.bytes[output.length - distance];
      while (symbol < 0x100) {
        const hint = (expected >> 7) & 1;
        expected <<= 1;
        const bit = this.#bit(base + ((1 + hint) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== hint) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(base + symbol);
    output.reserve(1);
    output.bytes[output.length++] = symbol;
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  #length(base: number, positionState: number): number {
    if (this.#bit(base) === 0) return 2 + this.#tree(base + LENGTH_LOW + positionState * 8, 3);
    if (this.#bit(base + 1) === 0) return 10 + this.#tree(base + LENGTH_MIDDLE + positionState * 8, 3);
    return 18 + this.#tree(base + LENGTH_HIGH, 8);
  }

  #distance(length: number): number {
    const slot = this.#tree(SLOT + 64 * Math.min(length - 2, 3), 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const top = ((2 | (slot & 1)) << bits) >>> 0;
    if (slot < DIRECT_FROM) return top + this.#reverseTree(SPECIAL + top - slot, bits);
    let direct = 0;
    for (let n = bits - ALIGN_BITS; n > 0; n--) {
      this.#range >>>= 1;
      const bit = this.#code >>> 0 >= this.#range ? 1 : 0;
      if (bit === 1) this.#code = (this.#code - this.#range) | 0;
      direct = (direct << 1) | bit;
      this.#normalize();
    }
    return (top + direct * 16 + this.#reverseTree(ALIGN, ALIGN_BITS)) >>> 0;
  }

  #tree(base: number, bits: number): number {
    let symbol = 1;
    for (let n = 0; n < bits; n++) symbol = (symbol << 1) | this.#bit(base + symbol);
    return symbol - (1 << bits);
  }

  #reverseTree(base: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let n = 0; n < bits; n++) {
      const bit = this.#bit(base + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << n;
    }
    return value;
  }

  #bit(index: number): number {
    const probability = this.#probabilities[index];
    const bound = (this.#range >>> 11) * probability;
    let bit: number;
    if (this.#code >>> 0 < bound) {
      this.#range = bound;
      this.#probabilities[index] = probability + ((2048 - probability) >> 5);
      bit = 0;
    } else {
      this.#range -= bound;
      this.#code = (this.#code - bound) | 0;
      this.#probabilities[index] = probability - (probability >> 5);
      bit = 1;
    }
    this.#normalize();
    return bit;
  }

  #normalize(): void {
    if (this.#range >= 0x1000000) return;
    if (this.at >= this.#input.length) this.#fault('its LZMA data end too early');
    this.#range = (this.#range << 8) >>> 0;
    this.#code = (this.#code << 8) | this.#input[this.at++];
  }
}
