import type { Cpu } from './cpu.ts';
import { MODE } from './mode.ts';
import { MODEL } from './models.ts';
import { SLOT, SS } from './state-layout.ts';

/** Exception vectors (Intel SDM volume 3A, table 6-1). */
export const VECTOR = {
  DE: 0,
  DB: 1,
  NMI: 2,
  BP: 3,
  OF: 4,
  BR: 5,
  UD: 6,
  NM: 7,
  DF: 8,
  TS: 10,
  NP: 11,
  SS: 12,
  GP: 13,
  PF: 14,
  MF: 16,
  AC: 17,
  MC: 18,
  XM: 19,
} as const;

/** What is thrown for a fault of the guest: always this one object, so that a fault allocates nothing. */
export const FAULT: object = Object.freeze({ fault: true });

/** What is in `cpu.faultVector` if {@link FAULT} is thrown for the host's sake: nothing is delivered. */
export const NO_FAULT = -1;

/** Abandons the instruction before it did anything: the run is to end here. */
export function stopBefore(cpu: Cpu): never {
  return raise(cpu, NO_FAULT);
}

/** Abandons the instruction with a fault. If its vector is one with an error code, that is 0. */
export function raise(cpu: Cpu, vector: number): never {
  return raiseCode(cpu, vector, -1);
}

/** Abandons the instruction with a fault. @param code its error code, or -1 for none */
export function raiseCode(cpu: Cpu, vector: number, code: number): never {
  cpu.faultVector = vector;
  cpu.faultCode = code;
  throw FAULT;
}

/** An access beyond the limit of a segment: #SS for the stack segment, but on the 80286 in real mode, else #GP. */
export function raiseLimit(cpu: Cpu, segment: number): never {
  const old = cpu.model < MODEL.I80386 && cpu.mode === MODE.REAL;
  return raise(cpu, segment === SS && !old ? VECTOR.SS : VECTOR.GP);
}

/** A page fault. @param linear the address, an int32 @param code see `ACCESS` */
export function raisePageFault(cpu: Cpu, linear: number, code: number): never {
  cpu.state[SLOT.CR2] = linear;
  return raiseCode(cpu, VECTOR.PF, code);
}
