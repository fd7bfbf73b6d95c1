import { RFLAGS } from '@picovm/core/x86';
import type { Cpu } from '../cpu/cpu.ts';
import { currentIp } from '../cpu/ip.ts';
import { MODEL } from '../cpu/models.ts';
import { charge } from '../cpu/pace.ts';
import { insideLimit } from '../cpu/segment-access.ts';
import { CS, ES, REG, SEG, SLOT } from '../cpu/state-layout.ts';
import { peekTranslate } from '../cpu/translate.ts';
import { SCRATCH } from '../decode/code-cache.ts';
import { AUX, RECORD } from '../decode/record.ts';
import { instructionsOf } from './events.ts';
import { type Flow, NEXT, STAY } from './handler.ts';
import { segmentOf } from './operand.ts';

/** Bytes of the longest instruction. */
const MAX_LENGTH = 15;
const MAX_ELEMENT = 4;
/** Elements that one turn of a REP instruction handles one by one, before events are looked at. */
const SLOW_ELEMENTS = 256;
/** Elements that a turn may handle in bulk. */
const FAST_ELEMENTS = 0x8000;

/** What a string instruction does with one element. `mask` is that of its offsets: FFFF, or -1. */
export type Element = (cpu: Cpu, rec: number, mask: number) => void;
/** Handles as many of `count` elements as it can at once. @returns how many: 0 if it must be done one by one */
export type Bulk = (cpu: Cpu, rec: number, mask: number, count: number) => number;
/** A string instruction of one size. */
export interface StringOperation {
  /** Bytes an element. */
  readonly size: 1 | 2 | 4;
  readonly element: Element;
  readonly bulk?: Bulk;
  /** REPE and REPNE look at ZF. */
  readonly compares: boolean;
  /** The registers that point to the elements, in the order of the accesses; the last one for a write if `writes`. */
  readonly pointers: readonly number[];
  readonly writes: boolean;
}

/** The mask of the offsets of a string instruction: FFFF, or -1 with 32-bit addresses. */
function offsetMask(cpu: Cpu, rec: number): number {
  return (cpu.cache.code[rec + RECORD.AUX] & AUX.ADDRESS32) !== 0 ? -1 : 0xffff;
}

/**
 * Executes a string instruction with its REP prefix. Registers are right after each element, so that a fault of the
 * next, or a look at events, finds the instruction to be repeated with what is left.
 */
export function repeat(cpu: Cpu, rec: number, operation: StringOperation): Flow {
  const { bulk, compares } = operation;
  const aux = cpu.cache.code[rec + RECORD.AUX];
  const mask = offsetMask(cpu, rec);
  if ((aux & (AUX.REP | AUX.REPNE)) === 0) {
    one(cpu, rec, operation, mask);
    return NEXT;
  }
  const { state } = cpu;
  const stepping = (state[SLOT.FLAGS] & RFLAGS.TF) !== 0;
  // STI and MOV SS hold interrupts off for the first round alone.
  const shadowed = cpu.shadowAt === instructionsOf(cpu);
  const zeroEnds = compares && (aux & AUX.REPNE) !== 0;
  const nonZeroEnds = compares && (aux & AUX.REP) !== 0;
  let slow = SLOW_ELEMENTS;
  let fast = FAST_ELEMENTS;
  for (;;) {
    const count = (state[REG.CX * 2] & mask) >>> 0;
    if (count === 0) return NEXT;
    const single = stepping || shadowed || (rec === SCRATCH && nearItself(cpu, mask));
    const done = bulk === undefined || single ? 0 : bulk(cpu, rec, mask, count);
    if (done > 0) {
      setCount(cpu, mask, count - done);
      fast -= done;
      charge(cpu, done >> 3);
    } else {
      one(cpu, rec, operation, mask);
      setCount(cpu, mask, count - 1);
      slow--;
      charge(cpu, 2);
    }
    const zero = state[SLOT.LF_ZERO] === 0;
    if (count === Math.max(done, 1) || (zeroEnds && zero) || (nonZeroEnds && !zero)) return NEXT;
    // An instruction that wrote over itself goes on as what it has become.
    const changed = cpu.cache.code[rec] === 0;
    if (single || changed || slow <= 0 || fast <= 0 || state[SLOT.LEFT] <= 0) {
      cpu.trapInside = stepping;
      stayInside(cpu);
      return STAY;
    }
  }
}

