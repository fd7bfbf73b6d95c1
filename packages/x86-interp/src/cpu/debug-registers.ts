import { RECORD_SHIFT } from '../decode/record.ts';
import type { Cpu } from './cpu.ts';
import { raise, VECTOR } from './fault.ts';
import type { HostBreakpoints } from './host-breakpoints.ts';
import { MODEL } from './models.ts';
import { lookAtEvents } from './pace.ts';
import { ACCESS } from './page-walk.ts';
import { SLOT } from './state-layout.ts';

// Hardware breakpoints (Intel SDM volume 3B, section 17.2). One of an instruction is a fault before it; one of data or
// of a port is a trap behind the access. The breakpoints of the host are looked at in the same places.

const BREAKPOINTS = 4;
/** The bit for the host's, behind those of the four. */
const HOST = 1 << BREAKPOINTS;
const DR6: number = SLOT.DR + 12;
const DR7: number = SLOT.DR + 14;
/** What a breakpoint waits for: the R/W fields of DR7. */
const KIND = { EXECUTE: 0, WRITE: 1, PORT: 2, DATA: 3 } as const;
/** Bytes of a breakpoint, by the LEN fields of DR7. */
const LENGTHS = [1, 2, 8, 4];
const CR4_DE = 8;
/** DR7.GD: accesses to the debug registers fault. It ends with the next debug exception. */
const DR7_GD = 0x2000;
/** Bits of DR6 that tell why. */
export const DR6_BITS = { BD: 0x2000, BS: 0x4000, BT: 0x8000 } as const;

/**
 * Derives from DR7, CR4 and the host's which breakpoints are enabled.
 * @returns whether that changed what the TLB may hold
 */
export function deriveWatches(cpu: Cpu): boolean {
  const dr7 = cpu.state[DR7];
  const ports = (cpu.state[SLOT.CR4] & CR4_DE) !== 0;
  const had = cpu.watchExecute | cpu.watchData;
  const host = cpu.breakpoints;
  cpu.watchExecute = host?.onInstructions ? HOST : 0;
  cpu.watchData = host?.onData ? HOST : 0;
  cpu.watchPorts = host?.onPorts ? HOST : 0;
  for (let n = 0; n < BREAKPOINTS && cpu.model >= MODEL.I80386; n++) {
    if (((dr7 >> (2 * n)) & 3) === 0) continue;
    const kind = kindOf(cpu, n);
    if (kind === KIND.EXECUTE) cpu.watchExecute |= 1 << n;
    else if (kind !== KIND.PORT) cpu.watchData |= 1 << n;
    else if (ports) cpu.watchPorts |= 1 << n;
  }
  return (had | cpu.watchExecute | cpu.watchData) !== 0;
}

function kindOf(cpu: Cpu, n: number): number {
  return (cpu.state[DR7] >> (16 + 4 * n)) & 3;
}

function lengthOf(cpu: Cpu, n: number): number {
  return LENGTHS[(cpu.state[DR7] >> (18 + 4 * n)) & 3];
}

// A breakpoint lies on a multiple of its length: lower bits of its address are ignored.
function addressOf(cpu: Cpu, n: number): number {
  return cpu.state[SLOT.DR + 2 * n] & -lengthOf(cpu, n);
}

/** Whether a breakpoint waits for accesses to the page. @param access `READ` or `WRITE` of `ACCESS` */
export function watchesPage(cpu: Cpu, linear: number, access: number): boolean {
  for (let n = 0; n < BREAKPOINTS; n++) {
    if ((cpu.watchData & (1 << n)) === 0 || (addressOf(cpu, n) ^ linear) >>> 12 !== 0) continue;
    if (access === ACCESS.WRITE || kindOf(cpu, n) === KIND.DATA) return true;
  }
  return (cpu.watchData & HOST) !== 0 && hostOf(cpu).watchesPage(linear, access);
}

/** Whether a breakpoint waits for the execution of an instruction on the page. */
export function breaksOnPage(cpu: Cpu, linear: number): boolean {
  for (let n = 0; n < BREAKPOINTS; n++) {
    if ((cpu.watchExecute & (1 << n)) !== 0 && (cpu.state[SLOT.DR + 2 * n] ^ linear) >>> 12 === 0) return true;
  }
  return (cpu.watchExecute & HOST) !== 0 && hostOf(cpu).instructionsOnPage(linear) !== undefined;
}

