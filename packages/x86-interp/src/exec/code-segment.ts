import type { Cpu } from '../cpu/cpu.ts';
import { type Descriptor, isPresent, limitOf, selectorCode } from '../cpu/descriptor.ts';
import { raiseCode, VECTOR } from '../cpu/fault.ts';
import { setSegmentByDescriptor } from '../cpu/load-segment.ts';
import { CS, SLOT } from '../cpu/state-layout.ts';
import { setCpl } from '../cpu/switch-mode.ts';
import { type Flow, JUMP } from './handler.ts';

// What all ways into a code segment of protected mode have in common.

/** Raises #NP with the selector if the segment is not present. */
export function requirePresent(cpu: Cpu, descriptor: Descriptor, ext: number): void {
  if (!isPresent(descriptor)) raiseCode(cpu, VECTOR.NP, selectorCode(descriptor.selector, ext));
}

/** Raises #GP with `code` if an offset is beyond the limit of the segment. */
export function requireInside(cpu: Cpu, descriptor: Descriptor, offset: number, code: number): void {
  if (offset >>> 0 > limitOf(cpu, descriptor)) raiseCode(cpu, VECTOR.GP, code);
}

/** Makes it the code segment, at a privilege level, and goes to an offset of it. Nothing here faults. */
export function enterSegment(cpu: Cpu, descriptor: Descriptor, cpl: number, offset: number): Flow {
  setSegmentByDescriptor(cpu, CS, (descriptor.selector & 0xfffc) | cpl, descriptor);
  cpu.state[SLOT.RIP] = offset;
  setCpl(cpu, cpl);
  return JUMP;
}
