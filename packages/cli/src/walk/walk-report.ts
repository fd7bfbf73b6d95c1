import { hex, type PhysicalBacking, physicalBacking } from '@picovm/core';
import {
  listMappings,
  type MappedRange,
  type PageWalk,
  type PagingMode,
  pagingMode,
  walkPageTables,
} from '@picovm/core/x86';
import type { WalkSettings } from '../options/walk-settings.ts';
import { UsageError } from '../usage-error.ts';
import type { Inspected } from './inspected.ts';

/** What the guest's physical address is in the machine. */
export type Backing =
  | {
      readonly kind: 'memory';
      readonly slot: number;
      readonly name: string;
      readonly offset: number;
      readonly arenaOffset: number;
    }
  | { readonly kind: 'mmio'; readonly owner: string; readonly offset: number }
  | { readonly kind: 'nothing' };

/** A memory slot: guest-physical addresses, and where they lie in the host's arena. */
export interface Slot {
  readonly slot: number;
  readonly base: number;
  readonly size: number;
  readonly name: string;
  readonly readonly: boolean;
  readonly arenaOffset: number;
}

/** What `picovm walk` tells, as plain data. */
export interface WalkReport {
  readonly about: string;
  readonly mode: PagingMode;
  readonly registers: Readonly<Record<'cr0' | 'cr3' | 'cr4' | 'efer', bigint>>;
  readonly walks: readonly (PageWalk & { readonly backing?: Backing })[];
  /** With `--all`. */
  readonly mappings?: {
    readonly complete: boolean;
    readonly ranges: readonly (MappedRange & { readonly backing: Backing })[];
  };
  /** With `--all`: the second level. */
  readonly slots?: readonly Slot[];
}

/** Looks at a stopped machine. @throws UsageError for an address that its CPU does not have */
export function walkReport(inspected: Inspected, settings: WalkSettings): WalkReport {
  const { memory, map, special, about } = inspected;
  const { access, user, addresses, all } = settings;
  const physicalBits = settings.physicalBits ?? inspected.physicalBits;
  const { cr0, cr3, cr4, efer } = special;
  const wanted = addresses.length === 0 && !all ? [inspected.instruction] : addresses;
  const long = pagingMode(special).endsWith('level');
  const tooWide = long ? undefined : addresses.find((address) => address >= 2n ** 32n);
  if (tooWide !== undefined) {
    throw new UsageError(
      `--address: ${hex(tooWide)} has more than 32 bits, and the guest is not in long mode: ${about}`,
    );
  }
  const backingAt = (address: number): Backing => backing(physicalBacking(memory, map, address));
  const walks = wanted.map((linear) => {
    const walk = walkPageTables(memory, special, linear, { access, user, physicalBits });
    return walk.physical === undefined ? walk : { ...walk, backing: backingAt(walk.physical) };
  });
  const report = { about, mode: pagingMode(special), registers: { cr0, cr3, cr4, efer }, walks };
  if (!all) return report;
  const { ranges, complete } = listMappings(memory, special, { physicalBits });
  const mappings = { complete, ranges: ranges.map((range) => ({ ...range, backing: backingAt(range.physical) })) };
  const slots = memory.regions.map(({ base, size, name, readonly, arenaOffset }, slot) => {
    return { slot, base, size, name, readonly, arenaOffset };
  });
  return { ...report, mappings, slots };
}

function backing({ slot, region, range, offset }: PhysicalBacking): Backing {
  if (region !== undefined) {
    return { kind: 'memory', slot, name: region.name, offset, arenaOffset: region.arenaOffset + offset };
  }
  return range === undefined ? { kind: 'nothing' } : { kind: 'mmio', owner: range.owner, offset };
}
