import type { SnapshotDifference } from '@picovm/core';
import {
  CR0,
  noEvents,
  resetFpu,
  resetSpecialRegisters,
  resetXsave,
  X86_DEBUG_REGISTERS,
  X86_SEGMENTS,
  X86_STATE_VERSION,
  type X86DebugRegisters,
  type X86Events,
  type X86SpecialRegisters,
  type X86VcpuState,
} from '@picovm/core/x86';
import { instructionsOf } from '../exec/events.ts';
import { controlsReplaced } from './control-registers.ts';
import type { Cpu } from './cpu.ts';
import { getFpu, setFpu } from './fpu-state.ts';
import { addressMask, CPU_MODELS, cr0Bits, cr4Bits, MODEL } from './models.ts';
import { get64, getRegisters, getSpecialRegisters, set64, setRegisters, setSpecialRegisters } from './registers.ts';
import { SLOT } from './state-layout.ts';
import { flushTlb, watchesChanged } from './tlb.ts';

/** Address line 20. */
const A20 = 0x100000;
const TEST_REGISTERS = 8;
const MAX_32 = 0xffffffffn;
/** Bit 21, ID, is the uppermost that any processor has. */
const RFLAGS_BITS = 0x3fffffn;

/** The state between two instructions. The TSC goes on counting from what it is. */
export function snapshotCpu(cpu: Cpu): X86VcpuState {
  const instructions = instructionsOf(cpu);
  return {
    arch: 'x86',
    version: X86_STATE_VERSION,
    model: CPU_MODELS[cpu.model],
    registers: getRegisters(cpu),
    special: getSpecialRegisters(cpu),
    debug: getDebugRegisters(cpu),
    fpu: getFpu(cpu),
    xsave: resetXsave(),
    tsc: BigInt.asUintN(64, BigInt(instructions) + get64(cpu, SLOT.TSC_OFFSET)),
    kvmClock: 0n,
    msrs: [],
    events: getEvents(cpu),
    instructions,
    a20: hasA20(cpu),
    testRegisters: Array.from(cpu.u32.subarray(SLOT.TEST, SLOT.TEST + TEST_REGISTERS)),
  };
}

/** Takes a state that {@link differencesOf} has nothing against. */
export function restoreCpu(cpu: Cpu, state: X86VcpuState): void {
  const { instructions, events } = state;
  cpu.state[SLOT.LEFT] = 0;
  cpu.target = instructions;
  setSpecialRegisters(cpu, state.special);
  setRegisters(cpu, state.registers);
  X86_DEBUG_REGISTERS.forEach((name) => {
    set64(cpu, debugSlot(name), state.debug[name]);
  });
  set64(cpu, SLOT.TSC_OFFSET, BigInt.asUintN(64, state.tsc - BigInt(instructions)));
  setFpu(cpu, state.fpu);
  cpu.u32.set(state.testRegisters, SLOT.TEST);
  cpu.addressMask = maskOf(cpu, state.a20);
  controlsReplaced(cpu);
  watchesChanged(cpu);
  cpu.shadowAt = events.interruptShadow === 'none' ? -1 : instructions;
  cpu.shadowSs = events.interruptShadow === 'mov-ss';
  cpu.pendingException = events.exception;
  cpu.pendingInterrupt = events.interrupt;
  cpu.nmiPending = events.nmiPending;
  cpu.nmiMasked = events.nmiMasked;
  cpu.shutdown = events.shutdown;
  cpu.pendingExit = undefined;
  cpu.kicked = false;
  flushTlb(cpu);
}

