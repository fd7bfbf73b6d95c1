import { UsageError } from '../usage-error.ts';
import type { WALK_OPTIONS } from './option-table.ts';
import { given, type OptionValues, oneOf } from './parse-args.ts';
import { parseNumber } from './parse-number.ts';

const ADDRESS = /^(0x[0-9a-f]+|[0-9]+)$/i;
const LAST_ADDRESS = 0xffff_ffff_ffff_ffffn;
/** What an x86 CPU can have of physical address bits. */
const FEWEST_BITS = 32;
const MOST_BITS = 52;

/** For who says nothing: a guest that never halts must not keep the command for ever. */
export const DEFAULT_WALK_TIMEOUT = '5s';

/** What the options of `picovm walk` say of what to look at, and how. */
export interface WalkSettings {
  /** The file to look at, instead of a guest that is run. */
  readonly snapshot: string | undefined;
  /** Linear; none stands for the instruction that the CPU is at. */
  readonly addresses: readonly bigint[];
  readonly all: boolean;
  readonly access: 'read' | 'write' | 'execute' | undefined;
  readonly user: boolean;
  readonly physicalBits: number | undefined;
}

/** @throws UsageError for each value that cannot be read */
export function walkSettings(options: OptionValues<typeof WALK_OPTIONS>): WalkSettings {
  const { access, user = false } = options;
  if (user && access === undefined) {
    throw new UsageError('--user: say of which access, with --access: without it the rights of both levels are shown');
  }
  return {
    snapshot: options.snapshot,
    addresses: (options.address ?? []).map(parseLinear),
    all: options.all ?? false,
    access: given(access, (text) => oneOf(text, '--access', ['read', 'write', 'execute'])),
    user,
    physicalBits: given(options['physical-bits'], parseBits),
  };
}

function parseLinear(text: string): bigint {
  const value = ADDRESS.test(text) ? BigInt(text) : -1n;
  if (value < 0n) throw new UsageError(`--address: '${text}' is no address: write it like 0xc0001000 or 4096`);
  if (value > LAST_ADDRESS) throw new UsageError(`--address: '${text}' has more than 64 bits`);
  return value;
}

function parseBits(text: string): number {
  const bits = parseNumber(text, '--physical-bits');
  if (bits >= FEWEST_BITS && bits <= MOST_BITS) return bits;
  throw new UsageError(`--physical-bits: a CPU has ${FEWEST_BITS} to ${MOST_BITS} of them, not ${text}`);
}
