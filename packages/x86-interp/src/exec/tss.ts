import type { Cpu } from '../cpu/cpu.ts';
import { selectorOf } from '../cpu/segment.ts';
import { probeSystemWrite, readSystem16, readSystem32, writeSystem16, writeSystem32 } from '../cpu/system-memory.ts';

/** Where the fields of a TSS are (Intel SDM volume 3A, sections 8.2.1 and 8.6), by the size of its registers. */
interface Layout {
  /** Bytes a field: 2 or 4. */
  readonly size: number;
  /** The least limit that a TSS may have to be switched to. */
  readonly limit: number;
  /** IP; FLAGS, the eight general registers and the segment registers follow. */
  readonly ip: number;
  /** How many segment registers there are, from ES on. */
  readonly segments: number;
  readonly ldt: number;
}

const WIDE: Layout = { size: 4, limit: 0x67, ip: 0x20, segments: 6, ldt: 0x60 };
const NARROW: Layout = { size: 2, limit: 0x2b, ip: 0x0e, segments: 4, ldt: 0x2a };
const CR3 = 0x1c;
const TRAP = 0x64;
const REGISTERS = 8;
const UPPER_ONES = -0x10000;

/** The layout of a 16-bit TSS, or of a 32-bit one. */
export function layoutOf(wide: boolean): Layout {
  return wide ? WIDE : NARROW;
}

/** What a TSS says of a task. */
export interface TaskState {
  readonly ip: number;
  readonly flags: number;
  /** AX CX DX BX SP BP SI DI. */
  readonly registers: readonly number[];
  /** ES CS SS DS FS GS. */
  readonly selectors: readonly number[];
  readonly ldt: number;
  /** 0 in a 16-bit TSS, which has none. */
  readonly cr3: number;
  /** There is to be a debug exception when the task begins. */
  readonly trap: boolean;
}

/** Reads a TSS. @param base its linear address */
export function readTss(cpu: Cpu, base: number, wide: boolean): TaskState {
  const { size, ip, segments, ldt } = layoutOf(wide);
  const field = (n: number): number => {
    const at = (base + ip + n * size) | 0;
    return wide ? readSystem32(cpu, at) : readSystem16(cpu, at);
  };
  // The upper halves of registers are ones if the task has only the lower.
  const upper = wide ? 0 : UPPER_ONES;
  return {
    ip: field(0),
    flags: field(1),
    registers: Array.from({ length: REGISTERS }, (_, n) => field(2 + n) | upper),
    selectors: Array.from({ length: 6 }, (_, n) => (n < segments ? field(2 + REGISTERS + n) & 0xffff : 0)),
    ldt: readSystem16(cpu, (base + ldt) | 0),
    cr3: wide ? readSystem32(cpu, (base + CR3) | 0) : 0,
    trap: wide && (readSystem16(cpu, (base + TRAP) | 0) & 1) !== 0,
  };
}

/** The last byte of a TSS that {@link saveTask} writes. */
export function lastSaved(wide: boolean): number {
  const { size, ip, segments } = layoutOf(wide);
  return ip + (2 + REGISTERS + segments) * size - 1;
}

/** Raises the page fault that {@link saveTask} would raise. */
export function probeSave(cpu: Cpu, base: number, wide: boolean): void {
  const { size, ip, segments } = layoutOf(wide);
  probeSystemWrite(cpu, (base + ip) | 0, (2 + REGISTERS + segments) * size);
}

/** Saves the current task. @param ip where it will go on @param flags its RFLAGS */
export function saveTask(cpu: Cpu, base: number, wide: boolean, ip: number, flags: number): void {
  const layout = layoutOf(wide);
  const field = (n: number, value: number): void => {
    const at = (base + layout.ip + n * layout.size) | 0;
    if (wide) writeSystem32(cpu, at, value);
    else writeSystem16(cpu, at, value & 0xffff);
  };
  field(0, ip);
  field(1, flags);
  for (let n = 0; n < REGISTERS; n++) field(2 + n, cpu.state[n * 2]);
  // The upper halves of selectors stay as they are.
  for (let n = 0; n < layout.segments; n++) {
    writeSystem16(cpu, (base + layout.ip + (2 + REGISTERS + n) * layout.size) | 0, selectorOf(cpu, n));
  }
}
