import type { Cpu } from '../cpu/cpu.ts';
import {
  type Descriptor,
  dplOf,
  isCode,
  isConforming,
  isNull,
  isSegment,
  isTss,
  markAccessed,
  readDescriptor,
  rplOf,
  SYSTEM,
  selectorCode,
  typeOf,
} from '../cpu/descriptor.ts';
import { raise, raiseCode, VECTOR } from '../cpu/fault.ts';
import { MODEL } from '../cpu/models.ts';
import { callGate, jumpGate } from './call-gate.ts';
import { enterSegment, requireInside, requirePresent } from './code-segment.ts';
import { probePushes, pushReturn } from './far-pushes.ts';
import type { Flow } from './handler.ts';
import { switchTask, TASK_BY } from './task.ts';
import { readTaskGate } from './task-gate.ts';

const TABLE_INDICATOR = 4;

/** JMP to a far pointer in protected mode (Intel SDM volume 2A, JMP). @param next the IP behind the instruction */
export function jumpFarProtected(cpu: Cpu, selector: number, offset: number, next: number): Flow {
  if (isNull(selector)) raise(cpu, VECTOR.GP);
  const target = readDescriptor(cpu, selector, VECTOR.GP, 0);
  if (!isSegment(target)) return throughSystem(cpu, target, next, TASK_BY.JUMP, 0);
  checkCode(cpu, target);
  requireInside(cpu, target, offset, 0);
  markAccessed(cpu, target);
  return enterSegment(cpu, target, cpu.cpl, offset);
}

/** CALL to a far pointer in protected mode. @param size of what is pushed: 2 or 4 */
export function callFarProtected(cpu: Cpu, selector: number, offset: number, next: number, size: number): Flow {
  if (isNull(selector)) raise(cpu, VECTOR.GP);
  const target = readDescriptor(cpu, selector, VECTOR.GP, 0);
  if (!isSegment(target)) return throughSystem(cpu, target, next, TASK_BY.CALL, size);
  checkCode(cpu, target);
  probePushes(cpu, 2, size);
  requireInside(cpu, target, offset, 0);
  markAccessed(cpu, target);
  pushReturn(cpu, next, size);
  return enterSegment(cpu, target, cpu.cpl, offset);
}

// The privilege level stays: only conforming code may be called from a lower one.
function checkCode(cpu: Cpu, target: Descriptor): void {
  const code = selectorCode(target.selector, 0);
  if (!isCode(target)) raiseCode(cpu, VECTOR.GP, code);
  const dpl = dplOf(target);
  const allowed = isConforming(target) ? dpl <= cpu.cpl : dpl === cpu.cpl && rplOf(target.selector) <= cpu.cpl;
  if (!allowed) raiseCode(cpu, VECTOR.GP, code);
  requirePresent(cpu, target, 0);
}

// The selector of a call gate, a task gate or a TSS: the offset of the pointer is ignored.
function throughSystem(cpu: Cpu, target: Descriptor, next: number, by: number, size: number): Flow {
  const code = selectorCode(target.selector, 0);
  const type = typeOf(target);
  const isCallGate = type === SYSTEM.CALL_GATE16 || (type === SYSTEM.CALL_GATE32 && cpu.model >= MODEL.I80386);
  const isTask = type === SYSTEM.TASK_GATE || isTss(cpu, target, false);
  if (!isCallGate && !isTask) raiseCode(cpu, VECTOR.GP, code);
  if (dplOf(target) < cpu.cpl || dplOf(target) < rplOf(target.selector)) raiseCode(cpu, VECTOR.GP, code);
  // A TSS is in the GDT.
  if (type !== SYSTEM.TASK_GATE && !isCallGate && (target.selector & TABLE_INDICATOR) !== 0) {
    raiseCode(cpu, VECTOR.GP, code);
  }
  requirePresent(cpu, target, 0);
  if (isCallGate) return size === 0 ? jumpGate(cpu, target) : callGate(cpu, target, next);
  const tss = type === SYSTEM.TASK_GATE ? readTaskGate(cpu, target.low >>> 16, 0) : target;
  return switchTask(cpu, tss, by, next, 0);
}
