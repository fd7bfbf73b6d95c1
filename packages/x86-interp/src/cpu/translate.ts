import type { MemoryRegion } from '@picovm/core';
import type { Cpu } from './cpu.ts';

/** The physical address (an int32) of a linear one. Without paging they differ by the address lines alone. */
export function translate(cpu: Cpu, linear: number): number {
  return linear & cpu.addressMask;
}

/** The region that holds a physical address, or undefined. @param physical an int32 */
export function findRegion(cpu: Cpu, physical: number): MemoryRegion | undefined {
  const address = physical >>> 0;
  const last = cpu.lastRegion;
  if (last !== undefined && address >= last.base && address < last.end) return last;
  const { regions } = cpu;
  for (let i = 0; i < regions.length; i++) {
    const region = regions[i];
    if (address >= region.base && address < region.end) {
      cpu.lastRegion = region;
      return region;
    }
  }
  return undefined;
}

/** The arena offset of a physical address (an int32), or -1 if it is no memory. */
export function arenaOffset(cpu: Cpu, physical: number): number {
  const region = findRegion(cpu, physical);
  return region === undefined ? -1 : region.arenaOffset + (physical >>> 0) - region.base;
}
