import type { Cpu } from './cpu.ts';
import { watchesPage } from './debug-registers.ts';
import { ACCESS } from './page-walk.ts';
import { arenaOffset, findRegion } from './physical.ts';
import { isExpandDown } from './segment.ts';
import { mayRead, mayWrite } from './segment-access.ts';
import { SEG, SLOT } from './state-layout.ts';
import { TAG } from './tlb.ts';
import { translate } from './translate.ts';

const PAGE = 0x1000;
/** Bytes that are worked on at once at most. */
const STRETCH = 0x10000;

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
  // With alignment checks, each element is looked at.
  if (cpu.state[SLOT.TLB_MODE] === TAG.NEVER) return -1;
  if (cpu.watchData !== 0 && watchesPage(cpu, linear, access)) return -1;
  return arenaOffset(cpu, translate(cpu, linear, access | cpu.user));
}

/**
 * How many of `bytes` from an arena offset on, whose first page was pinned for writes, lie on pages that hold no decoded code. Their pages
 * count as written.
 */
export function bytesWithoutCode(cpu: Cpu, at: number, bytes: number): number {
  const first = at >>> 12;
  const last = (at + bytes - 1) >>> 12;
  for (let page = first + 1; page <= last; page++) {
    if (cpu.cache.hasCode(page)) return page * PAGE - at;
    cpu.dirty[page] = 1;
  }
  return bytes;
}

/**
 * How many elements of `size` bytes from `offset` on lie together in the arena: on the same page or, without paging, as far as the
 * region of memory goes; and below the end of the offsets.
 */
export function elementsTogether(cpu: Cpu, segment: number, offset: number, size: number, mask: number): number {
  const linear = ((cpu.state[segment + SEG.BASE] + offset) | 0) >>> 0;
  const far = cpu.paging === 0 && cpu.addressMask === -1 && cpu.watchData === 0;
  const end = far ? (findRegion(cpu, linear)?.end ?? 0) : 0;
  const together = Math.min(STRETCH, end - linear);
  if (together <= PAGE) return elementsOnPage(cpu, segment, offset, size, mask);
  return elementsWithin(cpu, segment, offset, size, mask, together);
}

/** How many elements of `size` bytes from `offset` on lie on the same page, and below the end of the offsets. */
export function elementsOnPage(cpu: Cpu, segment: number, offset: number, size: number, mask: number): number {
  const linear = (cpu.state[segment + SEG.BASE] + offset) | 0;
  return elementsWithin(cpu, segment, offset, size, mask, PAGE - (linear & (PAGE - 1)));
}

function elementsWithin(cpu: Cpu, segment: number, offset: number, size: number, mask: number, bytes: number): number {
  if (isExpandDown(cpu, segment)) return 0;
  const last = Math.min(mask >>> 0, cpu.u32[segment + SEG.LIMIT]);
  return Math.min((bytes / size) | 0, Math.floor((last - (offset >>> 0) + 1) / size));
}
