import { RFLAGS } from '@picovm/core/x86';
import { COUNT } from '../cpu/counts.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { FAULT, VECTOR } from '../cpu/fault.ts';
import { MODE } from '../cpu/mode.ts';
import { MODEL } from '../cpu/models.ts';
import { SLOT } from '../cpu/state-layout.ts';
import type { InterruptSource } from '../cpu-events.ts';
import { interruptProtected } from './interrupt-gate.ts';
import { interruptReal } from './interrupt-real.ts';

const NONE = -1;
/** Exceptions with an error code, and those that are faults: they return to the instruction that caused them. */
const WITH_CODE = bits(VECTOR.DF, VECTOR.TS, VECTOR.NP, VECTOR.SS, VECTOR.GP, VECTOR.PF, VECTOR.AC);
const FAULTS = ~bits(VECTOR.DB, VECTOR.NMI, VECTOR.BP, VECTOR.OF, VECTOR.DF, VECTOR.MC);
/** Those that a second one turns into a double fault (Intel SDM volume 3A, table 6-5). */
const CONTRIBUTORY = bits(VECTOR.DE, VECTOR.TS, VECTOR.NP, VECTOR.SS, VECTOR.GP);
/** More exceptions in a row than the table allows; it is a bound, and not reached. */
const MAX_DEPTH = 8;

function bits(...vectors: number[]): number {
  return vectors.reduce((mask, vector) => mask | (1 << vector), 0);
}

function isIn(mask: number, vector: number): boolean {
  return vector < 32 && (mask & (1 << vector)) !== 0;
}

function enterHandler(cpu: Cpu, vector: number, ip: number, code: number, software: boolean, flags: number): void {
  cpu.faultAtRip = false;
  if (cpu.mode === MODE.REAL) interruptReal(cpu, vector, ip);
  else interruptProtected(cpu, { vector, code, software, flags }, ip);
  cpu.delivered = true;
}

/** Whether a vector has an error code (but in real mode). */
export function hasErrorCode(vector: number): boolean {
  return isIn(WITH_CODE, vector);
}

const SOURCE_COUNT = { external: COUNT.EXTERNAL, nmi: COUNT.NMI, software: COUNT.SOFTWARE } as const;

/** Counts an interrupt and tells of it, before it is delivered. @param ip where its handler returns to */
export function interruptDue(cpu: Cpu, vector: number, ip: number, source: InterruptSource): void {
  cpu.counts[SOURCE_COUNT[source]]++;
  if (cpu.onInterrupt !== undefined) cpu.onInterrupt(vector, ip, source);
}

function exceptionDue(cpu: Cpu, vector: number, ip: number, code: number, during: number): void {
  cpu.counts[COUNT.EXCEPTIONS + vector]++;
  if (cpu.onException !== undefined) cpu.onException(vector, ip, code, during);
}

/** INT n. @param next the IP behind the instruction @throws FAULT as any instruction does */
export function softwareInterrupt(cpu: Cpu, vector: number, next: number): void {
  interruptDue(cpu, vector, next, 'software');
  enterHandler(cpu, vector, next, NONE, true, 0);
}

/** INT3 and INTO: exceptions, but delivered as INT n is. */
export function softwareException(cpu: Cpu, vector: number, next: number): void {
  exceptionDue(cpu, vector, next, NONE, NONE);
  enterHandler(cpu, vector, next, NONE, true, 0);
}

/** INT1: a debug exception that the gate need not allow, else like INT n. */
export function debugInterrupt(cpu: Cpu, next: number): void {
  exceptionDue(cpu, VECTOR.DB, next, NONE, NONE);
  enterHandler(cpu, VECTOR.DB, next, NONE, false, 0);
}

/** Delivers an external interrupt, or an NMI. @param ip where its handler returns to */
export function deliverInterrupt(cpu: Cpu, vector: number, ip: number, source: 'external' | 'nmi' = 'external'): void {
  interruptDue(cpu, vector, ip, source);
  deliver(cpu, vector, ip, NONE, false);
}

/**
 * Delivers an exception; one that happens meanwhile is delivered instead, becomes a double fault, or shuts the CPU down
 * (Intel SDM volume 3A, section 6.15).
 * @param code its error code; -1 for none, which is 0 for vectors that have one
 */
export function deliverException(cpu: Cpu, vector: number, ip: number, code: number): void {
  deliver(cpu, vector, ip, code, true);
}

function deliver(cpu: Cpu, vector: number, ip: number, code: number, isException: boolean): void {
  let event = vector;
  let errorCode = code;
  let counts = isException;
  let returnTo = ip;
  let during = NONE;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (counts) exceptionDue(cpu, event, returnTo, errorCode, during);
    try {
      if (counts) enterException(cpu, event, returnTo, errorCode);
      else enterHandler(cpu, event, returnTo, NONE, false, 0);
      return;
    } catch (fault) {
      if (fault !== FAULT) throw fault;
    }
    if (cpu.faultAtRip) returnTo = cpu.state[SLOT.RIP];
    // A task that could not be loaded does not begin, so that it has no trap before its first instruction.
    cpu.debugTrap = 0;
    if (counts && event === VECTOR.DF) break;
    during = event;
    const doubled = counts && isDoubleFault(event, cpu.faultVector);
    event = doubled ? VECTOR.DF : cpu.faultVector;
    errorCode = doubled ? 0 : cpu.faultCode;
    counts = true;
  }
  cpu.shutdown = true;
}

function enterException(cpu: Cpu, vector: number, ip: number, code: number): void {
  const hasCode = isIn(WITH_CODE, vector);
  const errorCode = hasCode ? Math.max(code, 0) : NONE;
  const resume = isIn(FAULTS, vector) && cpu.model >= MODEL.I80386 ? RFLAGS.RF : 0;
  enterHandler(cpu, vector, ip, errorCode, false, resume);
}

function isDoubleFault(first: number, second: number): boolean {
  if (first === VECTOR.PF) return second === VECTOR.PF || isIn(CONTRIBUTORY, second);
  return isIn(CONTRIBUTORY, first) && isIn(CONTRIBUTORY, second);
}