// Between two rounds nothing holds interrupts off, and whoever comes back here is not to meet a breakpoint on the instruction: RF
// says so to all that looks at the flags from here on (Intel SDM volume 3B, section 17.3.1.1).
function stayInside(cpu: Cpu): void {
  cpu.shadowAt = -1;
  if (cpu.model >= MODEL.I80386) cpu.state[SLOT.FLAGS] |= RFLAGS.RF;
}

// Whether the element at ES:DI touches a page of the instruction, which is not kept decoded, so that a write to it would
// not be noticed.
function nearItself(cpu: Cpu, mask: number): boolean {
  const { state } = cpu;
  const code = (state[CS + SEG.BASE] + currentIp(cpu)) | 0;
  const element = (state[ES + SEG.BASE] + (state[REG.DI * 2] & mask)) | 0;
  const [first, last] = [pageOf(cpu, code), pageOf(cpu, code + MAX_LENGTH)];
  const [low, high] = [pageOf(cpu, element), pageOf(cpu, element + MAX_ELEMENT - 1)];
  return low === first || low === last || high === first || high === last;
}

function pageOf(cpu: Cpu, linear: number): number {
  return Math.floor(peekTranslate(cpu, linear | 0) / 0x1000);
}

function one(cpu: Cpu, rec: number, operation: StringOperation, mask: number): void {
  if (cpu.model !== MODEL.I80286) operation.element(cpu, rec, mask);
  else {
    try {
      operation.element(cpu, rec, mask);
    } catch (fault) {
      leaveAs80286(cpu, rec, operation);
      throw fault;
    }
  }
}

// The 80286 moves the pointers before it accesses, and counts ahead: a fault finds that done.
function leaveAs80286(cpu: Cpu, rec: number, { size, pointers, writes }: StringOperation): void {
  const repeats = (cpu.cache.code[rec + RECORD.AUX] & (AUX.REP | AUX.REPNE)) !== 0;
  for (let i = 0; i < pointers.length; i++) {
    const pointer = pointers[i];
    const segment = pointer === REG.DI * 2 ? ES : segmentOf(cpu, rec);
    const good = insideLimit(cpu, segment, cpu.state[pointer] & 0xffff, size);
    advance(cpu, pointer, 0xffff, size, 1);
    if (good) continue;
    const last = i === pointers.length - 1;
    const counted = last && writes ? 2 : last ? 1 : pointers[0] === REG.SI * 2 ? 1 : 0;
    if (repeats) setCount(cpu, 0xffff, cpu.u16[REG.CX * 4] - counted);
    return;
  }
}

function setCount(cpu: Cpu, mask: number, count: number): void {
  setMasked(cpu, REG.CX * 2, mask, count);
}

/** Sets a register, or its low 16 bits. @param slot its word in the state */
function setMasked(cpu: Cpu, slot: number, mask: number, value: number): void {
  cpu.state[slot] = (cpu.state[slot] & ~mask) | (value & mask);
}

/** Moves SI or DI (by its word in the state) by `count` elements of `size` bytes, up or down as DF says. */
export function advance(cpu: Cpu, slot: number, mask: number, size: number, count: number): void {
  const step = (cpu.state[SLOT.FLAGS] & RFLAGS.DF) !== 0 ? -size : size;
  setMasked(cpu, slot, mask, cpu.state[slot] + Math.imul(step, count));
}

/** Whether DF is set: strings go down, which nothing does in bulk. */
export function goesDown(cpu: Cpu): boolean {
  return (cpu.state[SLOT.FLAGS] & RFLAGS.DF) !== 0;
}
