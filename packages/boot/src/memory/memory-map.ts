import { type MemoryRegionSpec, showValue, VmError } from '@picovm/core';

/** What a range of physical addresses is (ACPI specification, table "Address Range Types"). */
export const E820 = {
  /** Memory for the guest to use. */
  RAM: 1,
  /** Not for use. */
  RESERVED: 2,
  /** ACPI tables, to be used as RAM once they are read. */
  ACPI: 3,
  /** Kept over sleep. */
  NVS: 4,
  /** Broken memory. */
  UNUSABLE: 5,
} as const;

/** A range of the memory map that guests are told: what INT 15h, AX=E820h gives. */
export interface E820Entry {
  /** Physical. */
  readonly base: number;
  /** Bytes. */
  readonly length: number;
  /** One of {@link E820}. */
  readonly type: number;
}

/** The memory of a machine: what the VM has, and what guests are told of it. */
export interface MemoryMap {
  /** For the option `memory` of a `Vm`. */
  readonly regions: readonly MemoryRegionSpec[];
  /** Sorted by address. */
  readonly e820: readonly E820Entry[];
}

/** A map, or the regions of a VM: a loader then tells the guest of all of them that are not read-only. */
export type MemoryLike = MemoryMap | readonly MemoryRegionSpec[];

const MIB = 2 ** 20;
const EBDA = 0x9fc00;
const VGA = 0xa0000;
const SHADOW = 0xc0000;
const BIOS = 0xf0000;
/** Where the addresses of PCI devices begin. */
const MOST_RAM = 3 * 2 ** 30;
const FOUR_GIB = 2 ** 32;

/** What else `pcMemoryMap` takes. */
export interface PcMemoryOptions {
  /** Bytes of the ROM that ends at 4 GiB, a multiple of 4096, at most 16 MiB. Default: none. */
  readonly romBytes?: number;
}

/**
 * The memory of a PC.
 *
 * | range | in the VM | in the e820 map |
 * |---|---|---|
 * | 0–9FBFF | RAM | RAM |
 * | 9FC00–9FFFF | RAM (EBDA) | reserved |
 * | A0000–BFFFF | no memory: VGA | not in it |
 * | C0000–EFFFF | RAM, for option ROMs | not in it |
 * | F0000–FFFFF | RAM, for the BIOS | reserved |
 * | 100000–end of RAM | RAM | RAM |
 * | 100000000 − ROM–FFFFFFFF | read-only, if `romBytes` says so | reserved |
 *
 * @param ramBytes a multiple of 4096, from 1 MiB to 3 GiB; what lies behind A0000–FFFFF is not added at the end
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function pcMemoryMap(ramBytes: number, { romBytes = 0 }: PcMemoryOptions = {}): MemoryMap {
  checkSize('the memory of a PC', ramBytes, MIB, MOST_RAM);
  if (romBytes !== 0) checkSize('the ROM of a PC', romBytes, 4096, 16 * MIB);
  const regions: MemoryRegionSpec[] = [
    { base: 0, size: VGA, name: 'low' },
    { base: SHADOW, size: MIB - SHADOW, name: 'shadow' },
  ];
  const e820: E820Entry[] = [
    { base: 0, length: EBDA, type: E820.RAM },
    { base: EBDA, length: VGA - EBDA, type: E820.RESERVED },
    { base: BIOS, length: MIB - BIOS, type: E820.RESERVED },
  ];
  if (ramBytes > MIB) {
    regions.push({ base: MIB, size: ramBytes - MIB, name: 'ram' });
    e820.push({ base: MIB, length: ramBytes - MIB, type: E820.RAM });
  }
  if (romBytes > 0) {
    regions.push({ base: FOUR_GIB - romBytes, size: romBytes, name: 'rom', readonly: true });
    e820.push({ base: FOUR_GIB - romBytes, length: romBytes, type: E820.RESERVED });
  }
  return { regions, e820 };
}

function checkSize(what: string, size: number, least: number, most: number): void {
  if (Number.isSafeInteger(size) && size >= least && size <= most && size % 4096 === 0) return;
  throw new VmError(
    'ERR_INVALID_ARGUMENT',
    `${what} has ${showValue(size)} bytes: give a multiple of 4096 from ${least} to ${most}`,
    { size },
  );
}

/** The map of a loader's option `memory`. @throws VmError `ERR_INVALID_ARGUMENT` */
export function memoryMapOf(memory: MemoryLike): MemoryMap {
  const isMap = typeof memory === 'object' && memory !== null && 'e820' in memory;
  if (isMap && Array.isArray(memory.regions) && Array.isArray(memory.e820)) return memory;
  if (isMap || !Array.isArray(memory) || memory.length === 0) {
    const message = `\`memory\` says what memory the VM has, as pcMemoryMap() gives it; ${showValue(memory)} does not`;
    throw new VmError('ERR_INVALID_ARGUMENT', message);
  }
  const writable = memory.filter((region: MemoryRegionSpec) => region.readonly !== true);
  const e820 = writable.map(({ base, size }: MemoryRegionSpec) => ({ base, length: size, type: E820.RAM }));
  return { regions: memory, e820: e820.flatMap(withoutHole).sort((a, b) => a.base - b.base) };
}

/** On a PC, A0000–FFFFF is never RAM for guests to find. */
function withoutHole({ base, length, type }: E820Entry): E820Entry[] {
  const end = base + length;
  const below = { base, length: Math.min(end, VGA) - base, type };
  const from = Math.max(base, MIB);
  return [below, { base: from, length: end - from, type }].filter((part) => part.length > 0);
}
