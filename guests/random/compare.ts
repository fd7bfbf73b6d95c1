import { RFLAGS, X86_GPRS, X86_SEGMENTS, type X86Segment } from '@picovm/core/x86';
import { type BusAccess, formatAccess, splitIntoBytes } from '../harness/bus-access.ts';
import { RAM_BYTES } from './layout.ts';
import type { State } from './machine.ts';

const PAGE = 4096;
const NEAR = 4;

/** What does not count in a comparison. */
export interface Tolerance {
  /** Bits of RFLAGS that are undefined. */
  readonly flags: number;
  /** The last instruction raised an exception: its flags were pushed, and lie at SS:SP + 4. */
  readonly pushed: boolean;
}

/** The first thing that differs between two states; undefined if nothing does. */
export function firstDifference(one: State, other: State, { flags, pushed }: Tolerance): string | undefined {
  if (one.exit !== other.exit) return `the exit is ${one.exit}, and ${other.exit}`;
  const [left, right] = [one, other].map((state) => describe(state, flags));
  const name = Object.keys(left).find((key) => left[key] !== right[key]);
  if (name !== undefined) return `${name} is ${left[name]}, and ${right[name]}`;
  return differentMemory(one, other, pushed ? flags : 0) ?? differentTrace(one.trace, other.trace);
}

/** All that a state says of the vCPU, by names. @param undefinedFlags bits of RFLAGS that are left out */
export function describe({ registers, special }: State, undefinedFlags = 0): Record<string, string> {
  const { cr0, cr2, cr3, cr4, gdt, idt } = special;
  const values: Record<string, string> = {
    rip: hex(registers.rip),
    rflags: hex(registers.rflags & ~BigInt(undefinedFlags)),
  };
  for (const name of X86_GPRS) values[name] = hex(registers[name]);
  for (const name of X86_SEGMENTS) values[name] = segmentText(special[name]);
  for (const [name, value] of Object.entries({ cr0, cr2, cr3, cr4 })) values[name] = hex(value);
  values.gdt = `${hex(gdt.base)}/${hex(gdt.limit)}`;
  values.idt = `${hex(idt.base)}/${hex(idt.limit)}`;
  return values;
}

// The type is left out: real mode does not look at it, and processors keep different ones.
function segmentText({ selector, base, limit, db }: X86Segment): string {
  return `${hex(selector)} (base ${hex(base)}, limit ${hex(limit)}${db === 0 ? '' : ', 32 bits'})`;
}

function differentMemory(one: State, other: State, pushedFlags: number): string | undefined {
  if (Buffer.compare(one.memory, other.memory) === 0) return undefined;
  const flagsAt = Number(one.special.ss.base) + ((Number(one.registers.rsp) + 4) & 0xffff);
  const differs = (at: number): boolean => {
    const mask = at === flagsAt ? ~pushedFlags : at === flagsAt + 1 ? ~(pushedFlags >> 8) : ~0;
    return ((one.memory[at] ^ other.memory[at]) & mask & 0xff) !== 0;
  };
  for (let at = 0; at < RAM_BYTES; at++) {
    if (!differs(at)) continue;
    return `memory at ${hex(at)} is ${hex(one.memory[at])}, and ${hex(other.memory[at])}`;
  }
  return undefined;
}

function differentTrace(ownTrace: readonly BusAccess[], otherTrace: readonly BusAccess[]): string | undefined {
  const [one, other] = [ownTrace, otherTrace].map((trace) => trace.flatMap(partsOf));
  const at = Math.min(one.length, other.length);
  for (let i = 0; i < at; i++) {
    const [left, right] = [formatAccess(one[i]), formatAccess(other[i])];
    if (left !== right) return `access ${i} is ${left}, and ${right}`;
  }
  if (one.length === other.length) return undefined;
  const [more, which] = one.length > other.length ? [one, 'the first'] : [other, 'the second'];
  return `access ${at} is ${formatAccess(more[at])} for ${which} alone`;
}

// An access that crosses a page is done by parts, and it is not defined by which.
function partsOf(access: BusAccess): BusAccess[] {
  const { space, address } = access;
  const nearBoundary = ((address + NEAR) & (PAGE - 1)) < 2 * NEAR;
  return space === 'mmio' && nearBoundary ? splitIntoBytes(access) : [access];
}

/** Flags by their letters in the instruction table of the interpreter: `oszapc`. */
const STATUS_FLAGS: Readonly<Record<string, number>> = {
  o: RFLAGS.OF,
  s: RFLAGS.SF,
  z: RFLAGS.ZF,
  a: RFLAGS.AF,
  p: RFLAGS.PF,
  c: RFLAGS.CF,
};

/** Status flags in letters as bits; letters of others are left out. */
export function flagBits(letters: string): number {
  return [...letters].reduce((bits, letter) => bits | (STATUS_FLAGS[letter] ?? 0), 0);
}

function hex(value: bigint | number): string {
  return value.toString(16);
}
