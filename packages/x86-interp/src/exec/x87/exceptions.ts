import type { HaltExit } from '@picovm/core';
import { CR0, RFLAGS } from '@picovm/core/x86';
import type { Cpu } from '../../cpu/cpu.ts';
import { raise, VECTOR } from '../../cpu/fault.ts';
import { CS, SEG, SLOT } from '../../cpu/state-layout.ts';
import { RECORD, RECORD_SHIFT } from '../../decode/record.ts';
import { FLAG, FloatStatus } from '../../float/status.ts';
import { leaveWith } from '../events.ts';

// Constants of this module, because V8 folds those, but not imported ones, into compiled code.
const { FCW, FSW, FIP, FCS, FDP, FDS, FOP, FOP_NOW, PC, CR0: CR0_SLOT } = SLOT;
const IMM = RECORD.IMM;
const SHIFT = RECORD_SHIFT;
const { SELECTOR } = SEG;
const CODE_SELECTOR = CS + SELECTOR;
const NOT_AVAILABLE = CR0.EM | CR0.TS;
const SF = 0x40;
const C1 = 0x200;
/** ES and B. */
const ERROR = 0x8080;
/** The exceptions that are found before anything is computed: then operands stay. */
const BEFORE = FLAG.IE | FLAG.DE | FLAG.ZE;
const STACK_FAULT = FLAG.IE | SF;

const FROZEN: HaltExit = Object.freeze({ reason: 'halt', interruptsEnabled: true });
const FROZEN_FOREVER: HaltExit = Object.freeze({ reason: 'halt', interruptsEnabled: false });

/** How the current instruction rounds, which exceptions it masks, and what it reports. */
export const status: FloatStatus = new FloatStatus();
/** The control word that `status` was set by. */
let control = -1;
/** By the precision control; 1 is reserved. */
const PRECISIONS = [24, 64, 53, 64];

/**
 * To be called first by instructions that wait for earlier errors: raises #NM and #MF.
 * @returns false if the CPU waits for the interrupt that tells of the error: the instruction stays
 */
export function ready(cpu: Cpu): boolean {
  const { state } = cpu;
  if ((state[CR0_SLOT] & NOT_AVAILABLE) !== 0) raise(cpu, VECTOR.NM);
  return (state[FSW] & 0x80) === 0 || reportPending(cpu);
}

/** The same for instructions that do not wait. */
export function available(cpu: Cpu): void {
  if ((cpu.state[CR0_SLOT] & NOT_AVAILABLE) !== 0) raise(cpu, VECTOR.NM);
}

/** Reports a pending error (Intel SDM volume 1, section 8.7). @returns as `ready` */
export function reportPending(cpu: Cpu): boolean {
  if ((cpu.state[SLOT.CR0] & CR0.NE) !== 0) raise(cpu, VECTOR.MF);
  // FERR# is active. The instruction goes on if IGNNE# is; else the CPU waits for an interrupt, as HLT does.
  if (cpu.ignne || cpu.ferr === undefined) return true;
  leaveWith(cpu, (cpu.state[SLOT.FLAGS] & RFLAGS.IF) !== 0 ? FROZEN : FROZEN_FOREVER);
  return false;
}

/** Records an instruction without a memory operand as the last one. */
export function note(cpu: Cpu, rec: number): void {
  const { state } = cpu;
  state[FIP] = ((state[PC] - cpu.pcBase) >> SHIFT) + cpu.ipBase;
  state[FCS] = state[CODE_SELECTOR];
  state[FOP_NOW] = cpu.cache.code[rec + IMM];
}

/** The same, with a memory operand. */
export function noteMemory(cpu: Cpu, rec: number, segment: number, offset: number): void {
  const { state } = cpu;
  state[FIP] = ((state[PC] - cpu.pcBase) >> SHIFT) + cpu.ipBase;
  state[FCS] = state[CODE_SELECTOR];
  state[FOP_NOW] = cpu.cache.code[rec + IMM];
  state[FDP] = offset;
  state[FDS] = state[segment + SELECTOR];
}

/** To be called before anything is computed or unpacked. */
export function begin(cpu: Cpu): void {
  const fcw = cpu.state[FCW];
  if (fcw !== control) {
    control = fcw;
    status.rounding = (fcw >> 10) & 3;
    status.precision = PRECISIONS[(fcw >> 8) & 3];
    status.masks = fcw & 0x3f;
  }
  status.flags = 0;
  status.roundedUp = false;
}

/** Enters what `status` says into the status word. @returns whether results are delivered to registers */
export function settle(cpu: Cpu): boolean {
  const { state } = cpu;
  const { flags } = status;
  if (flags === 0) {
    state[FSW] &= ~C1;
    return true;
  }
  const unmasked = flags & ~status.masks;
  if ((unmasked & BEFORE) !== 0) {
    state[FSW] = (state[FSW] & ~C1) | (flags & BEFORE);
    signal(cpu);
    return false;
  }
  state[FSW] = (state[FSW] & ~C1) | flags | (status.roundedUp ? C1 : 0);
  if (unmasked !== 0) signal(cpu);
  return true;
}

/** The same for results that go to memory: with an unmasked overflow or underflow they do not. */
export function settleStore(cpu: Cpu): boolean {
  const lost = status.flags & ~status.masks & (FLAG.OE | FLAG.UE);
  if (lost !== 0) {
    // Nothing was rounded.
    status.flags &= ~FLAG.PE;
    status.roundedUp = false;
  }
  return settle(cpu) && lost === 0;
}

/** Reports that a register was empty. @returns whether the indefinite NaN is to be used for it */
export function underflow(cpu: Cpu): boolean {
  return stackFault(cpu, 0);
}

/** Reports that there was no empty register to push to. @returns whether the indefinite NaN is to be pushed */
export function overflow(cpu: Cpu): boolean {
  return stackFault(cpu, C1);
}

function stackFault(cpu: Cpu, c1: number): boolean {
  const { state } = cpu;
  state[FSW] = (state[FSW] & ~C1) | STACK_FAULT | c1;
  if ((state[FCW] & FLAG.IE) !== 0) return true;
  signal(cpu);
  return false;
}

// An unmasked exception.
function signal(cpu: Cpu): void {
  const { state } = cpu;
  state[FSW] |= ERROR;
  state[FOP] = state[FOP_NOW];
  drive(cpu, true);
}

/** Makes ES and B what the flags and the masks say, after either was loaded. */
export function updateError(cpu: Cpu): void {
  const { state } = cpu;
  const before = state[FSW] & ERROR;
  const pending = (state[FSW] & ~state[FCW] & 0x3f) !== 0;
  state[FSW] = (state[FSW] & ~ERROR) | (pending ? ERROR : 0);
  if (pending !== (before !== 0)) drive(cpu, pending);
}

// FERR# tells the machine, unless the error is an exception of the CPU.
function drive(cpu: Cpu, active: boolean): void {
  if (!active || (cpu.state[SLOT.CR0] & CR0.NE) === 0) cpu.ferr?.(active);
}
