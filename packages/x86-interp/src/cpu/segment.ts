import type { X86Segment } from '@picovm/core/x86';
import type { Cpu } from './cpu.ts';
import { ATTR, ES, SEG, SEGMENT_WORDS, SLOT, SS } from './state-layout.ts';

/** The word in the state where segment register `number` (0 to 5: ES CS SS DS FS GS; 6: TR, 7: LDTR) begins. */
function segmentSlot(number: number): number {
  return ES + number * SEGMENT_WORDS;
}

/** The selector of segment register `number`. */
export function selectorOf(cpu: Cpu, number: number): number {
  return cpu.state[segmentSlot(number) + SEG.SELECTOR];
}

/** Loads a segment register as real mode does: selector and base change, the rest stays. @param selector 16 bits */
export function loadSegment(cpu: Cpu, number: number, selector: number): void {
  const slot = segmentSlot(number);
  cpu.state[slot + SEG.SELECTOR] = selector;
  cpu.state[slot + SEG.BASE] = selector << 4;
  cpu.state[slot + SEG.BASE + 1] = 0;
}

/** Sets the limit of a segment, and what the fast paths derive from it. @param limit 32 bits */
function setLimit(cpu: Cpu, slot: number, limit: number): void {
  const { u32 } = cpu;
  u32[slot + SEG.LIMIT] = limit;
  // A count of 2^32 does not fit: then the very last offsets take the slow path.
  const count = (size: number): number => Math.max(0, Math.min(0xffffffff, (limit >>> 0) - size + 2));
  u32[slot + SEG.READ1] = u32[slot + SEG.WRITE1] = count(1);
  u32[slot + SEG.READ2] = u32[slot + SEG.WRITE2] = count(2);
  u32[slot + SEG.READ4] = u32[slot + SEG.WRITE4] = count(4);
}

/** Sets a whole segment register from outside. */
export function setSegment(cpu: Cpu, number: number, segment: X86Segment): void {
  const { state } = cpu;
  const slot = segmentSlot(number);
  state[slot + SEG.SELECTOR] = segment.selector & 0xffff;
  state[slot + SEG.BASE] = Number(BigInt.asIntN(32, segment.base));
  state[slot + SEG.BASE + 1] = Number(BigInt.asIntN(32, segment.base >> 32n));
  state[slot + SEG.ATTRIBUTES] =
    (segment.type & ATTR.TYPE) |
    (segment.s ? ATTR.S : 0) |
    ((segment.dpl & 3) << ATTR.DPL_SHIFT) |
    (segment.present ? ATTR.P : 0) |
    (segment.avl ? ATTR.AVL : 0) |
    (segment.l ? ATTR.L : 0) |
    (segment.db ? ATTR.DB : 0) |
    (segment.g ? ATTR.G : 0) |
    (segment.unusable ? ATTR.UNUSABLE : 0);
  setLimit(cpu, slot, segment.limit >>> 0);
  if (slot === SS) state[SLOT.STACK_MASK] = segment.db ? -1 : 0xffff;
}

/** A copy of a segment register. */
export function getSegment(cpu: Cpu, number: number): X86Segment {
  const slot = segmentSlot(number);
  const attributes = cpu.state[slot + SEG.ATTRIBUTES];
  const bit = (mask: number): number => ((attributes & mask) !== 0 ? 1 : 0);
  return {
    base: (BigInt(cpu.u32[slot + SEG.BASE + 1]) << 32n) | BigInt(cpu.u32[slot + SEG.BASE]),
    limit: cpu.u32[slot + SEG.LIMIT],
    selector: cpu.state[slot + SEG.SELECTOR],
    type: attributes & ATTR.TYPE,
    present: bit(ATTR.P),
    dpl: (attributes >> ATTR.DPL_SHIFT) & 3,
    db: bit(ATTR.DB),
    s: bit(ATTR.S),
    l: bit(ATTR.L),
    g: bit(ATTR.G),
    avl: bit(ATTR.AVL),
    unusable: bit(ATTR.UNUSABLE),
  };
}
