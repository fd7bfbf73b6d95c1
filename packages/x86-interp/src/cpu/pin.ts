import type { Cpu } from './cpu.ts';
import { insideLimit } from './slow-memory.ts';
import { SEG } from './state-layout.ts';
import { findRegion, translate } from './translate.ts';

// For string instructions, which work on a stretch of memory at once where it is plain RAM.

/** The arena offset of `size` bytes at an address that can be read with no side effect, or -1. They lie on one page. */
export function pinRead(cpu: Cpu, segment: number, offset: number, size: number): number {
  if (!insideLimit(cpu, segment, offset, size)) return -1;
  const physical = translate(cpu, (cpu.state[segment + SEG.BASE] + offset) | 0);
  const region = findRegion(cpu, physical);
  return region === undefined ? -1 : region.arenaOffset + (physical >>> 0) - region.base;
}

/** The same for writes: RAM that holds no decoded code. The page counts as written. */
export function pinWrite(cpu: Cpu, segment: number, offset: number, size: number): number {
  const at = pinRead(cpu, segment, offset, size);
  if (at < 0 || cpu.lastRegion?.readonly || cpu.cache.hasCode(at >>> 12)) return -1;
  cpu.dirty[at >>> 12] = 1;
  return at;
}

/** How many elements of `size` bytes from `offset` on lie on the same page, and below the end of the offsets. */
export function elementsOnPage(cpu: Cpu, segment: number, offset: number, size: number, mask: number): number {
  const linear = (cpu.state[segment + SEG.BASE] + offset) | 0;
  const page = ((0x1000 - (linear & 0xfff)) / size) | 0;
  const last = Math.min(mask >>> 0, cpu.u32[segment + SEG.LIMIT]);
  return Math.min(page, Math.floor((last - (offset >>> 0) + 1) / size));
}
