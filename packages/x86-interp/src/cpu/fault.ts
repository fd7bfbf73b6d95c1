import type { Cpu } from './cpu.ts';
import { MODEL } from './models.ts';
import { SS } from './state-layout.ts';

/** Exception vectors (Intel SDM volume 3A, table 6-1). */
export const VECTOR = { DE: 0, DB: 1, BP: 3, OF: 4, BR: 5, UD: 6, NM: 7, DF: 8, SS: 12, GP: 13 } as const;

/** What is thrown for a fault of the guest: always this one object, so that a fault allocates nothing. */
export const FAULT: object = Object.freeze({ fault: true });

/** Abandons the instruction with a fault. */
export function raise(cpu: Cpu, vector: number): never {
  cpu.faultVector = vector;
  throw FAULT;
}

/** An access beyond the limit of a segment: #SS for the stack segment of the 80386 and later, else #GP. */
export function raiseLimit(cpu: Cpu, segment: number): never {
  return raise(cpu, segment === SS && cpu.model >= MODEL.I80386 ? VECTOR.SS : VECTOR.GP);
}
