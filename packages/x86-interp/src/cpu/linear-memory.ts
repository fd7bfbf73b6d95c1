import type { MemoryRegion } from '@picovm/core';
import { COUNT } from './counts.ts';
import type { Cpu } from './cpu.ts';
import { noteData } from './debug-registers.ts';
import { deviceAccess } from './pace.ts';
import { ACCESS, PAGE_FLAG } from './page-walk.ts';
import { findRegion } from './physical.ts';
import { MMIO_ENTRIES, SLOT } from './state-layout.ts';
import { fillTlb } from './tlb.ts';
import { translate } from './translate.ts';

const PAGE = 0x1000;
// Constants of this module, because V8 folds those, but not imported ones, into compiled code.
const { MMIO_TAG } = SLOT;
const MMIO_MASK = MMIO_ENTRIES - 1;
const { READ, WRITE } = ACCESS;
const { WRITABLE } = PAGE_FLAG;

/**
 * Reads at a linear address (an int32). Across pages, both are translated first.
 * @param user `ACCESS.USER` or 0: whose access it is @returns an int32 for 4 bytes, unsigned for fewer
 */
export function readLinear(cpu: Cpu, linear: number, size: 1 | 2 | 4, user: number): number {
  cpu.counts[COUNT.SLOW_ACCESSES]++;
  const first = PAGE - (linear & (PAGE - 1));
  let value: number;
  if (first >= size) value = readPhysical(cpu, translate(cpu, linear, user), size, linear, user);
  else {
    const low = translate(cpu, linear, user);
    const high = translate(cpu, (linear + first) | 0, user);
    value = readPart(cpu, low, first) | (readPart(cpu, high, size - first) << (8 * first));
  }
  if (cpu.watchData !== 0) noteData(cpu, linear, size, READ);
  return value;
}

/** Writes at a linear address (an int32). Across pages, both are translated first. @param user as in readLinear */
export function writeLinear(cpu: Cpu, linear: number, size: 1 | 2 | 4, value: number, user: number): void {
  cpu.counts[COUNT.SLOW_ACCESSES]++;
  const access = WRITE | user;
  const first = PAGE - (linear & (PAGE - 1));
  if (first >= size) writePhysical(cpu, translate(cpu, linear, access), size, value, linear, access);
  else {
    const low = translate(cpu, linear, access);
    const high = translate(cpu, (linear + first) | 0, access);
    writePart(cpu, low, first, value);
    writePart(cpu, high, size - first, value >>> (8 * first));
  }
  if (cpu.watchData !== 0) noteData(cpu, linear, size, WRITE);
}

/** Raises the page fault that an access to `size` bytes would raise, and does nothing else. */
export function probeLinear(cpu: Cpu, linear: number, size: number, access: number): void {
  if (cpu.paging === 0) return;
  translate(cpu, linear, access);
  for (let next = PAGE - (linear & (PAGE - 1)); next < size; next += PAGE) translate(cpu, (linear + next) | 0, access);
}

// A part of 3 bytes goes as an aligned pair and a byte.
function readPart(cpu: Cpu, physical: number, size: number): number {
  if (size !== 3) return readPhysical(cpu, physical, size as 1 | 2);
  const first = (physical & 1) === 0 ? 2 : 1;
  const low = readPhysical(cpu, physical, first);
  return low | (readPhysical(cpu, physical + first, (3 - first) as 1 | 2) << (8 * first));
}

function writePart(cpu: Cpu, physical: number, size: number, value: number): void {
  if (size !== 3) {
    writePhysical(cpu, physical, size as 1 | 2, value);
    return;
  }
  const first = (physical & 1) === 0 ? 2 : 1;
  writePhysical(cpu, physical, first, value);
  writePhysical(cpu, physical + first, (3 - first) as 1 | 2, value >>> (8 * first));
}

/** No address: what was read or written does not enter the TLB. */
const NOWHERE = -1;

// From here on an access lies on one page. With `access`, its translation was the last one, and enters the TLB.
function readPhysical(cpu: Cpu, physical: number, size: 1 | 2 | 4, linear = 0, access: number = NOWHERE): number {
  const region = memoryAt(cpu, physical);
  if (region === undefined) {
    deviceAccess(cpu);
    const value = cpu.sink.mmioRead(physical, size);
    return size === 4 ? value | 0 : size === 2 ? value & 0xffff : value & 0xff;
  }
  const at = region.arenaOffset + physical - region.base;
  if (access !== NOWHERE) fillTlb(cpu, linear, at, access, mayWriteNext(cpu, region, at >>> 12));
  return size === 1 ? cpu.mem[at] : size === 2 ? cpu.view.getUint16(at, true) : cpu.view.getInt32(at, true);
}

function writePhysical(
  cpu: Cpu,
  physical: number,
  size: 1 | 2 | 4,
  value: number,
  linear = 0,
  access: number = NOWHERE,
): void {
  const region = memoryAt(cpu, physical);
  if (region === undefined) {
    deviceAccess(cpu);
    cpu.sink.mmioWrite(physical, size, size === 4 ? value >>> 0 : size === 2 ? value & 0xffff : value & 0xff);
    return;
  }
  if (region.readonly) return;
  const at = region.arenaOffset + physical - region.base;
  if (size === 1) cpu.mem[at] = value;
  else if (size === 2) cpu.view.setUint16(at, value, true);
  else cpu.view.setInt32(at, value, true);
  const page = at >>> 12;
  cpu.dirty[page] = 1;
  const hasCode = cpu.cache.hasCode(page);
  if (hasCode) cpu.cache.written(at, size);
  if (access !== NOWHERE) fillTlb(cpu, linear, at, access, !hasCode);
}

// Whether a write to a page that was read needs no look: nothing is to be noted about it.
function mayWriteNext(cpu: Cpu, region: MemoryRegion, page: number): boolean {
  const allowed = cpu.paging === 0 || (cpu.pageFlags & WRITABLE) !== 0;
  return allowed && cpu.dirty[page] !== 0 && !region.readonly && !cpu.cache.hasCode(page);
}

// The region of an access; undefined for a device.
function memoryAt(cpu: Cpu, physical: number): MemoryRegion | undefined {
  const tag = MMIO_TAG + ((physical >>> 12) & MMIO_MASK);
  const page = physical & -PAGE;
  if (cpu.state[tag] === page && physical <= 0xffffffff) return undefined;
  const region = findRegion(cpu, physical);
  if (region === undefined && physical <= 0xffffffff) cpu.state[tag] = page;
  return region;
}
