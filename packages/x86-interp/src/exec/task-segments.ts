import type { Cpu } from '../cpu/cpu.ts';
import {
  dplOf,
  isCode,
  isConforming,
  isNull,
  isPresent,
  isSegment,
  markAccessed,
  readDescriptor,
  rplOf,
  SYSTEM,
  selectorCode,
  typeOf,
} from '../cpu/descriptor.ts';
import { raiseCode, VECTOR } from '../cpu/fault.ts';
import { checkStackSegment, loadDataSegment, setSegmentByDescriptor, setSystemSegment } from '../cpu/load-segment.ts';
import { MODE } from '../cpu/mode.ts';
import { loadRealSegment } from '../cpu/segment.ts';
import { CS, LDTR, SS } from '../cpu/state-layout.ts';
import { setCpl } from '../cpu/switch-mode.ts';
import { requirePresent } from './code-segment.ts';
import type { TaskState } from './tss.ts';

/** DS, ES, FS, GS. */
const DATA_SEGMENTS = [3, 0, 4, 5];
const TABLE_INDICATOR = 4;

/**
 * Loads LDTR and the segment registers of a task that was just switched to. The selectors are in the registers already;
 * a fault leaves those that were not loaded unusable (Intel SDM volume 3A, table 8-1).
 */
export function loadTaskSegments(cpu: Cpu, { selectors, ldt }: TaskState, ext: number): void {
  loadLdt(cpu, ldt, ext);
  if (cpu.mode === MODE.V86) {
    for (let n = 0; n < selectors.length; n++) loadRealSegment(cpu, n, selectors[n]);
    return;
  }
  loadStack(cpu, selectors[2], rplOf(selectors[1]), ext);
  loadCode(cpu, selectors[1], ext);
  for (const number of DATA_SEGMENTS) loadDataSegment(cpu, number, selectors[number], VECTOR.TS, ext);
}

function loadLdt(cpu: Cpu, selector: number, ext: number): void {
  if (isNull(selector)) return;
  const code = selectorCode(selector, ext);
  if ((selector & TABLE_INDICATOR) !== 0) raiseCode(cpu, VECTOR.TS, code);
  const ldt = readDescriptor(cpu, selector, VECTOR.TS, ext);
  if (isSegment(ldt) || typeOf(ldt) !== SYSTEM.LDT || !isPresent(ldt)) raiseCode(cpu, VECTOR.TS, code);
  setSystemSegment(cpu, LDTR, selector, ldt);
}

function loadStack(cpu: Cpu, selector: number, cpl: number, ext: number): void {
  const stack = checkStackSegment(cpu, selector, cpl, VECTOR.TS, ext);
  markAccessed(cpu, stack);
  setSegmentByDescriptor(cpu, SS, selector, stack);
  setCpl(cpu, cpl);
}

function loadCode(cpu: Cpu, selector: number, ext: number): void {
  const code = selectorCode(selector, ext);
  if (isNull(selector)) raiseCode(cpu, VECTOR.TS, code);
  const target = readDescriptor(cpu, selector, VECTOR.TS, ext);
  if (!isCode(target)) raiseCode(cpu, VECTOR.TS, code);
  const rpl = rplOf(selector);
  if (isConforming(target) ? dplOf(target) > rpl : dplOf(target) !== rpl) raiseCode(cpu, VECTOR.TS, code);
  requirePresent(cpu, target, ext);
  markAccessed(cpu, target);
  setSegmentByDescriptor(cpu, CS, selector, target);
}
