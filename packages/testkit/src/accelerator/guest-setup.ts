import type { GuestMemory } from '@picovm/core';
import { enterRealMode, type X86Vcpu } from '@picovm/core/x86';
import { bytesOf, PROGRAMS, type Program } from './programs.ts';

/** The memory of the cases: 64 KiB at 0. Behind it is what the cases use as MMIO. */
export const RAM = { base: 0, size: 0x10000 } as const;
/** Programs are loaded here: CS:IP is 0000:1000. */
export const CODE = 0x1000;
/** SS:SP is 0000:8000. */
export const STACK = 0x8000;
/** The vector of the cases' interrupts, and where its handler is. */
export const VECTOR = 0x21;
/** Where the handler of {@link VECTOR} is. */
export const HANDLER = 0x500;
/** Every other vector leads into this page of HLTs, vector N to its byte N: where the guest stops tells the vector. */
export const TRAPS = 0x600;

const VECTORS = 256;
const HLT = 0xf4;

/** Puts a program, an interrupt table and a handler into memory, and the vCPU at the program's first instruction. */
export function setUpGuest(vcpu: X86Vcpu, memory: GuestMemory, program: Program): void {
  for (let vector = 0; vector < VECTORS; vector++) memory.writeU32(vector * 4, TRAPS + vector);
  memory.write(TRAPS, new Uint8Array(VECTORS).fill(HLT));
  memory.writeU32(VECTOR * 4, HANDLER);
  memory.write(HANDLER, bytesOf(PROGRAMS.handler));
  memory.write(CODE, bytesOf(program));
  enterRealMode(vcpu, { segment: 0, offset: CODE });
  vcpu.setRegisters({ rsp: BigInt(STACK) });
}
