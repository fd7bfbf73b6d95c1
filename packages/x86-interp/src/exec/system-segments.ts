import type { Cpu } from '../cpu/cpu.ts';
import { isNull, isSegment, isTss, markBusy, readDescriptor, SYSTEM, selectorCode, typeOf } from '../cpu/descriptor.ts';
import { raise, raiseCode, VECTOR } from '../cpu/fault.ts';
import { setSystemSegment } from '../cpu/load-segment.ts';
import { setNullSegment } from '../cpu/segment.ts';
import { LDTR, SEG, TR } from '../cpu/state-layout.ts';
import { RECORD } from '../decode/record.ts';
import { requirePresent } from './code-segment.ts';
import { type Handler, NEXT } from './handler.ts';
import { load16, store16, store32 } from './operand.ts';
import { requireProtected, requireSystem } from './privilege.ts';

const TABLE_INDICATOR = 4;
const BUSY = 2;

// Memory gets 16 bits in any case, a 32-bit register all.
function store(slot: number, wide: boolean): Handler {
  return (cpu, rec) => {
    requireProtected(cpu);
    const selector = cpu.state[slot + SEG.SELECTOR];
    if (wide && cpu.cache.code[rec + RECORD.RM] >= 0) store32(cpu, rec, selector);
    else store16(cpu, rec, selector);
    return NEXT;
  };
}

function checkGlobal(cpu: Cpu, selector: number): void {
  if ((selector & TABLE_INDICATOR) !== 0) raiseCode(cpu, VECTOR.GP, selectorCode(selector, 0));
}

const lldt: Handler = (cpu, rec) => {
  requireProtected(cpu);
  requireSystem(cpu);
  const selector = load16(cpu, rec);
  if (isNull(selector)) {
    setNullSegment(cpu, LDTR, selector);
    return NEXT;
  }
  checkGlobal(cpu, selector);
  const ldt = readDescriptor(cpu, selector, VECTOR.GP, 0);
  if (isSegment(ldt) || typeOf(ldt) !== SYSTEM.LDT) raiseCode(cpu, VECTOR.GP, selectorCode(selector, 0));
  requirePresent(cpu, ldt, 0);
  setSystemSegment(cpu, LDTR, selector, ldt);
  return NEXT;
};

const ltr: Handler = (cpu, rec) => {
  requireProtected(cpu);
  requireSystem(cpu);
  const selector = load16(cpu, rec);
  if (isNull(selector)) raise(cpu, VECTOR.GP);
  checkGlobal(cpu, selector);
  const tss = readDescriptor(cpu, selector, VECTOR.GP, 0);
  if (!isTss(cpu, tss, false)) raiseCode(cpu, VECTOR.GP, selectorCode(selector, 0));
  requirePresent(cpu, tss, 0);
  markBusy(cpu, tss.at, true);
  setSystemSegment(cpu, TR, selector, tss);
  cpu.state[TR + SEG.ATTRIBUTES] |= BUSY;
  return NEXT;
};

/** SLDT, STR, LLDT and LTR. */
export const SYSTEM_SEGMENTS: Record<string, Handler | readonly [Handler, Handler, Handler]> = {
  SLDT: [store(LDTR, false), store(LDTR, false), store(LDTR, true)],
  STR: [store(TR, false), store(TR, false), store(TR, true)],
  LLDT: lldt,
  LTR: ltr,
};
