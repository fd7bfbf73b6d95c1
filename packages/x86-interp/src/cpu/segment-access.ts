import type { Cpu } from './cpu.ts';
import { raise, raiseLimit, VECTOR } from './fault.ts';
import { isExpandDown, isReadable, isWritable } from './segment.ts';
import { ATTR, SEG, SLOT } from './state-layout.ts';

// Constants of this module, because V8 folds those, but not imported ones, into compiled code.
const { READ1, READ2, READ4, WRITE1, WRITE2, WRITE4, BASE } = SEG;
const { TLB_MODE } = SLOT;
/** The value of `SLOT.TLB_MODE` with alignment checks. */
const ALIGNED_ONLY = 2;
/** What operands of more than four bytes are aligned to: by their size, less one (Intel SDM volume 3A, table 6-7). */
const WIDE_ALIGNMENT: Readonly<Record<number, number>> = { 8: 7, 14: 1, 94: 1, 28: 3, 108: 3 };

/** Whether `size` bytes at `offset` are inside the segment (Intel SDM volume 3A, section 5.3). @param offset an int32 */
export function insideLimit(cpu: Cpu, segment: number, offset: number, size: number): boolean {
  const first = offset >>> 0;
  const last = first + size - 1;
  const limit = cpu.u32[segment + SEG.LIMIT];
  if (!isExpandDown(cpu, segment)) return last <= limit;
  const end = (cpu.state[segment + SEG.ATTRIBUTES] & ATTR.DB) !== 0 ? 0xffffffff : 0xffff;
  return first > limit && last <= end;
}

/** Whether `size` bytes at `offset` may be read. */
export function mayRead(cpu: Cpu, segment: number, offset: number, size: number): boolean {
  return insideLimit(cpu, segment, offset, size) && isReadable(cpu, segment);
}

/** Whether `size` bytes at `offset` may be written. */
export function mayWrite(cpu: Cpu, segment: number, offset: number, size: number): boolean {
  return insideLimit(cpu, segment, offset, size) && isWritable(cpu, segment);
}

/** Raises what the segment has against a read. @returns the linear address, an int32 */
export function checkRead(cpu: Cpu, segment: number, offset: number, size: number): number {
  // Most come here for their page only.
  const count = segment + (size === 1 ? READ1 : size === 2 ? READ2 : READ4);
  if ((size > 4 || offset >>> 0 >= cpu.u32[count]) && !mayRead(cpu, segment, offset, size)) raiseLimit(cpu, segment);
  return checkAlignment(cpu, (cpu.state[segment + BASE] + offset) | 0, size);
}

/** Raises what the segment has against a write. @returns the linear address, an int32 */
export function checkWrite(cpu: Cpu, segment: number, offset: number, size: number): number {
  const count = segment + (size === 1 ? WRITE1 : size === 2 ? WRITE2 : WRITE4);
  if ((size > 4 || offset >>> 0 >= cpu.u32[count]) && !mayWrite(cpu, segment, offset, size)) raiseLimit(cpu, segment);
  return checkAlignment(cpu, (cpu.state[segment + BASE] + offset) | 0, size);
}

// Of what lies in several parts, each is checked as what it is.
function checkAlignment(cpu: Cpu, linear: number, size: number): number {
  if (cpu.state[TLB_MODE] !== ALIGNED_ONLY) return linear;
  const mask = size <= 4 ? size - 1 : (WIDE_ALIGNMENT[size] ?? 0);
  if ((linear & mask) !== 0) raise(cpu, VECTOR.AC);
  return linear;
}
