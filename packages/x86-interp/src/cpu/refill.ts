import type { MemoryRegion } from '@picovm/core';
import { COUNT } from './counts.ts';
import type { Cpu } from './cpu.ts';
import { ACCESS, ENTRY, PAGE_FLAG, PAGING } from './page-walk.ts';
import { findRegion } from './physical.ts';
import { MMIO_ENTRIES, SEG, SLOT } from './state-layout.ts';
import { fillTlb, TAG } from './tlb.ts';

const PAGE = 0x1000;
/** What an entry of a page table must have, so that a read, or a write, changes nothing in it. */
const READ_BITS = ENTRY.P | ENTRY.A;
const WRITE_BITS = ENTRY.P | ENTRY.A | ENTRY.D;
/** Address bits of a directory entry that a page of 4 MiB must not have set to be taken here. */
const LARGE_ODD = 0x3ff000;

/** Which rights and flags the walk that came last has found. */
let rights = 0;
let leaf = 0;

/**
 * What most accesses need that miss the TLB: the page enters it, if its tables are those of 32-bit paging, say yes, and need no bit
 * set. Everything else, faults included, is left to the way that can do all.
 * @param access `ACCESS.READ` or `ACCESS.WRITE`
 * @returns the arena offset of the operand; or -1, and nothing has changed
 */
export function refill(cpu: Cpu, segment: number, offset: number, size: 1 | 2 | 4, access: number): number {
  const { state } = cpu;
  const write = access === ACCESS.WRITE;
  const counts = write ? SEG.WRITE1 : SEG.READ1;
  if (offset >>> 0 >= cpu.u32[segment + counts + (size >> 1)]) return -1;
  const linear = (state[segment + SEG.BASE] + offset) | 0;
  if ((linear & (PAGE - 1)) > PAGE - size) return -1;
  if (cpu.watchData !== 0 || cpu.addressMask !== -1 || state[SLOT.TLB_MODE] === TAG.NEVER) return -1;
  const page = cpu.paging === 0 ? linear & -PAGE : physicalPage(cpu, linear, write);
  if (page === NONE || state[SLOT.MMIO_TAG + ((page >>> 12) & (MMIO_ENTRIES - 1))] === page) return -1;
  const region = findRegion(cpu, page >>> 0);
  if (region === undefined || (write && region.readonly)) return -1;
  const at = region.arenaOffset + (page >>> 0) - region.base + (linear & (PAGE - 1));
  const hasCode = cpu.cache.hasCode(at >>> 12);
  if (write) {
    // Beside the code of a page, data may be written to as often as it likes: a stack, for one.
    if (hasCode && cpu.cache.hasCodeAt(at, size)) return -1;
    cpu.dirty[at >>> 12] = 1;
  }
  cpu.counts[COUNT.SLOW_ACCESSES]++;
  fillTlb(cpu, linear, at, access | cpu.user, mayWrite(cpu, region, at >>> 12) && !hasCode);
  return at;
}

/** No page begins there. */
const NONE = -1;

// The rights are those that both levels grant (Intel SDM volume 3A, section 4.6).
function physicalPage(cpu: Cpu, linear: number, write: boolean): number {
  const { paging, user } = cpu;
  if ((paging & PAGING.PAE) !== 0) return NONE;
  const directory = readEntry(cpu, (cpu.state[SLOT.CR3] & -PAGE) + ((linear >>> 22) << 2));
  if ((directory & READ_BITS) !== READ_BITS) return NONE;
  const large = (directory & ENTRY.PS) !== 0 && (paging & PAGING.PSE) !== 0;
  if (large && (directory & LARGE_ODD) !== 0) return NONE;
  leaf = large ? directory : readEntry(cpu, (directory & -PAGE) + (((linear >>> 12) & 0x3ff) << 2));
  const wanted = write ? WRITE_BITS : READ_BITS;
  if ((leaf & wanted) !== wanted) return NONE;
  rights = directory & leaf;
  if (user !== 0 && (rights & ENTRY.US) === 0) return NONE;
  if (write && !isWritable(cpu)) return NONE;
  cpu.counts[COUNT.PAGE_WALKS]++;
  if (large) cpu.largePages = true;
  const global = (paging & PAGING.GLOBAL) !== 0 && (leaf & ENTRY.G) !== 0;
  cpu.pageFlags =
    (global ? PAGE_FLAG.GLOBAL : 0) | ((leaf & ENTRY.D) !== 0 && isWritable(cpu) ? PAGE_FLAG.WRITABLE : 0);
  return large ? (leaf & -PAGE) | (linear & LARGE_ODD) : leaf & -PAGE;
}

function isWritable(cpu: Cpu): boolean {
  return (rights & ENTRY.RW) !== 0 || (cpu.user === 0 && (cpu.paging & PAGING.WP) === 0);
}

// Whether a write to the page needs no look: nothing is to be noted about it.
function mayWrite(cpu: Cpu, region: MemoryRegion, page: number): boolean {
  const allowed = cpu.paging === 0 || (cpu.pageFlags & PAGE_FLAG.WRITABLE) !== 0;
  return allowed && cpu.dirty[page] !== 0 && !region.readonly;
}

// Tables lie where there is memory; what is elsewhere is not for this file. Entries are aligned.
function readEntry(cpu: Cpu, address: number): number {
  const region = findRegion(cpu, address >>> 0);
  return region === undefined ? 0 : cpu.mem32[(region.arenaOffset + (address >>> 0) - region.base) >> 2];
}
