import type { MemoryRegion } from '@picovm/core';
import type { Cpu } from './cpu.ts';

/** What the address lines make of a physical address (A20 may be off). @param address up to 36 bits, unsigned */
export function drive(cpu: Cpu, address: number): number {
  if (cpu.addressMask === -1) return address;
  const low = (address & cpu.addressMask) >>> 0;
  return address > 0xffffffff ? low + (address - (address >>> 0)) : low;
}

/** The region that holds a physical address, or undefined. @param address unsigned */
export function findRegion(cpu: Cpu, address: number): MemoryRegion | undefined {
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

/** The arena offset of a physical address (unsigned), or -1 if it is no memory. */
export function arenaOffset(cpu: Cpu, address: number): number {
  const region = findRegion(cpu, address);
  return region === undefined ? -1 : region.arenaOffset + address - region.base;
}
