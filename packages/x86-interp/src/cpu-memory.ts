import {
  Arena,
  checkNames,
  GuestMemory,
  hex,
  type MemoryRegionSpec,
  PAGE_SIZE,
  showValue,
  VmError,
  type VmErrorCode,
} from '@picovm/core';

/** A region of the memory of a CPU that stands alone. */
export interface CpuMemoryRegion extends Omit<MemoryRegionSpec, 'size'> {
  /** Bytes, a multiple of 4096, at least 4096. Default: as many pages as `data` needs. */
  readonly size?: number;
  /** What it begins with: copied, because all memory of a CPU lies in one piece of its own. */
  readonly data?: Uint8Array;
}

/** The physical memory of a CPU: bytes from address 0 on, regions, or memory that there is already. */
export type CpuMemory = number | readonly CpuMemoryRegion[] | GuestMemory;

// As a record, so that the compiler misses a name that is missing here.
const FIELDS: Record<keyof CpuMemoryRegion, true> = {
  base: true,
  size: true,
  data: true,
  name: true,
  readonly: true,
};

/**
 * Makes the memory that was asked for, with `extra` bytes in its arena for the CPU itself.
 * @throws VmError `ERR_INVALID_ARGUMENT`, `ERR_REGION_ALIGNMENT`, `ERR_REGION_OVERLAP`, `ERR_ARENA_FULL`
 */
export function memoryOf(memory: CpuMemory, extra: number): GuestMemory {
  if (typeof memory === 'number') {
    checkMultiple(memory, 'the memory of a CPU', 'bytes', 1);
    return create([{ base: 0, size: memory }], extra);
  }
  if (!Array.isArray(memory)) return existing(memory as GuestMemory);
  const regions: readonly CpuMemoryRegion[] = memory;
  if (regions.length === 0) {
    throw invalid('the memory of a CPU has at least one region: give it one, such as { base: 0, size: 65536 }');
  }
  regions.forEach(checkRegion);
  const created = create(
    regions.map(({ base, size, data, name, readonly }) => ({ base, size: size ?? sizeFor(data), name, readonly })),
    extra,
  );
  for (const { base, data } of regions) if (data !== undefined) created.write(base, data);
  return created;
}

function checkRegion(region: CpuMemoryRegion, n: number): void {
  const where = `memory[${n}] of a CPU`;
  checkNames(where, region, Object.keys(FIELDS), 'field');
  const { base, size, data, name, readonly } = region;
  checkMultiple(base, `${where}: base`, 'an address', 0);
  // Of another realm, too: some test runners have one of their own.
  if (data !== undefined && (data as Partial<Uint8Array> | null)?.BYTES_PER_ELEMENT !== 1) {
    throw invalid(`${where}: data must be a Uint8Array, not ${showValue(data)}`);
  }
  if (size !== undefined || data === undefined) checkMultiple(size, `${where}: size`, 'bytes', 1);
  // What is longer than its region would go on in the next one.
  if (size !== undefined && data !== undefined && data.length > size) {
    throw invalid(`${where}: data has ${data.length} bytes, and the region ${size}: make it larger, or leave size out`);
  }
  if (name !== undefined && typeof name !== 'string') {
    throw invalid(`${where}: name must be a string, not ${showValue(name)}`);
  }
  if (readonly !== undefined && typeof readonly !== 'boolean') {
    throw invalid(`${where}: readonly must be true or false, not ${showValue(readonly)}`);
  }
}

function checkMultiple(value: unknown, what: string, unit: string, min: number): void {
  const number = typeof value === 'number';
  if (number && Number.isSafeInteger(value) && value >= min && value % PAGE_SIZE === 0) return;
  const advice = typeof value === 'bigint' && value >= 0n ? `: write ${value}` : '';
  const needed = `${unit}, a multiple of ${PAGE_SIZE}${min > 0 ? ' above 0' : ''}`;
  const shown = number && Number.isSafeInteger(value) && value >= 0 ? hex(value) : showValue(value);
  const code = number ? 'ERR_REGION_ALIGNMENT' : 'ERR_INVALID_ARGUMENT';
  throw invalid(`${what} must be ${needed}, not ${shown}${advice}`, code);
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
  throw invalid(
    `the memory of a CPU is a number of bytes, a list of regions, or a GuestMemory, not ${showValue(memory)}: give the bytes ` +
      'that you have as the data of a region, or write them to its memory',
  );
}

function invalid(message: string, code: VmErrorCode = 'ERR_INVALID_ARGUMENT'): VmError {
  return new VmError(code, message);
}
