import type { Cpu } from '../cpu/cpu.ts';
import { type Descriptor, isTss, readDescriptor, selectorCode } from '../cpu/descriptor.ts';
import { raiseCode, VECTOR } from '../cpu/fault.ts';
import { requirePresent } from './code-segment.ts';

const TABLE_INDICATOR = 4;

/** The TSS that a task gate leads to: it must be in the GDT, not busy, and present. */
export function readTaskGate(cpu: Cpu, selector: number, ext: number): Descriptor {
  const code = selectorCode(selector, ext);
  if ((selector & TABLE_INDICATOR) !== 0) raiseCode(cpu, VECTOR.GP, code);
  const tss = readDescriptor(cpu, selector, VECTOR.GP, ext);
  if (!isTss(cpu, tss, false)) raiseCode(cpu, VECTOR.GP, code);
  requirePresent(cpu, tss, ext);
  return tss;
}
