import { CR0, RFLAGS } from '@picovm/core/x86';
import { setControl } from '../cpu/control-registers.ts';
import { controlWritten } from '../cpu/control-written.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { DR6_BITS, trapAfter } from '../cpu/debug-registers.ts';
import { attributesOf, baseOf, type Descriptor, limitOf, markBusy, selectorCode, typeOf } from '../cpu/descriptor.ts';
import { raise, raiseCode, VECTOR } from '../cpu/fault.ts';
import { readFlags } from '../cpu/flags.ts';
import { segmentSlot, setNullSegment, setSegmentRegister } from '../cpu/segment.ts';
import { ATTR, CS, LDTR, SEG, SLOT, SS, TR } from '../cpu/state-layout.ts';
import { updateMode } from '../cpu/switch-mode.ts';
import { probeSystemRead, probeSystemWrite, writeSystem16 } from '../cpu/system-memory.ts';
import { type Flow, JUMP } from './handler.ts';
import { loadFlags } from './load-flags.ts';
import { loadTaskSegments } from './task-segments.ts';
import { lastSaved, layoutOf, probeSave, readTss, saveTask, type TaskState } from './tss.ts';

/** What switches the task: which of the two is busy then, and whether it is nested, depends on it. */
export const TASK_BY = { JUMP: 0, CALL: 1, IRET: 2 } as const;

const WIDE = 8;
const BUSY = 2;
/** The local breakpoints of DR7. */
const DR7_LOCAL = 0x155;
const REGISTERS = 8;
const DESCRIPTOR_BYTES = 8;
const SEGMENTS = 6;
const NO_STACK_LEVEL = 3;

/**
 * Switches to another task (Intel SDM volume 3A, section 8.3). Its TSS was checked but for the limit. Faults up to the
 * switch are faults of the old task; what is wrong with the new one is found in the new one.
 * @param by see `TASK_BY`; an interrupt counts as a call
 * @param ip where the old task will go on
 * @param ext 1 if an event from outside the program led here
 * @param flags what is set in the flags that are saved: RF for a fault
 */
export function switchTask(cpu: Cpu, tss: Descriptor, by: number, ip: number, ext: number, flags = 0): Flow {
  const { state } = cpu;
  const wide = isWide(typeOf(tss));
  const base = baseOf(cpu, tss);
  if (limitOf(cpu, tss) < layoutOf(wide).limit) raiseCode(cpu, VECTOR.TS, selectorCode(tss.selector, ext));
  const oldSelector = state[TR + SEG.SELECTOR];
  const oldWide = isWide(state[TR + SEG.ATTRIBUTES]);
  // The manual is silent about an old TSS that has no room for the registers. None is written beyond its end.
  if (cpu.u32[TR + SEG.LIMIT] < lastSaved(oldWide)) raiseCode(cpu, VECTOR.TS, selectorCode(oldSelector, ext));
  probeSystemRead(cpu, base, layoutOf(wide).limit + 1);
  const oldEntry = (state[SLOT.GDT_BASE] + (oldSelector & 0xfff8)) | 0;
  // All that is written must be there before anything is.
  probeSave(cpu, state[TR + SEG.BASE], oldWide);
  if (by === TASK_BY.CALL) probeSystemWrite(cpu, base, 2);
  else probeSystemWrite(cpu, oldEntry, DESCRIPTOR_BYTES);
  if (by !== TASK_BY.IRET) probeSystemWrite(cpu, tss.at, DESCRIPTOR_BYTES);
  const saved = by === TASK_BY.IRET ? readFlags(cpu) & ~RFLAGS.NT : readFlags(cpu) | flags;
  saveTask(cpu, state[TR + SEG.BASE], oldWide, ip, saved);
  if (by === TASK_BY.CALL) writeSystem16(cpu, base, oldSelector);
  else markBusy(cpu, oldEntry, false);
  if (by !== TASK_BY.IRET) markBusy(cpu, tss.at, true);
  // Behind the save: a task may switch to itself.
  const task = readTss(cpu, base, wide);
  setSegmentRegister(cpu, TR, tss.selector, base, limitOf(cpu, tss), attributesOf(cpu, tss) | BUSY);
  becomeTask(cpu, task, wide, by === TASK_BY.CALL);
  // From here on faults are those of the new task, before its first instruction.
  loadTaskSegments(cpu, task, ext);
  if (task.ip >>> 0 > cpu.u32[CS + SEG.LIMIT]) raise(cpu, VECTOR.GP);
  cpu.faultAtRip = false;
  return JUMP;
}

function isWide(type: number): boolean {
  return (type & WIDE) !== 0;
}

function becomeTask(cpu: Cpu, task: TaskState, wide: boolean, nested: boolean): void {
  const { state } = cpu;
  cpu.faultAtRip = true;
  state[SLOT.RIP] = task.ip;
  change(cpu, SLOT.CR0, state[SLOT.CR0] | CR0.TS);
  change(cpu, SLOT.DR + 14, state[SLOT.DR + 14] & ~DR7_LOCAL);
  loadFlags(cpu, task.flags | (nested ? RFLAGS.NT : 0), -1);
  for (let n = 0; n < REGISTERS; n++) state[n * 2] = task.registers[n];
  for (let n = 0; n < SEGMENTS; n++) setNullSegment(cpu, segmentSlot(n), task.selectors[n]);
  setNullSegment(cpu, LDTR, task.ldt);
  leaveStack(cpu);
  updateMode(cpu);
  if (task.trap) trapAfter(cpu, DR6_BITS.BT);
  if (wide && (state[SLOT.CR0] & CR0.PG) !== 0) setControl(cpu, SLOT.CR3, task.cr3);
}

function change(cpu: Cpu, slot: number, value: number): void {
  const before = cpu.state[slot];
  cpu.state[slot] = value;
  if (value !== before) controlWritten(cpu, slot, before);
}

// Until SS is loaded the privilege level counts as 3, so that the handler of a fault has a stack: that of the new TSS.
function leaveStack(cpu: Cpu): void {
  cpu.cpl = NO_STACK_LEVEL;
  cpu.state[SS + SEG.ATTRIBUTES] = ATTR.UNUSABLE | (NO_STACK_LEVEL << ATTR.DPL_SHIFT);
}
