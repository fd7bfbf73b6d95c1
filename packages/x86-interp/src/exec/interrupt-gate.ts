import { RFLAGS } from '@picovm/core/x86';
import type { Cpu } from '../cpu/cpu.ts';
import {
  type Descriptor,
  dplOf,
  isCode,
  isConforming,
  isNull,
  isSegment,
  markAccessed,
  readDescriptor,
  SYSTEM,
  selectorCode,
  typeOf,
} from '../cpu/descriptor.ts';
import { raiseCode, VECTOR } from '../cpu/fault.ts';
import { readFlags } from '../cpu/flags.ts';
import { MODE } from '../cpu/mode.ts';
import { MODEL } from '../cpu/models.ts';
import { segmentSlot, selectorOf, setNullSegment } from '../cpu/segment.ts';
import { insideLimit } from '../cpu/segment-access.ts';
import { REG, SEG, SLOT, SS, TR } from '../cpu/state-layout.ts';
import { updateMode } from '../cpu/switch-mode.ts';
import { readSystem32 } from '../cpu/system-memory.ts';
import { enterSegment, requireInside, requirePresent } from './code-segment.ts';
import { probePushes, pushReturn, pushSize } from './far-pushes.ts';
import { InnerStack } from './inner-stack.ts';
import { stackOffset } from './stack.ts';
import { switchTask, TASK_BY } from './task.ts';
import { readTaskGate } from './task-gate.ts';

const SS_NUMBER = 2;
const CS_NUMBER = 1;
/** In the error code: the entry is one of the IDT. */
const IN_IDT = 2;
const WIDE = 8;
const CLEARED = RFLAGS.TF | RFLAGS.NT | RFLAGS.RF | RFLAGS.VM;
/** GS, FS, DS and ES: what is pushed on the way out of virtual-8086 mode, in this order. */
const V86_SEGMENTS = [5, 4, 3, 0];

/** An interrupt or exception on its way to its handler. */
export interface Event {
  readonly vector: number;
  /** The error code, or -1 if there is none. */
  readonly code: number;
  /** INT n, INT3, INTO: the gate must allow them, and faults on the way do not count as caused from outside. */
  readonly software: boolean;
  /** What is set in the flags that are pushed: RF for a fault. */
  readonly flags: number;
}

/**
 * Enters the handler of an interrupt or exception through the IDT (Intel SDM volume 2A, INT n, the protected-mode part).
 * @param ip where the handler returns to
 */
export function interruptProtected(cpu: Cpu, event: Event, ip: number): void {
  const ext = event.software ? 0 : 1;
  const gate = readGate(cpu, event, ext);
  if (typeOf(gate) === SYSTEM.TASK_GATE) throughTask(cpu, gate, event, ip, ext);
  else throughGate(cpu, gate, event, ip, ext);
}

function readGate(cpu: Cpu, { vector, software }: Event, ext: number): Descriptor {
  const code = vector * 8 + IN_IDT + ext;
  if (vector * 8 + 7 > cpu.u32[SLOT.IDT_LIMIT]) raiseCode(cpu, VECTOR.GP, code);
  const at = (cpu.state[SLOT.IDT_BASE] + vector * 8) | 0;
  const low = readSystem32(cpu, at);
  const high = readSystem32(cpu, (at + 4) | 0);
  const gate = { selector: vector * 8, at, low, high };
  const type = isSegment(gate) ? 0 : typeOf(gate);
  const narrow = type === SYSTEM.INTERRUPT_GATE16 || type === SYSTEM.TRAP_GATE16 || type === SYSTEM.TASK_GATE;
  const wide = type === SYSTEM.INTERRUPT_GATE32 || type === SYSTEM.TRAP_GATE32;
  if (!narrow && !(wide && cpu.model >= MODEL.I80386)) raiseCode(cpu, VECTOR.GP, code);
  if (software && dplOf(gate) < cpu.cpl) raiseCode(cpu, VECTOR.GP, code);
  if ((high & 0x8000) === 0) raiseCode(cpu, VECTOR.NP, code);
  return gate;
}

