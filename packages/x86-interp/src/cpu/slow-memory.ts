import type { Cpu } from './cpu.ts';
import { probeLinear, readLinear, writeLinear } from './linear-memory.ts';
import { MODEL } from './models.ts';
import { ACCESS } from './page-walk.ts';
import { refill } from './refill.ts';
import { checkRead, checkWrite, insideLimit } from './segment-access.ts';
import { SEG } from './state-layout.ts';

/**
 * A read that the fast path did not take: near or beyond the limit, across pages, not memory, or not yet in the TLB.
 * @returns an int32 for 4 bytes, unsigned for fewer
 */
export function readSlow(cpu: Cpu, segment: number, offset: number, size: 1 | 2 | 4): number {
  const at = refill(cpu, segment, offset, size, ACCESS.READ);
  if (at >= 0)
    return size === 4 ? cpu.view.getInt32(at, true) : size === 2 ? cpu.view.getUint16(at, true) : cpu.mem[at];
  if (cpu.model >= MODEL.I80286) return readLinear(cpu, checkRead(cpu, segment, offset, size), size, cpu.user);
  if (!insideLimit(cpu, segment, offset, size)) return readWrapped(cpu, segment, offset, size);
  return readLinear(cpu, (cpu.state[segment + SEG.BASE] + offset) | 0, size, 0);
}

/** The same for a write. */
export function writeSlow(cpu: Cpu, segment: number, offset: number, size: 1 | 2 | 4, value: number): void {
  const at = refill(cpu, segment, offset, size, ACCESS.WRITE);
  if (at >= 0) {
    if (size === 4) cpu.view.setInt32(at, value, true);
    else if (size === 2) cpu.view.setUint16(at, value, true);
    else cpu.mem[at] = value;
  } else if (cpu.model >= MODEL.I80286) {
    writeLinear(cpu, checkWrite(cpu, segment, offset, size), size, value, cpu.user);
  } else if (!insideLimit(cpu, segment, offset, size)) {
    for (let i = 0; i < size; i++) writeSlow(cpu, segment, (offset + i) & 0xffff, 1, (value >>> (8 * i)) & 0xff);
  } else writeLinear(cpu, (cpu.state[segment + SEG.BASE] + offset) | 0, size, value, 0);
}

/** Raises the fault that a write would raise, and does nothing else. Any size, over any number of pages. */
export function probeWrite(cpu: Cpu, segment: number, offset: number, size: number): void {
  if (cpu.model < MODEL.I80286) return;
  probeLinear(cpu, checkWrite(cpu, segment, offset, size), size, ACCESS.WRITE | cpu.user);
}

/** Raises the fault that a read would raise, and does nothing else. Any size, over any number of pages. */
export function probeRead(cpu: Cpu, segment: number, offset: number, size: number): void {
  if (cpu.model < MODEL.I80286) return;
  probeLinear(cpu, checkRead(cpu, segment, offset, size), size, cpu.user);
}

// The 8086 and 80186 have 16-bit offsets: a word at FFFF has its second byte at 0.
function readWrapped(cpu: Cpu, segment: number, offset: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value |= readSlow(cpu, segment, (offset + i) & 0xffff, 1) << (8 * i);
  return value;
}
