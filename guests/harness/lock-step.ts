import { VirtualClock } from '@picovm/core';
import { X86_GPRS, X86_SEGMENTS, type X86Segment, type X86Vcpu } from '@picovm/core/x86';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';
import type { GuestCase } from './guest-case.ts';
import { CaseMachine, TIMEOUT_MS } from './run-case.ts';
import { isMasked } from './words.ts';

/** What came of a run in lock-step. */
export interface LockStep {
  /** Exits at which the two were compared, with the last one. */
  readonly exits: number;
  /** The first thing that differed, if anything did. */
  readonly difference: string | undefined;
}

/** CF, PF, AF, ZF, SF, OF: some of them are undefined behind many instructions. What counts, a program pushes. */
const ARITHMETIC = 0x8d5n;
/** PE, MP, EM, TS, NE, WP, AM, PG. ET, NW and CD are as the processor has them. */
const CR0 = 0x8005002fn;
const MAX_EXITS = 2000;

/** Runs a case on the interpreter and on KVM, an exit at a time, and compares registers at each, and memory at the end. */
export async function lockStep(guestCase: GuestCase): Promise<LockStep> {
  using one = new CaseMachine(guestCase, interp(), new VirtualClock());
  using other = new CaseMachine(guestCase, kvm());
  const machines = [one, other];
  for (const machine of machines) machine.load();
  for (let exits = 1; exits <= MAX_EXITS; exits++) {
    const results = [];
    for (const { vm } of machines) results.push(await vm.run({ maxExits: 1, timeoutMs: TIMEOUT_MS }));
    const [a, b] = results.map(({ outcome, exit }) => `${outcome} (${exit?.reason})`);
    if (a !== b) return { exits, difference: `exit ${exits}: ${a}, and on KVM ${b}` };
    // After a triple fault the registers may be anything.
    const difference = results[0].exit?.reason === 'shutdown' ? undefined : firstDifference(one.vm.vcpu, other.vm.vcpu);
    if (difference !== undefined) return { exits, difference: `exit ${exits}: ${difference}` };
    if (results[0].outcome !== 'max-exits') return { exits, difference: differentMemory(guestCase, one, other) };
  }
  return { exits: MAX_EXITS, difference: 'it does not end' };
}

function firstDifference(one: X86Vcpu, other: X86Vcpu): string | undefined {
  const [left, right] = [one, other].map(stateOf);
  const name = Object.keys(left).find((key) => left[key] !== right[key]);
  return name && `${name} is ${left[name]}, and on KVM ${right[name]}`;
}

// What the manual defines, by names.
function stateOf(vcpu: X86Vcpu): Record<string, string> {
  const registers = vcpu.getRegisters();
  const special = vcpu.getSpecialRegisters();
  const values: Record<string, string> = {
    rip: hex(registers.rip),
    rflags: hex(registers.rflags & ~ARITHMETIC),
    cr0: hex(special.cr0 & CR0),
    cr2: hex(special.cr2),
    cr3: hex(special.cr3),
    cr4: hex(special.cr4),
    gdt: `${hex(special.gdt.base)}/${special.gdt.limit}`,
    idt: `${hex(special.idt.base)}/${special.idt.limit}`,
  };
  for (const name of X86_GPRS) values[name] = hex(registers[name]);
  for (const name of [...X86_SEGMENTS, 'ldt', 'tr'] as const) values[name] = segmentText(special[name]);
  return values;
}

function segmentText({ selector, base, limit, type, s, dpl, db, unusable, present }: X86Segment): string {
  const text = selector.toString(16);
  // Of a null segment only the selector means anything. Whether a segment was accessed is not kept by all processors.
  if (unusable !== 0 || present === 0) return text;
  return `${text}: ${hex(base)}/${limit.toString(16)}, type ${s === 0 ? type : type | 1}, S ${s}, DPL ${dpl}, D ${db}`;
}

// Where a program has pushed undefined flags, memory may differ.
function differentMemory({ expect }: GuestCase, one: CaseMachine, other: CaseMachine): string | undefined {
  const masked = [...(expect.pushed ?? []).flat(), ...Object.values(expect.registers ?? {})].some(isMasked);
  if (masked || expect.exit === 'shutdown') return undefined;
  const [left, right] = [one, other].map(({ vm }) => vm.memory.read(0, 0x10000));
  const at = left.findIndex((byte, i) => byte !== right[i]);
  return at < 0
    ? undefined
    : `memory at ${at.toString(16)} is ${left[at].toString(16)}, and on KVM ${right[at].toString(16)}`;
}

function hex(value: bigint): string {
  return value.toString(16);
}
