import type { Fault } from '../lzma.ts';
import type { Output } from '../output.ts';
import { BackwardBits } from './bits.ts';
import { FseState, type FseTable, makeFse, readFse, singleFse } from './fse.ts';

/** What the codes of a kind of number mean: where each begins, and how many bits follow. */
interface Codes {
  readonly bases: readonly number[];
  readonly extra: readonly number[];
  readonly mostLog: number;
  readonly standard: FseTable;
}

/** Codes whose ranges follow on one another. */
function codes(
  first: number,
  extra: readonly number[],
  mostLog: number,
  counts: readonly number[],
  log: number,
): Codes {
  let base = first;
  const bases = extra.map((bits) => {
    base += 2 ** bits;
    return base - 2 ** bits;
  });
  return { bases, extra, mostLog, standard: makeFse(counts, log) };
}

const times = (count: number, value: number): number[] => new Array(count).fill(value);

// RFC 8878, sections 3.1.1.3.2.1.1 and 3.1.1.3.2.2.
const LITERALS = codes(
  0,
  [...times(16, 0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  9,
  [4, 3, ...times(11, 2), 1, 1, 1, ...times(9, 2), 3, 2, ...times(5, 1), ...times(4, -1)],
  6,
);
const MATCHES = codes(
  3,
  [...times(32, 0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  9,
  [1, 4, 3, ...times(6, 2), ...times(37, 1), ...times(7, -1)],
  6,
);
const OFFSETS = codes(
  1,
  Array.from({ length: 32 }, (_, n) => n),
  8,
  [...times(6, 1), 2, 2, 2, ...times(15, 1), ...times(5, -1)],
  5,
);
const KINDS = [LITERALS, OFFSETS, MATCHES] as const;

/** What one block leaves to the next. */
export interface SequenceMemory {
  /** Of literals, offsets and matches. */
  tables: (FseTable | undefined)[];
  /** The last three offsets. */
  offsets: number[];
}

/** Carries out the sequences of a block: literals, and matches between them (RFC 8878, section 3.1.1.3.2). */
export function runSequences(
  bytes: Uint8Array,
  literals: Uint8Array,
  output: Output,
  floor: number,
  memory: SequenceMemory,
  fault: Fault,
): void {
  let at = 1;
  let count = bytes[0] ?? fault('it ends too early');
  if (count === 255) {
    count = bytes[1] + (bytes[2] << 8) + 0x7f00;
    at = 3;
  } else if (count >= 128) {
    count = ((count - 128) << 8) + bytes[1];
    at = 2;
  }
  if (count === 0) {
    output.append(literals);
    return;
  }
  const modes = bytes[at++];
  if (at >= bytes.length || (modes & 3) !== 0) fault('the header of its sequences');
  memory.tables = KINDS.map((kind, n) => {
    const mode = (modes >> (6 - 2 * n)) & 3;
    if (mode === 0) return kind.standard;
    if (mode === 3) return memory.tables[n] ?? fault('a table that is not there');
    if (mode === 1) {
      const symbol = bytes[at++] ?? 255;
      return symbol < kind.bases.length ? singleFse(symbol) : fault('an unknown code');
    }
    const { table, size } = readFse(bytes.subarray(at), kind.bases.length - 1, kind.mostLog, fault);
    at += size;
    return table;
  });
  const bits = new BackwardBits(bytes.subarray(at), fault);
  const [literal, offset, match] = memory.tables.map((table) => new FseState(table as FseTable, bits));
  let used = 0;
  for (let n = count; n > 0; n--) {
    const take = ({ bases, extra }: Codes, { symbol }: FseState): number => bases[symbol] + bits.read(extra[symbol]);
    const value = take(OFFSETS, offset);
    const length = take(MATCHES, match);
    const before = take(LITERALS, literal);
    const distance = nextOffset(memory.offsets, value, before === 0);
    if (n > 1) for (const state of [literal, match, offset]) state.advance(bits);
    if (before > literals.length - used) fault('a sequence of too many literals');
    output.append(literals.subarray(used, used + before));
    used += before;
    if (distance <= 0 || distance > output.length - floor) fault('a match reaches before the beginning');
    output.repeat(distance, length);
    if (bits.left < 0) fault('its sequences end too early');
  }
  if (bits.left !== 0) fault('sequences of the wrong length');
  output.append(literals.subarray(used));
}

/** Values up to 3 are one of the last three offsets; without literals, the first is left out, and 3 is one less than it. */
function nextOffset(offsets: number[], value: number, noLiterals: boolean): number {
  const which = value > 3 ? 3 : value - 1 + (noLiterals ? 1 : 0);
  const offset = value > 3 ? value - 3 : which === 3 ? offsets[0] - 1 : offsets[which];
  offsets.splice(Math.min(which, 2), 1);
  offsets.unshift(offset);
  return offset;
}