/** Whether a breakpoint waits for the execution of the instruction at `linear`. */
export function breaksAt(cpu: Cpu, linear: number): boolean {
  for (let n = 0; n < BREAKPOINTS; n++) {
    if ((cpu.watchExecute & (1 << n)) !== 0 && cpu.state[SLOT.DR + 2 * n] === linear) return true;
  }
  return (cpu.watchExecute & HOST) !== 0 && hostOf(cpu).hasInstruction(linear);
}

/**
 * Forgets what was decoded at the breakpoints of a page, so that they are met: as long as they are there, nothing is kept
 * decoded there. @param page where its decoded copy begins @param linear any address on it
 */
export function forgetBreaks(cpu: Cpu, page: number, linear: number): void {
  const { code } = cpu.cache;
  const forget = (at: number): void => {
    if ((at ^ linear) >>> 12 === 0) code[page + ((at & 0xfff) << RECORD_SHIFT)] = 0;
  };
  for (let n = 0; n < BREAKPOINTS; n++) if ((cpu.watchExecute & (1 << n)) !== 0) forget(cpu.state[SLOT.DR + 2 * n]);
  if ((cpu.watchExecute & HOST) === 0) return;
  for (const at of hostOf(cpu).instructionsOnPage(linear) ?? []) forget(at);
}

/**
 * Ends the run before the instruction that begins at a linear address if the host has a breakpoint there; else raises the
 * fault of a breakpoint of the guest, which RF holds off once.
 */
export function checkExecution(cpu: Cpu, linear: number): void {
  if ((cpu.watchExecute & HOST) !== 0) hostOf(cpu).checkInstruction(linear);
  const instructions = cpu.target - cpu.state[SLOT.LEFT];
  if (cpu.resumedAt === instructions) return;
  // So does the instruction behind MOV SS.
  if (cpu.shadowSs && cpu.shadowAt === instructions) return;
  let hits = 0;
  for (let n = 0; n < BREAKPOINTS; n++) {
    if ((cpu.watchExecute & (1 << n)) !== 0 && cpu.state[SLOT.DR + 2 * n] === linear) hits |= 1 << n;
  }
  if (hits !== 0) raiseDebug(cpu, hits);
}

/** Notes an access to data for the trap behind the instruction. @param access `READ` or `WRITE` of `ACCESS` */
export function noteData(cpu: Cpu, linear: number, size: number, access: number): void {
  if ((cpu.watchData & HOST) !== 0) hostOf(cpu).noteData(linear, size, access);
  for (let n = 0; n < BREAKPOINTS; n++) {
    if ((cpu.watchData & (1 << n)) === 0 || !touches(cpu, n, linear, size)) continue;
    if ((access & ACCESS.WRITE) !== 0 || kindOf(cpu, n) === KIND.DATA) trapAfter(cpu, 1 << n);
  }
}

/** The same for a port. To be called if `cpu.watchPorts` is not 0. */
export function notePort(cpu: Cpu, port: number, size: number, access: number): void {
  if ((cpu.watchPorts & HOST) !== 0) hostOf(cpu).notePort(port, size, access);
  for (let n = 0; n < BREAKPOINTS; n++) {
    if ((cpu.watchPorts & (1 << n)) !== 0 && touches(cpu, n, port, size)) trapAfter(cpu, 1 << n);
  }
}

function hostOf(cpu: Cpu): HostBreakpoints {
  return cpu.breakpoints as HostBreakpoints;
}

function touches(cpu: Cpu, n: number, at: number, size: number): boolean {
  const address = addressOf(cpu, n);
  return (at - address) >>> 0 < lengthOf(cpu, n) || (address - at) >>> 0 < size;
}

/** Makes a debug trap due when the current instruction has ended. @param reason bits of DR6 */
export function trapAfter(cpu: Cpu, reason: number): void {
  cpu.debugTrap |= reason;
  lookAtEvents(cpu);
}

/** Notes in DR6 why there is a debug exception, which ends the protection of the debug registers. */
export function reportDebug(cpu: Cpu, reason: number): void {
  cpu.state[DR6] |= reason;
  cpu.state[DR7] &= ~DR7_GD;
}

/** Raises a debug fault. @param reason bits of DR6 */
function raiseDebug(cpu: Cpu, reason: number): never {
  reportDebug(cpu, reason);
  return raise(cpu, VECTOR.DB);
}

/** To be called before a debug register is read or written: with DR7.GD set, that is a fault. */
export function checkDebugAccess(cpu: Cpu): void {
  if ((cpu.state[DR7] & DR7_GD) !== 0) raiseDebug(cpu, DR6_BITS.BD);
}
