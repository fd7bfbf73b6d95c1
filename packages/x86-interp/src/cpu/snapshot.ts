import {
  noEvents,
  resetXsave,
  X86_DEBUG_REGISTERS,
  X86_STATE_VERSION,
  type X86DebugRegisters,
  type X86Events,
  type X86VcpuState,
} from '@picovm/core/x86';
import { instructionsOf } from '../exec/events.ts';
import { controlsReplaced } from './control-registers.ts';
import type { Cpu } from './cpu.ts';
import { getFpu, setFpu } from './fpu-state.ts';
import { addressMask } from './models.ts';
import { changedMsrs, restoreMsrs } from './msrs.ts';
import { PAGING } from './page-walk.ts';
import { get64, getRegisters, getSpecialRegisters, set64, setRegisters, setSpecialRegisters } from './registers.ts';
import { SLOT } from './state-layout.ts';
import { setTimeStampTo, timeStampOf } from './time-stamp.ts';
import { flushTlb, watchesChanged } from './tlb.ts';

/** Address line 20. */
const A20 = 0x100000;
const TEST_REGISTERS = 8;

/** The state between two instructions. The TSC goes on counting from what it is. */
export function snapshotCpu(cpu: Cpu): X86VcpuState {
  const instructions = instructionsOf(cpu);
  return {
    arch: 'x86',
    version: X86_STATE_VERSION,
    model: cpu.processor.name,
    registers: getRegisters(cpu),
    special: getSpecialRegisters(cpu),
    debug: getDebugRegisters(cpu),
    fpu: getFpu(cpu),
    xsave: resetXsave(),
    tsc: timeStampOf(cpu),
    kvmClock: 0n,
    msrs: changedMsrs(cpu),
    events: getEvents(cpu),
    instructions,
    a20: hasA20(cpu),
    testRegisters: Array.from(cpu.u32.subarray(SLOT.TEST, SLOT.TEST + TEST_REGISTERS)),
    ...((cpu.paging & PAGING.PAE) !== 0 && { pdptes: getPdptes(cpu) }),
    ...(cpu.monitored >= 0 && { monitor: { address: BigInt(cpu.monitored), line: cpu.monitoredLine.slice() } }),
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
  setTimeStampTo(cpu, state.tsc);
  restoreMsrs(cpu, state.msrs);
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
  cpu.breakpoints?.forget();
  cpu.kicked = false;
  cpu.debugTrap = events.debugTrap ?? 0;
  cpu.monitored = state.monitor === undefined ? -1 : Number(state.monitor.address);
  if (state.monitor !== undefined) cpu.monitoredLine.set(state.monitor.line);
  // Otherwise they are what the table in memory holds now.
  if ((cpu.paging & PAGING.PAE) !== 0) {
    state.pdptes?.forEach((value, n) => {
      set64(cpu, SLOT.PDPTE + 2 * n, value);
    });
  }
  flushTlb(cpu);
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

function getPdptes(cpu: Cpu): bigint[] {
  return [0, 1, 2, 3].map((n) => get64(cpu, SLOT.PDPTE + 2 * n));
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
    ...(cpu.debugTrap !== 0 && { debugTrap: cpu.debugTrap }),
  };
}
