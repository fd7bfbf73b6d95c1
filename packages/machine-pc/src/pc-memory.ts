import { type MemoryMap, pcMemoryMap } from '@picovm/boot';

/** Where the linear frame buffer of the VGA is, as memory of the VM. */
export const FRAME_BUFFER: { readonly base: number; readonly size: number; readonly name: string } = {
  base: 0xe0000000,
  size: 16 << 20,
  name: 'frame buffer',
};

/** Bytes of memory if nobody says how many. */
export const DEFAULT_MEMORY: number = 64 << 20;

/**
 * The memory of a `pc` machine, and what its guest is told of it: that of `pcMemoryMap`, and the frame buffer. Loaders of
 * `@picovm/boot` take it as their option `memory`.
 * @param ramBytes a multiple of 4096, from 1 MiB to 3 GiB. Default 64 MiB
 * @param romBytes of the firmware. Default 64 KiB, those of `@picovm/bios`
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function pcMemory(ramBytes: number = DEFAULT_MEMORY, romBytes = 0x10000): MemoryMap {
  const { regions, e820 } = pcMemoryMap(ramBytes, { romBytes });
  return { regions: [...regions, FRAME_BUFFER].sort((a, b) => a.base - b.base), e820 };
}
