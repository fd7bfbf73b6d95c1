import type { X86Segment } from '@picovm/core/x86';
import type { Cpu } from './cpu.ts';
import { MODE } from './mode.ts';
import { ATTR, CS, ES, SEG, SEGMENT_WORDS, SLOT, SS } from './state-layout.ts';

/** Attributes that a data segment of real mode has, and a segment of virtual-8086 mode. */
const REAL_DATA = 0x93;
const V86_DATA = 0xf3;
/** The bits of them: type, S, DPL, P, and whether the segment is usable at all. */
const RIGHTS = ATTR.TYPE | ATTR.S | (3 << ATTR.DPL_SHIFT) | ATTR.P | ATTR.UNUSABLE;
const CODE = 8;
const EXPAND_DOWN = 4;
const READ_OR_WRITE = 2;

/** The word in the state where segment register `number` (0 to 5: ES CS SS DS FS GS; 6: TR, 7: LDTR) begins. */
export function segmentSlot(number: number): number {
  return ES + number * SEGMENT_WORDS;
}

/** The selector of segment register `number`. */
export function selectorOf(cpu: Cpu, number: number): number {
  return cpu.state[segmentSlot(number) + SEG.SELECTOR];
}

/**
 * Loads a segment register as real mode and virtual-8086 mode do. In real mode the limit and the size (D/B) stay what
 * they were.
 * @param selector 16 bits
 */
export function loadRealSegment(cpu: Cpu, number: number, selector: number): void {
  const { state } = cpu;
  const slot = segmentSlot(number);
  state[slot + SEG.SELECTOR] = selector;
  state[slot + SEG.BASE] = selector << 4;
  state[slot + SEG.BASE + 1] = 0;
  if (cpu.mode === MODE.V86) {
    state[slot + SEG.ATTRIBUTES] = V86_DATA;
    setLimit(cpu, slot, 0xffff);
    if (slot === SS) state[SLOT.STACK_MASK] = 0xffff;
  } else if (slot !== CS && (state[slot + SEG.ATTRIBUTES] & RIGHTS) !== REAL_DATA) {
    state[slot + SEG.ATTRIBUTES] = (state[slot + SEG.ATTRIBUTES] & ~RIGHTS) | REAL_DATA;
    refreshRights(cpu, slot);
  }
}

/** Sets a whole segment register. @param base an int32 @param limit 32 bits @param attributes see `ATTR` */
export function setSegmentRegister(
  cpu: Cpu,
  slot: number,
  selector: number,
  base: number,
  limit: number,
  attributes: number,
): void {
  const { state } = cpu;
  state[slot + SEG.SELECTOR] = selector;
  state[slot + SEG.BASE] = base;
  state[slot + SEG.BASE + 1] = 0;
  state[slot + SEG.ATTRIBUTES] = attributes;
  setLimit(cpu, slot, limit);
  if (slot === SS) state[SLOT.STACK_MASK] = (attributes & ATTR.DB) !== 0 ? -1 : 0xffff;
}

/** Makes a segment register hold a null selector. */
export function setNullSegment(cpu: Cpu, slot: number, selector: number): void {
  const { state } = cpu;
  state[slot + SEG.SELECTOR] = selector;
  // SS keeps its privilege level, from which that of the CPU is known.
  state[slot + SEG.ATTRIBUTES] = (state[slot + SEG.ATTRIBUTES] & (3 << ATTR.DPL_SHIFT)) | ATTR.UNUSABLE;
  refreshRights(cpu, slot);
}

/** Sets the limit of a segment, and what the fast paths derive from it. @param limit 32 bits */
function setLimit(cpu: Cpu, slot: number, limit: number): void {
  cpu.u32[slot + SEG.LIMIT] = limit;
  refreshRights(cpu, slot);
}

/** Whether a segment can be read. */
export function isReadable(cpu: Cpu, slot: number): boolean {
  const attributes = cpu.state[slot + SEG.ATTRIBUTES];
  if ((attributes & ATTR.UNUSABLE) !== 0) return false;
  return (attributes & CODE) === 0 || (attributes & READ_OR_WRITE) !== 0 || isAllAccess(cpu, slot);
}

/** Whether a segment can be written. */
export function isWritable(cpu: Cpu, slot: number): boolean {
  const attributes = cpu.state[slot + SEG.ATTRIBUTES];
  if ((attributes & ATTR.UNUSABLE) !== 0) return false;
  return (attributes & (CODE | READ_OR_WRITE)) === READ_OR_WRITE || isAllAccess(cpu, slot);
}

/** Whether the offsets of a segment are those above its limit. */
export function isExpandDown(cpu: Cpu, slot: number): boolean {
  return (cpu.state[slot + SEG.ATTRIBUTES] & (CODE | EXPAND_DOWN)) === EXPAND_DOWN;
}

// Outside protected mode CS is a data segment, whatever it was loaded with.
function isAllAccess(cpu: Cpu, slot: number): boolean {
  return slot === CS && cpu.mode !== MODE.PROTECTED;
}

/** Derives what the fast paths need of a segment register. */
export function refreshRights(cpu: Cpu, slot: number): void {
  const { u32 } = cpu;
  const limit = u32[slot + SEG.LIMIT];
  const up = !isExpandDown(cpu, slot);
  const readable = up && isReadable(cpu, slot);
  const writable = up && isWritable(cpu, slot);
  // A count of 2^32 does not fit: then the very last offsets take the slow path.
  const count = (size: number): number => Math.max(0, Math.min(0xffffffff, limit - size + 2));
  const [one, two, four] = [count(1), count(2), count(4)];
  u32[slot + SEG.READ1] = readable ? one : 0;
  u32[slot + SEG.READ2] = readable ? two : 0;
  u32[slot + SEG.READ4] = readable ? four : 0;
  u32[slot + SEG.WRITE1] = writable ? one : 0;
  u32[slot + SEG.WRITE2] = writable ? two : 0;
  u32[slot + SEG.WRITE4] = writable ? four : 0;
}

/** Sets a whole segment register from outside. */
export function setSegment(cpu: Cpu, number: number, segment: X86Segment): void {
  const attributes =
    (segment.type & ATTR.TYPE) |
    (segment.s ? ATTR.S : 0) |
    ((segment.dpl & 3) << ATTR.DPL_SHIFT) |
    (segment.present ? ATTR.P : 0) |
    (segment.avl ? ATTR.AVL : 0) |
    (segment.l ? ATTR.L : 0) |
    (segment.db ? ATTR.DB : 0) |
    (segment.g ? ATTR.G : 0) |
    (segment.unusable ? ATTR.UNUSABLE : 0);
  const base = Number(BigInt.asIntN(32, segment.base));
  const slot = segmentSlot(number);
  setSegmentRegister(cpu, slot, segment.selector & 0xffff, base, segment.limit >>> 0, attributes);
  cpu.state[slot + SEG.BASE + 1] = Number(BigInt.asIntN(32, segment.base >> 32n));
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
