import { checkNames } from '../arguments.ts';
import { VmError } from '../errors.ts';
import { hexRange } from '../format.ts';
import type { AccessSize } from './access.ts';
import type { MapEntry } from './address-map.ts';
import type { MmioHandler, PortHandler, RangeSpec } from './handler.ts';

/** A claimed range on a bus: who owns it, what answers it, and how often it was touched. */
export class RangeEntry<H extends PortHandler | MmioHandler> {
  readonly base: number;
  readonly length: number;
  readonly min: AccessSize;
  readonly max: AccessSize;
  readonly label: string;
  readonly coalesced: boolean;
  readonly owner: string;
  readonly handler: H;
  reads = 0;
  writes = 0;

  constructor(spec: RangeSpec, owner: string, handler: H) {
    this.base = spec.base;
    this.length = spec.length;
    this.min = spec.width?.min ?? 1;
    this.max = spec.width?.max ?? 4;
    this.label = spec.label ?? '';
    this.coalesced = spec.coalesced ?? false;
    this.owner = owner;
    this.handler = handler;
  }
}

/** The row of a claimed range in the address map. */
export function mapEntry<H extends PortHandler | MmioHandler>(space: 'port' | 'mmio', entry: RangeEntry<H>): MapEntry {
  const { base, length, owner, label, coalesced } = entry;
  return { space, base, length, owner, label, ...(coalesced && { coalesced }) };
}

/** How often the addresses of one claimed range were touched. */
export interface OwnerAccessCounts {
  /** The device's id. */
  readonly owner: string;
  /** Reads that reached it. */
  readonly reads: number;
  /** Writes that reached it. */
  readonly writes: number;
}

/** Whether the owner takes an access as it is: inside its range, of its widths, and on a multiple of the smallest. */
export function takesAsIs<H extends PortHandler | MmioHandler>(
  entry: RangeEntry<H>,
  offset: number,
  size: AccessSize,
): boolean {
  return size >= entry.min && size <= entry.max && (offset & (entry.min - 1)) === 0 && offset + size <= entry.length;
}

/** The keys of a range; `space` is that of a `PlacedRange`. */
export const RANGE_KEYS: readonly string[] = ['base', 'length', 'width', 'label', 'coalesced', 'space'];

/**
 * Refuses a range that is malformed or leaves the address space of `limit` addresses.
 * @throws VmError `ERR_BUS_RANGE`; `ERR_INVALID_ARGUMENT` if it is no object, or has a key that there is not
 */
export function checkRange(space: string, spec: RangeSpec, owner: string, limit: number): void {
  checkNames(`the ${space} range that ${owner} claims`, spec, RANGE_KEYS, 'key');
  const { base, length } = spec;
  const min = spec.width?.min ?? 1;
  const max = spec.width?.max ?? 4;
  const whole = Number.isSafeInteger(base) && Number.isSafeInteger(length);
  if (!whole || base < 0 || length < 1 || base + length > limit) {
    const range = whole && length > 0 ? hexRange(base, length) : `base ${base}, length ${length}`;
    throw new VmError(
      'ERR_BUS_RANGE',
      `${owner} claims the ${space} range ${range}, which is not within 0x0-0x${(limit - 1).toString(16)}`,
      { space, owner, base, length },
    );
  }
  if (![1, 2, 4].includes(min) || ![1, 2, 4].includes(max) || min > max || length % min !== 0 || base % min !== 0) {
    throw new VmError(
      'ERR_BUS_RANGE',
      `${owner} claims the ${space} range ${hexRange(base, length)} with widths ${min} to ${max}: ` +
        'both must be 1, 2 or 4, and base and length multiples of the smaller',
      { space, owner, base, length, width: { min, max } },
    );
  }
  if (spec.coalesced !== undefined && typeof spec.coalesced !== 'boolean') {
    throw new VmError(
      'ERR_BUS_RANGE',
      `${owner} claims the ${space} range ${hexRange(base, length)} with coalesced: ${spec.coalesced}, which must be ` +
        'true or false',
      { space, owner, base, length },
    );
  }
}

/** Addresses and who owns them. */
export interface OwnedRange {
  /** A device's id, or what else it is. */
  readonly owner: string;
  /** First address. */
  readonly base: number;
  /** Number of addresses. */
  readonly length: number;
}

/** The error for two owners of the same addresses, naming both ranges and both owners. */
export function overlapError(space: string, claimed: OwnedRange, existing: OwnedRange): VmError {
  return new VmError(
    'ERR_BUS_OVERLAP',
    `${claimed.owner} claims the ${space} range ${hexRange(claimed.base, claimed.length)}, which overlaps ` +
      `${hexRange(existing.base, existing.length)} of ${existing.owner}: move one of them, or leave one out`,
    {
      space,
      claimed: { owner: claimed.owner, base: claimed.base, length: claimed.length },
      existing: { owner: existing.owner, base: existing.base, length: existing.length },
    },
  );
}
