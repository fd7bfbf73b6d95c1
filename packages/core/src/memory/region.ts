import { VmError } from '../errors.ts';
import { hex } from '../format.ts';
import { type Arena, PAGE_SIZE } from './arena.ts';

/** A range of guest-physical memory, as the user asks for it. */
export interface MemoryRegionSpec {
  /** Guest-physical address of the first byte, a multiple of 4096. */
  readonly base: number;
  /** Bytes, a multiple of 4096, at least 4096. */
  readonly size: number;
  /** What the address map calls it. Default `ram`, or `rom` if it is read-only. */
  readonly name?: string;
  /** The guest's writes are dropped. Default false. */
  readonly readonly?: boolean;
}

/** A range of guest-physical memory that lies in the VM's arena. */
export class MemoryRegion {
  /** Guest-physical address of the first byte. */
  readonly base: number;
  /** Bytes. */
  readonly size: number;
  /** What the address map calls it. */
  readonly name: string;
  /** Whether the guest's writes are dropped. */
  readonly readonly: boolean;
  /** Offset of the first byte in the arena. */
  readonly arenaOffset: number;
  /**
   * The bytes themselves, not a copy. Who writes here calls {@link GuestMemory.markDirty} afterwards;
   * `GuestMemory.write` does so by itself.
   */
  readonly bytes: Uint8Array;

  /** Takes the region's bytes from `arena`. @throws VmError `ERR_ARENA_FULL` */
  constructor(spec: MemoryRegionSpec, arena: Arena) {
    this.base = spec.base;
    this.size = spec.size;
    this.readonly = spec.readonly ?? false;
    this.name = nameOf(spec);
    this.arenaOffset = arena.allocate(spec.size);
    this.bytes = new Uint8Array(arena.buffer, this.arenaOffset, spec.size);
  }

  /** The first address behind the region. */
  get end(): number {
    return this.base + this.size;
  }
}

/**
 * Checks regions before any memory is had for them, and sorts them by address.
 * @throws VmError `ERR_REGION_ALIGNMENT`, `ERR_REGION_OVERLAP`
 */
export function checkRegions(specs: readonly MemoryRegionSpec[]): MemoryRegionSpec[] {
  for (const spec of specs) {
    const { base, size } = spec;
    const whole = Number.isSafeInteger(base) && Number.isSafeInteger(size) && base >= 0 && size > 0;
    if (!whole || base % PAGE_SIZE !== 0 || size % PAGE_SIZE !== 0 || base + size > 2 ** 52) {
      throw new VmError(
        'ERR_REGION_ALIGNMENT',
        `memory region ${nameOf(spec)} has base ${base} and size ${size}: ` +
          `both must be multiples of ${PAGE_SIZE} below 2^52, and the size not 0`,
        { base, size },
      );
    }
  }
  const sorted = [...specs].sort((a, b) => a.base - b.base);
  sorted.forEach((spec, i) => {
    const next = sorted[i + 1];
    if (next !== undefined && spec.base + spec.size > next.base) {
      throw new VmError(
        'ERR_REGION_OVERLAP',
        `memory regions ${describe(spec)} and ${describe(next)} overlap: move or shorten one of them`,
        { first: spec, second: next },
      );
    }
  });
  return sorted;
}

function nameOf({ name, readonly }: MemoryRegionSpec): string {
  return name ?? (readonly ? 'rom' : 'ram');
}

function describe(spec: MemoryRegionSpec): string {
  return `${nameOf(spec)} (${hex(spec.base)}-${hex(spec.base + spec.size - 1)})`;
}
