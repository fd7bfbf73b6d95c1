import type { Cpu } from '../cpu/cpu.ts';
import {
  type Descriptor,
  dplOf,
  isCode,
  isConforming,
  isNull,
  markAccessed,
  readDescriptor,
  SYSTEM,
  selectorCode,
  typeOf,
} from '../cpu/descriptor.ts';
import { raise, raiseCode, VECTOR } from '../cpu/fault.ts';
import { selectorOf } from '../cpu/segment.ts';
import { REG } from '../cpu/state-layout.ts';
import { enterSegment, requireInside, requirePresent } from './code-segment.ts';
import { probePushes, pushReturn } from './far-pushes.ts';
import type { Flow } from './handler.ts';
import { InnerStack } from './inner-stack.ts';
import { peek16, peek32 } from './stack.ts';

// Call gates (Intel SDM volume 3A, section 5.8.3 to 5.8.5). Those of the 80286 have 16-bit offsets, and words as
// parameters; the others 32 bits each.

const CS_NUMBER = 1;
const SS_NUMBER = 2;
const PARAMETERS = 0x1f;

/** JMP through a call gate: the privilege level stays. */
export function jumpGate(cpu: Cpu, gate: Descriptor): Flow {
  const target = targetOf(cpu, gate);
  if (!isConforming(target) && dplOf(target) !== cpu.cpl) {
    raiseCode(cpu, VECTOR.GP, selectorCode(target.selector, 0));
  }
  requirePresent(cpu, target, 0);
  const offset = offsetOf(gate);
  requireInside(cpu, target, offset, 0);
  markAccessed(cpu, target);
  return enterSegment(cpu, target, cpu.cpl, offset);
}

/** CALL through a call gate. @param next the return address */
export function callGate(cpu: Cpu, gate: Descriptor, next: number): Flow {
  const target = targetOf(cpu, gate);
  requirePresent(cpu, target, 0);
  if (!isConforming(target) && dplOf(target) < cpu.cpl) return callInner(cpu, gate, target, next);
  const size = sizeOf(gate);
  const offset = offsetOf(gate);
  probePushes(cpu, 2, size);
  requireInside(cpu, target, offset, 0);
  markAccessed(cpu, target);
  pushReturn(cpu, next, size);
  return enterSegment(cpu, target, cpu.cpl, offset);
}

// To a more privileged level: the parameters are copied to its stack.
function callInner(cpu: Cpu, gate: Descriptor, target: Descriptor, next: number): Flow {
  const cpl = dplOf(target);
  const size = sizeOf(gate);
  const offset = offsetOf(gate);
  const count = gate.high & PARAMETERS;
  const stack = new InnerStack(cpu, cpl, 0);
  stack.reserve(4 + count, size, 0);
  requireInside(cpu, target, offset, 0);
  stack.push(size, selectorOf(cpu, SS_NUMBER));
  stack.push(size, cpu.state[REG.SP * 2]);
  for (let n = count - 1; n >= 0; n--) stack.push(size, size === 4 ? peek32(cpu, 4 * n) : peek16(cpu, 2 * n));
  stack.push(size, selectorOf(cpu, CS_NUMBER));
  stack.push(size, next);
  stack.markAccessed();
  markAccessed(cpu, target);
  stack.enter();
  return enterSegment(cpu, target, cpl, offset);
}

// The code segment that a gate leads to, but for whether it is present.
function targetOf(cpu: Cpu, gate: Descriptor): Descriptor {
  const selector = gate.low >>> 16;
  if (isNull(selector)) raise(cpu, VECTOR.GP);
  const target = readDescriptor(cpu, selector, VECTOR.GP, 0);
  if (!isCode(target) || dplOf(target) > cpu.cpl) raiseCode(cpu, VECTOR.GP, selectorCode(selector, 0));
  return target;
}

function sizeOf(gate: Descriptor): number {
  return typeOf(gate) === SYSTEM.CALL_GATE32 ? 4 : 2;
}

function offsetOf(gate: Descriptor): number {
  const low = gate.low & 0xffff;
  return sizeOf(gate) === 4 ? low | (gate.high & -0x10000) : low;
}
