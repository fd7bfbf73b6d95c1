import type { Cpu } from './cpu.ts';
import { raiseCode } from './fault.ts';
import { MODEL } from './models.ts';
import { ATTR, LDTR, SEG, SLOT } from './state-layout.ts';
import { readSystem32, writeSystem8 } from './system-memory.ts';

/** An entry of a descriptor table (Intel SDM volume 3A, section 3.4.5), and the selector that led to it. */
export interface Descriptor {
  readonly selector: number;
  /** The linear address of the entry. */
  readonly at: number;
  /** Its two words, as int32. */
  readonly low: number;
  readonly high: number;
}

/** Types of system descriptors. Those with bit 3 are the 32-bit ones; bit 1 of a TSS is "busy". */
export const SYSTEM = {
  TSS16: 1,
  LDT: 2,
  TSS16_BUSY: 3,
  CALL_GATE16: 4,
  TASK_GATE: 5,
  INTERRUPT_GATE16: 6,
  TRAP_GATE16: 7,
  TSS32: 9,
  TSS32_BUSY: 11,
  CALL_GATE32: 12,
  INTERRUPT_GATE32: 14,
  TRAP_GATE32: 15,
} as const;

/** Bits of the type of a segment. */
const ACCESSED = 1;
const READ_OR_WRITE = 2;
const CONFORMING_OR_DOWN = 4;
const CODE = 8;
const BUSY = 2;

const TABLE_INDICATOR = 4;
/** The byte of a descriptor that holds type, S, DPL and P. */
const ACCESS_BYTE = 5;

/** Whether a selector is null: entry 0 of the GDT, whatever its RPL. */
export function isNull(selector: number): boolean {
  return (selector & 0xfffc) === 0;
}

/** The error code that names a selector. @param ext 1 if an event from outside the program led here */
export function selectorCode(selector: number, ext: number): number {
  return (selector & 0xfffc) | ext;
}

/** The entry that a selector names, or undefined if its table does not reach so far. */
export function findDescriptor(cpu: Cpu, selector: number): Descriptor | undefined {
  const { state, u32 } = cpu;
  let base = state[SLOT.GDT_BASE];
  let limit = u32[SLOT.GDT_LIMIT];
  if ((selector & TABLE_INDICATOR) !== 0) {
    if ((state[LDTR + SEG.ATTRIBUTES] & (ATTR.UNUSABLE | ATTR.P)) !== ATTR.P) return undefined;
    base = state[LDTR + SEG.BASE];
    limit = u32[LDTR + SEG.LIMIT];
  }
  if ((selector | 7) > limit) return undefined;
  const at = (base + (selector & 0xfff8)) | 0;
  const low = readSystem32(cpu, at);
  const high = readSystem32(cpu, (at + 4) | 0);
  return { selector, at, low, high };
}

/** The entry that a selector names. @throws FAULT `vector` with the selector, if its table does not reach so far */
export function readDescriptor(cpu: Cpu, selector: number, vector: number, ext: number): Descriptor {
  return findDescriptor(cpu, selector) ?? raiseCode(cpu, vector, selectorCode(selector, ext));
}

/** Type, S, DPL, P, AVL, D/B and G, as `ATTR` has them. The 80286 has the first four; L means nothing without long mode. */
export function attributesOf(cpu: Cpu, { high }: Descriptor): number {
  const access = (high >>> 8) & 0xff;
  return cpu.model === MODEL.I80286 ? access : access | ((high >>> 12) & (ATTR.AVL | ATTR.DB | ATTR.G));
}

/** The four bits of the type. */
export function typeOf({ high }: Descriptor): number {
  return (high >>> 8) & 15;
}

/** The privilege level that a descriptor asks for. */
export function dplOf({ high }: Descriptor): number {
  return (high >>> 13) & 3;
}

/** The requested privilege level of a selector. */
export function rplOf(selector: number): number {
  return selector & 3;
}

/** Whether the present bit is set. */
export function isPresent({ high }: Descriptor): boolean {
  return (high & 0x8000) !== 0;
}

/** Whether it is a segment of code or data, and not one of the system's. */
export function isSegment({ high }: Descriptor): boolean {
  return (high & 0x1000) !== 0;
}

/** Whether it is a code segment. */
export function isCode(descriptor: Descriptor): boolean {
  return isSegment(descriptor) && (typeOf(descriptor) & CODE) !== 0;
}

/** Whether it is a code segment that takes over the privilege level of its caller. */
export function isConforming(descriptor: Descriptor): boolean {
  return isCode(descriptor) && (typeOf(descriptor) & CONFORMING_OR_DOWN) !== 0;
}

/** Whether it is a segment that can be read: data, or readable code. */
export function isReadableSegment(descriptor: Descriptor): boolean {
  return isSegment(descriptor) && (typeOf(descriptor) & (CODE | READ_OR_WRITE)) !== CODE;
}

/** Whether it is a data segment that can be written. */
export function isWritableData(descriptor: Descriptor): boolean {
  return isSegment(descriptor) && (typeOf(descriptor) & (CODE | READ_OR_WRITE)) === READ_OR_WRITE;
}

/** Whether it is a data segment with the offsets above its limit. */
export function isExpandDownData(descriptor: Descriptor): boolean {
  return isSegment(descriptor) && (typeOf(descriptor) & (CODE | CONFORMING_OR_DOWN)) === CONFORMING_OR_DOWN;
}

/** Whether it is a TSS. @param busy that is, or is not, in use */
export function isTss(cpu: Cpu, descriptor: Descriptor, busy: boolean): boolean {
  const type = typeOf(descriptor);
  if (isSegment(descriptor)) return false;
  const wide = busy ? SYSTEM.TSS32_BUSY : SYSTEM.TSS32;
  return type === (busy ? SYSTEM.TSS16_BUSY : SYSTEM.TSS16) || (type === wide && cpu.model >= MODEL.I80386);
}

/** The base of a segment, as an int32. */
export function baseOf(cpu: Cpu, { low, high }: Descriptor): number {
  const base = (low >>> 16) | ((high & 0xff) << 16);
  return cpu.model === MODEL.I80286 ? base : base | (high & -0x1000000);
}

/** The last offset of a segment (the last that is none, in one that expands down), unsigned. */
export function limitOf(cpu: Cpu, { low, high }: Descriptor): number {
  const low16 = low & 0xffff;
  if (cpu.model === MODEL.I80286) return low16;
  const limit = low16 | (high & 0xf0000);
  return (high & 0x800000) !== 0 ? ((limit << 12) | 0xfff) >>> 0 : limit;
}

/** Sets the accessed bit in the table. */
export function markAccessed(cpu: Cpu, descriptor: Descriptor): void {
  if ((typeOf(descriptor) & ACCESSED) === 0) writeAccess(cpu, descriptor.at, (descriptor.high >>> 8) | ACCESSED);
}

/** Sets or clears the busy bit of a TSS in the table. @param at the linear address of the entry */
export function markBusy(cpu: Cpu, at: number, busy: boolean): void {
  const access = readSystem32(cpu, (at + 4) | 0) >>> 8;
  writeAccess(cpu, at, busy ? access | BUSY : access & ~BUSY);
}

function writeAccess(cpu: Cpu, at: number, access: number): void {
  writeSystem8(cpu, (at + ACCESS_BYTE) | 0, access & 0xff);
}
