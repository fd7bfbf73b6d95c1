import { Arena, GuestMemory, hex, type MemoryRegionSpec, PAGE_SIZE, VmError } from '@picovm/core';

/** A region of the memory of a CPU that stands alone. */
export interface CpuMemoryRegion extends Omit<MemoryRegionSpec, 'size'> {
  /** Bytes, a multiple of 4096, at least 4096. Default: as many pages as `data` needs. */
  readonly size?: number;
  /** What it begins with: copied, because all memory of a CPU lies in one piece of its own. */
  readonly data?: Uint8Array;
}

/** The physical memory of a CPU: bytes from address 0 on, regions, or memory that there is already. */
export type CpuMemory = number | readonly CpuMemoryRegion[] | GuestMemory;

/**
 * Makes the memory that was asked for, with `extra` bytes in its arena for the CPU itself.
 * @throws VmError `ERR_INVALID_ARGUMENT`, `ERR_REGION_ALIGNMENT`, `ERR_REGION_OVERLAP`, `ERR_ARENA_FULL`
 */
export function memoryOf(memory: CpuMemory, extra: number): GuestMemory {
  if (typeof memory === 'number') return create([{ base: 0, size: memory }], extra);
  if (!Array.isArray(memory)) return existing(memory as GuestMemory);
  const regions: readonly CpuMemoryRegion[] = memory;
  for (const region of regions) checkData(region);
  const created = create(
    regions.map(({ base, size, data, name, readonly }) => ({ base, size: size ?? sizeFor(data), name, readonly })),
    extra,
  );
  for (const { base, data } of regions) if (data !== undefined) created.write(base, data);
  return created;
}

// What is longer than its region would go on in the next one.
function checkData({ base, size, data }: CpuMemoryRegion): void {
  if (data === undefined) return;
  // Of another realm, too: some test runners have one of their own.
  if ((data as Partial<Uint8Array>).BYTES_PER_ELEMENT === 1 && data.length <= (size ?? data.length)) return;
  throw new VmError(
    'ERR_INVALID_ARGUMENT',
    `the data of the memory region at ${hex(base)} is no Uint8Array, or longer than the region`,
    { base, size },
  );
}

function sizeFor(data: Uint8Array | undefined): number {
  return Math.ceil((data?.length ?? 0) / PAGE_SIZE) * PAGE_SIZE;
}

function create(regions: readonly MemoryRegionSpec[], extra: number): GuestMemory {
  const bytes = regions.reduce((sum, { size }) => sum + size, extra + PAGE_SIZE);
  return new GuestMemory(new Arena(Number.isSafeInteger(bytes) ? bytes : 0), regions);
}

// Not by its class: it may be of another copy of core.
function existing(memory: GuestMemory): GuestMemory {
  if (typeof memory?.onHostWrite === 'function') return memory;
  throw new VmError(
    'ERR_INVALID_ARGUMENT',
    'the memory of a CPU is a number of bytes, a list of regions, or a GuestMemory: give the bytes that you have as the ' +
      'data of a region, or write them to its memory',
  );
}
