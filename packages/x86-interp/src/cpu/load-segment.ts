import type { Cpu } from './cpu.ts';
import {
  attributesOf,
  baseOf,
  type Descriptor,
  dplOf,
  isConforming,
  isNull,
  isPresent,
  isReadableSegment,
  isWritableData,
  limitOf,
  markAccessed,
  readDescriptor,
  rplOf,
  selectorCode,
} from './descriptor.ts';
import { raiseCode, VECTOR } from './fault.ts';
import { MODE } from './mode.ts';
import { loadRealSegment, segmentSlot, setNullSegment, setSegmentRegister } from './segment.ts';
import { SS } from './state-layout.ts';

const SS_NUMBER = 2;
const ACCESSED = 1;

/** Loads a data or stack segment register by MOV, POP and the like, with the checks of the mode (Intel SDM, MOV). */
export function loadSegment(cpu: Cpu, number: number, selector: number): void {
  if (cpu.mode !== MODE.PROTECTED) loadRealSegment(cpu, number, selector);
  else if (number === SS_NUMBER) loadStackSegment(cpu, selector);
  else loadDataSegment(cpu, number, selector, VECTOR.GP, 0);
}

/** Loads DS, ES, FS or GS. @param vector of the fault if the selector is bad: #GP; #TS in a task switch */
export function loadDataSegment(cpu: Cpu, number: number, selector: number, vector: number, ext: number): void {
  if (isNull(selector)) {
    setNullSegment(cpu, segmentSlot(number), selector);
    return;
  }
  const descriptor = readDescriptor(cpu, selector, vector, ext);
  const code = selectorCode(selector, ext);
  if (!isReadableSegment(descriptor)) raiseCode(cpu, vector, code);
  const needed = Math.max(cpu.cpl, rplOf(selector));
  if (!isConforming(descriptor) && needed > dplOf(descriptor)) raiseCode(cpu, vector, code);
  if (!isPresent(descriptor)) raiseCode(cpu, VECTOR.NP, code);
  markAccessed(cpu, descriptor);
  setSegmentByDescriptor(cpu, segmentSlot(number), selector, descriptor);
}

function loadStackSegment(cpu: Cpu, selector: number): void {
  const descriptor = checkStackSegment(cpu, selector, cpu.cpl, VECTOR.GP, 0);
  markAccessed(cpu, descriptor);
  setSegmentByDescriptor(cpu, SS, selector, descriptor);
}

/**
 * Makes all checks of a stack segment for a privilege level.
 * @param vector of the fault if the selector is bad: #GP, or #TS if the TSS is where it comes from
 */
export function checkStackSegment(cpu: Cpu, selector: number, cpl: number, vector: number, ext: number): Descriptor {
  if (isNull(selector)) raiseCode(cpu, vector, ext);
  const descriptor = readDescriptor(cpu, selector, vector, ext);
  const code = selectorCode(selector, ext);
  if (rplOf(selector) !== cpl || dplOf(descriptor) !== cpl || !isWritableData(descriptor)) {
    raiseCode(cpu, vector, code);
  }
  if (!isPresent(descriptor)) raiseCode(cpu, VECTOR.SS, code);
  return descriptor;
}

/** Fills a segment register with what a descriptor of code or data says. Its accessed bit counts as set. */
export function setSegmentByDescriptor(cpu: Cpu, slot: number, selector: number, descriptor: Descriptor): void {
  const attributes = attributesOf(cpu, descriptor) | ACCESSED;
  setSegmentRegister(cpu, slot, selector, baseOf(cpu, descriptor), limitOf(cpu, descriptor), attributes);
}

/** The same for a system segment: LDTR and TR, whose type is none with an accessed bit. */
export function setSystemSegment(cpu: Cpu, slot: number, selector: number, descriptor: Descriptor): void {
  const base = baseOf(cpu, descriptor);
  setSegmentRegister(cpu, slot, selector, base, limitOf(cpu, descriptor), attributesOf(cpu, descriptor));
}