function throughTask(cpu: Cpu, gate: Descriptor, event: Event, ip: number, ext: number): void {
  switchTask(cpu, readTaskGate(cpu, gate.low >>> 16, ext), TASK_BY.CALL, ip, ext, event.flags);
  if (event.code < 0) return;
  // On the stack of the new task, whose fault it is if that has no room.
  const size = (cpu.state[TR + SEG.ATTRIBUTES] & WIDE) !== 0 ? 4 : 2;
  cpu.faultAtRip = true;
  probeStack(cpu, 1, size, ext);
  pushSize(cpu, size, event.code);
  cpu.faultAtRip = false;
}

function throughGate(cpu: Cpu, gate: Descriptor, event: Event, ip: number, ext: number): void {
  const selector = gate.low >>> 16;
  if (isNull(selector)) raiseCode(cpu, VECTOR.GP, ext);
  const target = readDescriptor(cpu, selector, VECTOR.GP, ext);
  const code = selectorCode(selector, ext);
  const dpl = dplOf(target);
  if (!isCode(target) || dpl > cpu.cpl) raiseCode(cpu, VECTOR.GP, code);
  requirePresent(cpu, target, ext);
  const inner = !isConforming(target) && dpl < cpu.cpl;
  // Out of virtual-8086 mode there is one way: to level 0.
  if (cpu.mode === MODE.V86 && (!inner || dpl !== 0)) raiseCode(cpu, VECTOR.GP, code);
  const type = typeOf(gate);
  const size = (type & WIDE) !== 0 ? 4 : 2;
  const offset = (gate.low & 0xffff) | (size === 4 ? gate.high & -0x10000 : 0);
  const cpl = inner ? dpl : cpu.cpl;
  if (inner) pushInner(cpu, target, event, { cpl, size, offset, ip, ext });
  else pushSame(cpu, target, event, { cpl, size, offset, ip, ext });
  const isInterrupt = type === SYSTEM.INTERRUPT_GATE16 || type === SYSTEM.INTERRUPT_GATE32;
  cpu.state[SLOT.FLAGS] &= ~(isInterrupt ? CLEARED | RFLAGS.IF : CLEARED);
  if (cpu.mode === MODE.V86) updateMode(cpu);
  enterSegment(cpu, target, cpl, offset);
}

interface Frame {
  readonly cpl: number;
  readonly size: number;
  readonly offset: number;
  readonly ip: number;
  readonly ext: number;
}

// The stack stays: FLAGS, CS, IP and the error code are pushed.
function pushSame(cpu: Cpu, target: Descriptor, event: Event, { size, offset, ip, ext }: Frame): void {
  const count = event.code < 0 ? 3 : 4;
  probeStack(cpu, count, size, ext);
  probePushes(cpu, count, size);
  requireInside(cpu, target, offset, ext);
  markAccessed(cpu, target);
  pushSize(cpu, size, readFlags(cpu) | event.flags);
  pushReturn(cpu, ip, size);
  if (event.code >= 0) pushSize(cpu, size, event.code);
}

// Raises #SS(EXT) if there is no room.
function probeStack(cpu: Cpu, count: number, size: number, ext: number): void {
  for (let n = 1; n <= count; n++) {
    if (!insideLimit(cpu, SS, stackOffset(cpu, -n * size), size)) raiseCode(cpu, VECTOR.SS, ext);
  }
}

// To the stack of a more privileged level; out of virtual-8086 mode the data segments are saved, and made null.
function pushInner(cpu: Cpu, target: Descriptor, event: Event, { cpl, size, offset, ip, ext }: Frame): void {
  const virtual = cpu.mode === MODE.V86;
  const stack = new InnerStack(cpu, cpl, ext);
  stack.reserve((virtual ? 9 : 5) + (event.code < 0 ? 0 : 1), size, ext);
  requireInside(cpu, target, offset, ext);
  if (virtual) for (const number of V86_SEGMENTS) stack.push(size, selectorOf(cpu, number));
  stack.push(size, selectorOf(cpu, SS_NUMBER));
  stack.push(size, cpu.state[REG.SP * 2]);
  stack.push(size, readFlags(cpu) | event.flags);
  stack.push(size, selectorOf(cpu, CS_NUMBER));
  stack.push(size, ip);
  if (event.code >= 0) stack.push(size, event.code);
  stack.markAccessed();
  markAccessed(cpu, target);
  stack.enter();
  if (virtual) for (const number of V86_SEGMENTS) setNullSegment(cpu, segmentSlot(number), 0);
}
