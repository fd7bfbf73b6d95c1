import { RFLAGS } from '@picovm/core/x86';
import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { readFlags } from '../cpu/flags.ts';
import { MODE } from '../cpu/mode.ts';
import { loadRealSegment, selectorOf } from '../cpu/segment.ts';
import { SEG, SLOT, TR } from '../cpu/state-layout.ts';
import { readSystem8, readSystem16 } from '../cpu/system-memory.ts';
import { checkTarget } from './control.ts';
import { probePushes } from './far-pushes.ts';
import { type Flow, JUMP } from './handler.ts';
import { loadFlags } from './load-flags.ts';
import { iopl } from './privilege.ts';
import { moveStack, peek16, push16 } from './stack.ts';

// The virtual interrupt flag (Intel SDM volume 3B, sections 21.3 and 21.4): code of privilege level 3 that may not
// change IF changes VIF instead, and VIP tells that an interrupt waits for it.

const CR4_VME = 1;
const CR4_PVI = 2;
const WAITING: number = RFLAGS.VIF | RFLAGS.VIP;
const CS_NUMBER = 1;
const TSS_IS_WIDE = 8;
const TSS_IO_MAP = 0x66;
/** Of a TSS that has the field with the base of its map. */
const MINIMUM_LIMIT = 0x67;
/** Bytes of the map of software interrupts, which lies before the I/O permission map. */
const REDIRECTION_BYTES = 32;

/** Whether CLI, STI, PUSHF, POPF and IRET in virtual-8086 mode, and CLI and STI at level 3, mean VIF. */
export function canUseVif(cpu: Cpu): boolean {
  const wanted = cpu.mode === MODE.V86 ? CR4_VME : CR4_PVI;
  return cpu.cpl === 3 && (cpu.state[SLOT.CR4] & wanted) !== 0;
}

/** Whether an instruction may not begin: its interrupts are on, as far as it knows, and one waits. */
export function mustServeInterrupt(cpu: Cpu): boolean {
  return (cpu.state[SLOT.FLAGS] & WAITING) === WAITING && canUseVif(cpu);
}

/** CLI. */
export function clearVif({ state }: Cpu): void {
  state[SLOT.FLAGS] &= ~RFLAGS.VIF;
}

/** STI: if an interrupt waits, the operating system must see to it. */
export function setVif(cpu: Cpu): void {
  const { state } = cpu;
  if ((state[SLOT.FLAGS] & RFLAGS.VIP) !== 0) raise(cpu, VECTOR.GP);
  state[SLOT.FLAGS] |= RFLAGS.VIF;
}

/** The 16 bits that PUSHF and INT push: IF is VIF, and IOPL is 3. */
export function virtualFlags(cpu: Cpu): number {
  const flags = readFlags(cpu);
  return (flags & ~RFLAGS.IF) | RFLAGS.IOPL | ((flags & RFLAGS.VIF) !== 0 ? RFLAGS.IF : 0);
}

/** Loads the 16 bits that POPF and IRET pop. */
export function loadVirtualFlags(cpu: Cpu, value: number): void {
  checkVirtualFlags(cpu, value);
  const low = 0xffff & ~(RFLAGS.IF | RFLAGS.IOPL);
  loadFlags(cpu, value | ((value & RFLAGS.IF) !== 0 ? RFLAGS.VIF : 0), low | RFLAGS.VIF);
}

function checkVirtualFlags(cpu: Cpu, value: number): void {
  const waits = (value & RFLAGS.IF) !== 0 && (cpu.state[SLOT.FLAGS] & RFLAGS.VIP) !== 0;
  if (waits || (value & RFLAGS.TF) !== 0) raise(cpu, VECTOR.GP);
}

/** IRET in virtual-8086 mode with IOPL below 3. */
export function iretVirtual(cpu: Cpu): Flow {
  const target = peek16(cpu, 0);
  const selector = peek16(cpu, 2);
  const flags = peek16(cpu, 4);
  checkTarget(cpu, target);
  checkVirtualFlags(cpu, flags);
  moveStack(cpu, 6);
  loadVirtualFlags(cpu, flags);
  loadRealSegment(cpu, CS_NUMBER, selector);
  cpu.state[SLOT.RIP] = target;
  return JUMP;
}

/** Whether INT n in virtual-8086 mode goes to the handler of the 8086 program, by the map in the TSS. */
export function isRedirected(cpu: Cpu, vector: number): boolean {
  const { state } = cpu;
  if ((state[SLOT.CR4] & CR4_VME) === 0) return false;
  const base = state[TR + SEG.BASE];
  const limit = cpu.u32[TR + SEG.LIMIT];
  if ((state[TR + SEG.ATTRIBUTES] & TSS_IS_WIDE) === 0 || limit < MINIMUM_LIMIT) raise(cpu, VECTOR.GP);
  const at = readSystem16(cpu, (base + TSS_IO_MAP) | 0) - REDIRECTION_BYTES + (vector >> 3);
  if (at < 0 || at > limit) raise(cpu, VECTOR.GP);
  return (readSystem8(cpu, (base + at) | 0) & (1 << (vector & 7))) === 0;
}

/** INT n as the 8086 does it, inside virtual-8086 mode. */
export function interruptVirtual(cpu: Cpu, vector: number, next: number): Flow {
  const { state } = cpu;
  const offset = readSystem16(cpu, vector * 4);
  const selector = readSystem16(cpu, vector * 4 + 2);
  probePushes(cpu, 3, 2);
  const owns = iopl(cpu) === 3;
  push16(cpu, owns ? readFlags(cpu) : virtualFlags(cpu));
  push16(cpu, selectorOf(cpu, CS_NUMBER));
  push16(cpu, next);
  state[SLOT.FLAGS] &= ~(RFLAGS.TF | (owns ? RFLAGS.IF : RFLAGS.VIF));
  loadRealSegment(cpu, CS_NUMBER, selector);
  state[SLOT.RIP] = offset;
  cpu.delivered = true;
  return JUMP;
}
