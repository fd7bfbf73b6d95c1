import type { Cpu } from '../cpu/cpu.ts';
import {
  attributesOf,
  baseOf,
  type Descriptor,
  isExpandDownData,
  limitOf,
  markAccessed,
  selectorCode,
} from '../cpu/descriptor.ts';
import { raiseCode, VECTOR } from '../cpu/fault.ts';
import { checkStackSegment, setSegmentByDescriptor } from '../cpu/load-segment.ts';
import { ATTR, SEG, SS, TR } from '../cpu/state-layout.ts';
import { probeSystemWrite, readSystem16, readSystem32, writeSystem16, writeSystem32 } from '../cpu/system-memory.ts';
import { setStack } from './stack.ts';

const TSS_IS_WIDE = 8;

/**
 * The stack of a more privileged level, as the TSS says (Intel SDM volume 3A, section 5.8.5). It is filled before the
 * CPU switches to it, with the rights of the system.
 */
export class InnerStack {
  readonly selector: number;
  readonly #cpu: Cpu;
  readonly #descriptor: Descriptor;
  readonly #base: number;
  readonly #limit: number;
  readonly #mask: number;
  #pointer: number;

  /** @throws FAULT if the TSS has no good one @param ext 1 if an event from outside the program led here */
  constructor(cpu: Cpu, cpl: number, ext: number) {
    this.#cpu = cpu;
    const { selector, pointer } = stackOfTss(cpu, cpl, ext);
    this.selector = selector;
    this.#pointer = pointer;
    this.#descriptor = checkStackSegment(cpu, selector, cpl, VECTOR.TS, ext);
    this.#base = baseOf(cpu, this.#descriptor);
    this.#limit = limitOf(cpu, this.#descriptor);
    this.#mask = (attributesOf(cpu, this.#descriptor) & ATTR.DB) !== 0 ? -1 : 0xffff;
  }

  /** Raises #SS with the selector unless `count` elements of `size` bytes fit. */
  reserve(count: number, size: number, ext: number): void {
    for (let n = 1; n <= count; n++) {
      const first = ((this.#pointer - n * size) & this.#mask) >>> 0;
      if (!this.#holds(first, size)) raiseCode(this.#cpu, VECTOR.SS, selectorCode(this.selector, ext));
      probeSystemWrite(this.#cpu, (this.#base + first) | 0, size);
    }
  }

  #holds(first: number, size: number): boolean {
    const last = first + size - 1;
    if (!isExpandDownData(this.#descriptor)) return last <= this.#limit;
    return first > this.#limit && last <= this.#mask >>> 0;
  }

  /** Pushes 2 or 4 bytes. */
  push(size: number, value: number): void {
    this.#pointer = (this.#pointer - size) | 0;
    const linear = (this.#base + (this.#pointer & this.#mask)) | 0;
    if (size === 4) writeSystem32(this.#cpu, linear, value);
    else writeSystem16(this.#cpu, linear, value & 0xffff);
  }

  /** Notes in the table that the segment is used. The last thing that may fault. */
  markAccessed(): void {
    markAccessed(this.#cpu, this.#descriptor);
  }

  /** Makes it the stack. */
  enter(): void {
    const cpu = this.#cpu;
    setSegmentByDescriptor(cpu, SS, this.selector, this.#descriptor);
    setStack(cpu, this.#pointer);
  }
}

function stackOfTss(cpu: Cpu, cpl: number, ext: number): { selector: number; pointer: number } {
  const { state, u32 } = cpu;
  const wide = (state[TR + SEG.ATTRIBUTES] & TSS_IS_WIDE) !== 0;
  const offset = wide ? 4 + 8 * cpl : 2 + 4 * cpl;
  const last = offset + (wide ? 5 : 3);
  if (last > u32[TR + SEG.LIMIT]) raiseCode(cpu, VECTOR.TS, selectorCode(state[TR + SEG.SELECTOR], ext));
  const at = (state[TR + SEG.BASE] + offset) | 0;
  const pointer = wide ? readSystem32(cpu, at) : readSystem16(cpu, at);
  return { pointer, selector: readSystem16(cpu, (at + (wide ? 4 : 2)) | 0) };
}
