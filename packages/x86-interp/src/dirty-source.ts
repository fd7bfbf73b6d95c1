import { type DirtySource, type MemoryRegion, PAGE_SIZE } from '@picovm/core';
import type { Cpu } from './cpu/cpu.ts';
import { flushTlbWrites } from './cpu/tlb.ts';

/**
 * The log of the guest's writes. Each page is marked when it enters the TLB for writes; emptying that makes the next
 * write to every page count again.
 */
export function dirtySource(cpuOf: () => Cpu | undefined): DirtySource {
  const forget = (region: MemoryRegion): void => {
    const cpu = cpuOf();
    if (cpu === undefined) return;
    cpu.dirty.fill(0, region.arenaOffset / PAGE_SIZE, (region.arenaOffset + region.size) / PAGE_SIZE);
    flushTlbWrites(cpu);
  };
  return {
    start: forget,
    stop: () => {},
    collect: (region, bitmap) => {
      const { dirty } = cpuOf() ?? {};
      const first = region.arenaOffset / PAGE_SIZE;
      for (let page = 0; page < region.size / PAGE_SIZE; page++) {
        if (dirty?.[first + page] === 1) bitmap[page >>> 3] |= 1 << (page & 7);
      }
      forget(region);
    },
  };
}