/** What keeps this CPU from being in a state: it has the registers of its model alone. */
export function differencesOf(cpu: Cpu, state: X86VcpuState): SnapshotDifference[] {
  const { special, fpu, xsave, msrs } = state;
  const model = CPU_MODELS[cpu.model];
  const isHost = state.model === 'host' && cpu.model === MODEL.PENTIUM;
  const differences: SnapshotDifference[] = [];
  const check = (fits: boolean, what: string, snapshot: string, machine: string): void => {
    if (!fits) differences.push({ what, snapshot, machine });
  };
  check(state.model === model || isHost, 'the CPU model', state.model, model);
  for (const [what, value, fits] of controlsOf(cpu.model, special)) check(fits, what, hex(value), 'other bits');
  for (const name of [...X86_SEGMENTS, 'tr', 'ldt'] as const) {
    const { base, l } = special[name];
    check(base <= MAX_32, `the base of ${name.toUpperCase()}`, hex(base), '32 bits');
    check(l === 0, `the L bit of ${name.toUpperCase()}`, '1', 'none');
  }
  for (const name of ['gdt', 'idt'] as const) {
    check(special[name].base <= MAX_32, `the base of the ${name.toUpperCase()}`, hex(special[name].base), '32 bits');
  }
  for (const name of X86_DEBUG_REGISTERS) {
    check(state.debug[name] <= MAX_32, `the register ${name.toUpperCase()}`, hex(state.debug[name]), '32 bits');
  }
  check(cpu.model >= MODEL.I80486 || isReset(fpu), 'the FPU', 'one that was used', 'none');
  check(xsave.xcr0 === 1n && xsave.components.length === 0, 'XSAVE', 'one that was used', 'none');
  check(special.efer === 0n, 'the register EFER', hex(special.efer), 'none');
  check(special.cr8 === 0n, 'the register CR8', hex(special.cr8), 'none');
  const { rip, rflags } = state.registers;
  check(rip <= MAX_32, 'the register RIP', hex(rip), '32 bits');
  check((rflags & ~RFLAGS_BITS) === 0n, 'the register RFLAGS', hex(rflags), 'other bits');
  for (const { index, value } of msrs) {
    check(false, `the model-specific register 0x${index.toString(16)}`, hex(value), 'none');
  }
  // Fewer than 21 address lines: there is no A20 to be driven.
  const canA20 = !state.a20 || (addressMask(cpu.model) & A20) !== 0;
  check(canA20, 'address line A20', 'one that is driven', '20 address lines');
  return differences;
}

// The control registers, and whether they have no bits but those of the model. PE is looked at elsewhere.
function controlsOf(model: number, special: X86SpecialRegisters): [string, bigint, boolean][] {
  const { cr0, cr2, cr3, cr4 } = special;
  // NW and CD are set after RESET, although the 80386 has no cache.
  const cr0Reset = model < MODEL.I80386 ? 0n : resetSpecialRegisters().cr0;
  const paging = model < MODEL.I80386 ? 0n : MAX_32;
  const has = (bit: number): boolean => (cr0 & BigInt(bit >>> 0)) !== 0n;
  return [
    ['the register CR0', cr0, (cr0 & ~(unsigned(cr0Bits(model)) | cr0Reset)) === 0n],
    ['CR0.PG without CR0.PE', cr0, !has(CR0.PG) || has(CR0.PE)],
    ['CR0.NW without CR0.CD', cr0, !has(CR0.NW) || has(CR0.CD)],
    ['the register CR2', cr2, cr2 <= paging],
    ['the register CR3', cr3, cr3 <= paging],
    ['the register CR4', cr4, (cr4 & ~unsigned(cr4Bits(model))) === 0n],
  ];
}

function unsigned(bits: number): bigint {
  return BigInt(bits >>> 0);
}

/** Whether address line A20 is driven. */
export function hasA20(cpu: Cpu): boolean {
  return (cpu.addressMask & A20) !== 0;
}

/** The address lines with A20 driven, if the model has it, or not. */
export function maskOf(cpu: Cpu, a20: boolean): number {
  const lines = addressMask(cpu.model);
  return a20 ? lines : lines & ~A20;
}

function getDebugRegisters(cpu: Cpu): X86DebugRegisters {
  return Object.fromEntries(
    X86_DEBUG_REGISTERS.map((name) => [name, get64(cpu, debugSlot(name))]),
  ) as unknown as X86DebugRegisters;
}

function debugSlot(name: (typeof X86_DEBUG_REGISTERS)[number]): number {
  return SLOT.DR + Number(name.slice(2)) * 2;
}

function getEvents(cpu: Cpu): X86Events {
  const shadowed = cpu.shadowAt === instructionsOf(cpu);
  return {
    ...noEvents(),
    interruptShadow: !shadowed ? 'none' : cpu.shadowSs ? 'mov-ss' : 'sti',
    interrupt: cpu.pendingInterrupt,
    exception: cpu.pendingException,
    nmiPending: cpu.nmiPending,
    nmiMasked: cpu.nmiMasked,
    shutdown: cpu.shutdown,
  };
}

function isReset(fpu: X86VcpuState['fpu']): boolean {
  const reset = resetFpu();
  return (
    fpu.st.every((byte) => byte === 0) &&
    fpu.xmm.every((byte) => byte === 0) &&
    (['fcw', 'fsw', 'ftw', 'fop', 'fip', 'fdp', 'mxcsr'] as const).every((name) => fpu[name] === reset[name])
  );
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
