import { elfExtent, entryOf, loadElf } from '../elf/load-elf.ts';
import { type ElfFile, parseElf } from '../elf/parse-elf.ts';
import type { ImageReader } from '../image/image-reader.ts';
import type { Placement } from '../plan/placement.ts';
import type { AddressFields } from './header1.ts';

/** A kernel in memory. */
export interface LoadedKernel {
  /** Physical. */
  readonly entry: number;
  /** The lowest address of it. */
  readonly base: number;
  /** What it was moved by. */
  readonly shift: number;
  /** Undefined if address fields were used instead. */
  readonly elf: ElfFile | undefined;
}

/** What the ELF headers, or the address fields, say of a kernel, without loading it. */
export interface KernelPlace {
  readonly start: number;
  readonly end: number;
  readonly elf: ElfFile | undefined;
}

/** @throws VmError `ERR_INVALID_ARGUMENT` */
export function placeOfKernel(file: ImageReader, addresses: AddressFields | undefined): KernelPlace {
  if (addresses !== undefined) {
    return { start: addresses.load, end: addresses.load + addresses.memorySize, elf: undefined };
  }
  const elf = parseElf(file);
  return { ...elfExtent(elf), elf };
}

/** @param entry the one that the header tells, instead of the ELF file's @throws VmError `ERR_INVALID_ARGUMENT` */
export function loadKernel(
  file: ImageReader,
  placement: Placement,
  addresses: AddressFields | undefined,
  { start, elf }: KernelPlace,
  entry: number | undefined,
  shift = 0,
): LoadedKernel {
  if (elf !== undefined) loadElf(file, elf, placement, shift);
  else if (addresses !== undefined) {
    const bytes = file.slice(addresses.offset, addresses.size, 'what the multiboot header loads');
    placement.put('kernel', addresses.load + shift, bytes, addresses.memorySize);
  }
  const begin = entry ?? (elf === undefined ? start : entryOf(file, elf));
  return { entry: begin + shift, base: start + shift, shift, elf };
}
