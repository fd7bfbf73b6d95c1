import type { Cpu } from '../cpu/cpu.ts';
import {
  type Descriptor,
  dplOf,
  isCode,
  isConforming,
  isNull,
  markAccessed,
  readDescriptor,
  rplOf,
  selectorCode,
} from '../cpu/descriptor.ts';
import { raise, raiseCode, VECTOR } from '../cpu/fault.ts';
import { checkStackSegment, setSegmentByDescriptor } from '../cpu/load-segment.ts';
import { segmentSlot, setNullSegment } from '../cpu/segment.ts';
import { ATTR, SEG, SS } from '../cpu/state-layout.ts';
import { enterSegment, requireInside, requirePresent } from './code-segment.ts';
import type { Flow } from './handler.ts';
import { moveStack, peek16, peek32, setStack } from './stack.ts';

/** ES, DS, FS, GS. */
const DATA_SEGMENTS = [0, 3, 4, 5];
const CODE = 8;
const CONFORMING = 4;

/** What is on the stack, 2 or 4 bytes each. @param n the place, from the top on */
export function peekSize(cpu: Cpu, size: number, n: number): number {
  return size === 4 ? peek32(cpu, 4 * n) : peek16(cpu, 2 * n);
}

/** RETF in protected mode (Intel SDM volume 2B, RET). @param release bytes of parameters */
export function returnFarProtected(cpu: Cpu, size: number, release: number): Flow {
  const offset = peekSize(cpu, size, 0);
  const selector = peekSize(cpu, size, 1) & 0xffff;
  const target = checkReturn(cpu, selector);
  if (rplOf(selector) === cpu.cpl) return returnSame(cpu, target, offset, 2 * size + release);
  const above = 2 * size + release;
  const pointer = size === 4 ? peek32(cpu, above) : peek16(cpu, above);
  const stackSelector = peek16(cpu, above + size);
  return returnOuter(cpu, target, offset, stackSelector, pointer + release, () => {});
}

/** The code segment of a return, with all checks but that of its limit. */
export function checkReturn(cpu: Cpu, selector: number): Descriptor {
  if (isNull(selector)) raise(cpu, VECTOR.GP);
  const target = readDescriptor(cpu, selector, VECTOR.GP, 0);
  const code = selectorCode(selector, 0);
  const rpl = rplOf(selector);
  if (!isCode(target) || rpl < cpu.cpl) raiseCode(cpu, VECTOR.GP, code);
  if (isConforming(target) ? dplOf(target) > rpl : dplOf(target) !== rpl) raiseCode(cpu, VECTOR.GP, code);
  requirePresent(cpu, target, 0);
  return target;
}

/** Returns at the same privilege level. @param release what is popped, in bytes */
export function returnSame(cpu: Cpu, target: Descriptor, offset: number, release: number): Flow {
  requireInside(cpu, target, offset, 0);
  markAccessed(cpu, target);
  moveStack(cpu, release);
  return enterSegment(cpu, target, cpu.cpl, offset);
}

/**
 * Returns to a less privileged level, and to its stack. Data segments that it may not use become null.
 * @param commit what else changes, when nothing can fault any more and the privilege level is still the old one
 */
export function returnOuter(
  cpu: Cpu,
  target: Descriptor,
  offset: number,
  stackSelector: number,
  pointer: number,
  commit: () => void,
): Flow {
  const cpl = rplOf(target.selector);
  const stack = checkStackSegment(cpu, stackSelector, cpl, VECTOR.GP, 0);
  requireInside(cpu, target, offset, 0);
  markAccessed(cpu, target);
  markAccessed(cpu, stack);
  commit();
  setSegmentByDescriptor(cpu, SS, stackSelector, stack);
  setStack(cpu, pointer);
  const flow = enterSegment(cpu, target, cpl, offset);
  dropPrivilegedSegments(cpu);
  return flow;
}

function dropPrivilegedSegments(cpu: Cpu): void {
  for (const number of DATA_SEGMENTS) {
    const slot = segmentSlot(number);
    const attributes = cpu.state[slot + SEG.ATTRIBUTES];
    if ((attributes & ATTR.UNUSABLE) !== 0 || (attributes & (CODE | CONFORMING)) === (CODE | CONFORMING)) continue;
    if (((attributes >> ATTR.DPL_SHIFT) & 3) < cpu.cpl) setNullSegment(cpu, slot, 0);
  }
}
