import type { Cpu } from './cpu.ts';
import { raiseLimit } from './fault.ts';
import { MODEL } from './models.ts';
import { MMIO_ENTRIES, SEG, SLOT } from './state-layout.ts';
import { fillTlb } from './tlb.ts';
import { findRegion, translate } from './translate.ts';

/** What one device access costs of the time until the next look at the clock, in instructions. */
const SINK_COST = 32;

/** Whether `size` bytes at `offset` are inside the segment. @param offset an int32 */
export function insideLimit(cpu: Cpu, segment: number, offset: number, size: number): boolean {
  return (offset >>> 0) + size - 1 <= cpu.u32[segment + SEG.LIMIT];
}

/**
 * A read that the fast path did not take: near or beyond the limit, across pages, not memory, or not yet in the TLB.
 * @returns an int32 for 4 bytes, unsigned for fewer
 */
export function readSlow(cpu: Cpu, segment: number, offset: number, size: 1 | 2 | 4): number {
  if (!insideLimit(cpu, segment, offset, size)) {
    if (cpu.model >= MODEL.I80286) raiseLimit(cpu, segment);
    return readWrapped(cpu, segment, offset, size);
  }
  return readLinear(cpu, (cpu.state[segment + SEG.BASE] + offset) | 0, size);
}

/** The same for a write. */
export function writeSlow(cpu: Cpu, segment: number, offset: number, size: 1 | 2 | 4, value: number): void {
  if (!insideLimit(cpu, segment, offset, size)) {
    if (cpu.model >= MODEL.I80286) raiseLimit(cpu, segment);
    for (let i = 0; i < size; i++) writeSlow(cpu, segment, (offset + i) & 0xffff, 1, (value >>> (8 * i)) & 0xff);
    return;
  }
  writeLinear(cpu, (cpu.state[segment + SEG.BASE] + offset) | 0, size, value);
}

/** Raises the fault that a write would raise, and does nothing else. */
export function probeWrite(cpu: Cpu, segment: number, offset: number, size: number): void {
  if (cpu.model >= MODEL.I80286 && !insideLimit(cpu, segment, offset, size)) raiseLimit(cpu, segment);
}

// The 8086 and 80186 have 16-bit offsets: a word at FFFF has its second byte at 0.
function readWrapped(cpu: Cpu, segment: number, offset: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value |= readSlow(cpu, segment, (offset + i) & 0xffff, 1) << (8 * i);
  return value;
}

/** Reads at a linear address (an int32), across pages if it must be. */
export function readLinear(cpu: Cpu, linear: number, size: 1 | 2 | 4): number {
  const first = 0x1000 - (linear & 0xfff);
  if (first >= size) return readPhysical(cpu, translate(cpu, linear), linear, size);
  const low = translate(cpu, linear);
  const high = translate(cpu, (linear + first) | 0);
  const value = readPart(cpu, low, linear, first);
  return value | (readPart(cpu, high, (linear + first) | 0, size - first) << (8 * first));
}

/** Writes at a linear address (an int32), across pages if it must be. */
function writeLinear(cpu: Cpu, linear: number, size: 1 | 2 | 4, value: number): void {
  const first = 0x1000 - (linear & 0xfff);
  if (first >= size) {
    writePhysical(cpu, translate(cpu, linear), linear, size, value);
    return;
  }
  const low = translate(cpu, linear);
  const high = translate(cpu, (linear + first) | 0);
  writePart(cpu, low, linear, first, value);
  writePart(cpu, high, (linear + first) | 0, size - first, value >>> (8 * first));
}

function readPart(cpu: Cpu, physical: number, linear: number, size: number): number {
  if (size !== 3) return readPhysical(cpu, physical, linear, size as 1 | 2);
  const first = (physical & 1) === 0 ? 2 : 1;
  const low = readPhysical(cpu, physical, linear, first);
  return low | (readPhysical(cpu, (physical + first) | 0, (linear + first) | 0, (3 - first) as 1 | 2) << (8 * first));
}

function writePart(cpu: Cpu, physical: number, linear: number, size: number, value: number): void {
  if (size !== 3) {
    writePhysical(cpu, physical, linear, size as 1 | 2, value);
    return;
  }
  const first = (physical & 1) === 0 ? 2 : 1;
  writePhysical(cpu, physical, linear, first, value);
  writePhysical(cpu, (physical + first) | 0, (linear + first) | 0, (3 - first) as 1 | 2, value >>> (8 * first));
}

// From here on an access lies on one page.
function readPhysical(cpu: Cpu, physical: number, linear: number, size: 1 | 2 | 4): number {
  const region = isMmio(cpu, linear) ? undefined : findRegion(cpu, physical);
  if (region === undefined) {
    noteMmio(cpu, linear);
    deviceAccess(cpu);
    const value = cpu.sink.mmioRead(physical >>> 0, size);
    return size === 4 ? value | 0 : size === 2 ? value & 0xffff : value & 0xff;
  }
  const at = region.arenaOffset + (physical >>> 0) - region.base;
  fillTlb(cpu, linear, at, false);
  return size === 1 ? cpu.mem[at] : size === 2 ? cpu.view.getUint16(at, true) : cpu.view.getInt32(at, true);
}

function writePhysical(cpu: Cpu, physical: number, linear: number, size: 1 | 2 | 4, value: number): void {
  const region = isMmio(cpu, linear) ? undefined : findRegion(cpu, physical);
  if (region === undefined) {
    noteMmio(cpu, linear);
    deviceAccess(cpu);
    cpu.sink.mmioWrite(physical >>> 0, size, size === 4 ? value >>> 0 : size === 2 ? value & 0xffff : value & 0xff);
    return;
  }
  if (region.readonly) return;
  const at = region.arenaOffset + (physical >>> 0) - region.base;
  if (size === 1) cpu.mem[at] = value;
  else if (size === 2) cpu.view.setUint16(at, value, true);
  else cpu.view.setInt32(at, value, true);
  const page = at >>> 12;
  cpu.dirty[page] = 1;
  const hasCode = cpu.cache.hasCode(page);
  if (hasCode) cpu.cache.written(at, size);
  fillTlb(cpu, linear, at, !hasCode);
}

function isMmio(cpu: Cpu, linear: number): boolean {
  return cpu.state[SLOT.MMIO_TAG + ((linear >>> 12) & (MMIO_ENTRIES - 1))] === (linear & -4096);
}

function noteMmio(cpu: Cpu, linear: number): void {
  cpu.state[SLOT.MMIO_TAG + ((linear >>> 12) & (MMIO_ENTRIES - 1))] = linear & -4096;
}

/** Brings the next look at the clock nearer: what a device does takes time that the instruction count does not show. */
export function deviceAccess(cpu: Cpu): void {
  charge(cpu, SINK_COST);
}

/** The same for anything that takes the time of `cost` instructions. The instruction count stays as it is. */
export function charge(cpu: Cpu, cost: number): void {
  const { state } = cpu;
  const earlier = Math.min(cost, state[SLOT.LEFT] - 1);
  if (earlier <= 0) return;
  cpu.target -= earlier;
  state[SLOT.LEFT] -= earlier;
}

/** Makes the CPU look at events after the current instruction. */
export function lookAtEvents(cpu: Cpu): void {
  const { state } = cpu;
  if (state[SLOT.LEFT] <= 0) return;
  cpu.target -= state[SLOT.LEFT];
  state[SLOT.LEFT] = 0;
}
