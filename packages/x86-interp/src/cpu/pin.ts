import type { Cpu } from './cpu.ts';
import { watchesPage } from './debug-registers.ts';
import { ACCESS } from './page-walk.ts';
import { arenaOffset } from './physical.ts';
import { isExpandDown } from './segment.ts';
import { mayRead, mayWrite } from './segment-access.ts';
import { SEG } from './state-layout.ts';
import { translate } from './translate.ts';

// For string instructions, which work on a stretch of memory at once where it is plain RAM.

/**
 * The arena offset of `size` bytes at an address that can be read with no side effect, or -1. They lie on one page.
 * @throws FAULT for a page fault
 */
export function pinRead(cpu: Cpu, segment: number, offset: number, size: number): number {
  return mayRead(cpu, segment, offset, size) ? pin(cpu, segment, offset, ACCESS.READ) : -1;
}

/** The same for writes: RAM that holds no decoded code. The page counts as written. */
export function pinWrite(cpu: Cpu, segment: number, offset: number, size: number): number {
  const at = mayWrite(cpu, segment, offset, size) ? pin(cpu, segment, offset, ACCESS.WRITE) : -1;
  if (at < 0 || cpu.lastRegion?.readonly || cpu.cache.hasCode(at >>> 12)) return -1;
  cpu.dirty[at >>> 12] = 1;
  return at;
}

function pin(cpu: Cpu, segment: number, offset: number, access: number): number {
  const linear = (cpu.state[segment + SEG.BASE] + offset) | 0;
  if (cpu.watchData !== 0 && watchesPage(cpu, linear, access)) return -1;
  return arenaOffset(cpu, translate(cpu, linear, access | cpu.user));
}

/** How many elements of `size` bytes from `offset` on lie on the same page, and below the end of the offsets. */
export function elementsOnPage(cpu: Cpu, segment: number, offset: number, size: number, mask: number): number {
  if (isExpandDown(cpu, segment)) return 0;
  const linear = (cpu.state[segment + SEG.BASE] + offset) | 0;
  const page = ((0x1000 - (linear & 0xfff)) / size) | 0;
  const last = Math.min(mask >>> 0, cpu.u32[segment + SEG.LIMIT]);
  return Math.min(page, Math.floor((last - (offset >>> 0) + 1) / size));
}
