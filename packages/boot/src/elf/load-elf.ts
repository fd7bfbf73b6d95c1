import { hex } from '@picovm/core';
import type { ImageReader } from '../image/image-reader.ts';
import type { Placement } from '../plan/placement.ts';
import type { ElfFile, ElfSegment } from './parse-elf.ts';

/**
 * Puts what an ELF file loads at its physical addresses.
 * @param shift is added to each, for images that may be moved
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function loadElf(file: ImageReader, elf: ElfFile, placement: Placement, shift = 0): void {
  elf.loads.forEach(({ offset, physical, fileSize, memorySize }, n) => {
    const bytes = file.slice(offset, fileSize, `what program header ${n} loads`);
    placement.put(`segment ${n}`, physical + shift, bytes, memorySize);
  });
}

/** The lowest and the highest physical address of an ELF file, the latter behind it. */
export function elfExtent({ loads }: ElfFile): { start: number; end: number } {
  const start = Math.min(...loads.map(({ physical }) => physical));
  const end = Math.max(...loads.map(({ physical, memorySize }) => physical + memorySize));
  return { start, end };
}

/**
 * The physical address of the entry: the header has a virtual one, as what is loaded has. Kernels that give a physical one are
 * believed.
 * @throws VmError `ERR_INVALID_ARGUMENT` if it lies in nothing that is loaded
 */
export function entryOf(file: ImageReader, { entry, loads }: ElfFile): number {
  const inside = (start: bigint, { memorySize }: ElfSegment): boolean =>
    entry >= start && entry < start + BigInt(memorySize);
  const byVirtual = loads.find((segment) => inside(segment.virtual, segment));
  if (byVirtual !== undefined) return Number(entry - byVirtual.virtual) + byVirtual.physical;
  if (loads.some((segment) => inside(BigInt(segment.physical), segment))) return Number(entry);
  const advice = 'check the entry in the linker script';
  return file.refuse(24, `its entry ${hex(entry)} lies in nothing that is loaded`, advice);
}
