import type { AccessSize } from '../bus/access.ts';
import type { CpuidExit } from './exit.ts';

/**
 * Where a vCPU pushes the port and MMIO accesses of its guest. Scalars only, so that an exit allocates nothing.
 * None of the calls throws.
 */
export interface IoSink {
  /** `IN`. @returns unsigned, of `size` bytes */
  portRead(port: number, size: AccessSize): number;
  /** `OUT`. @param value unsigned, of `size` bytes */
  portWrite(port: number, size: AccessSize, value: number): void;
  /** Fills `out` with `out.length / size` elements from one port. */
  portReadBlock(port: number, size: AccessSize, out: Uint8Array): void;
  /** Writes the `data.length / size` elements in `data` to one port. */
  portWriteBlock(port: number, size: AccessSize, data: Uint8Array): void;
  /** A load. Accelerators split accesses of 3, 5, 6 and 7 bytes. @returns unsigned, of `size` bytes */
  mmioRead(address: number, size: AccessSize): number;
  /** A store. @param value unsigned, of `size` bytes */
  mmioWrite(address: number, size: AccessSize, value: number): void;
  /** A load of 8 bytes. @returns unsigned 64 bits */
  mmioRead64(address: number): bigint;
  /** A store of 8 bytes. @param value unsigned 64 bits */
  mmioWrite64(address: number, value: bigint): void;
}

/** Where a vCPU pushes everything that asks for an answer. */
export interface ExitSink extends IoSink {
  /** Whether somebody wants to answer `CPUID`; if not, the accelerator need not ask. */
  readonly answersCpuid: boolean;
  /** `CPUID`. The result registers of `exit` hold the accelerator's own answer; they may be changed. */
  cpuid(exit: CpuidExit): void;
  /** `RDMSR` of a register that the accelerator does not know. @returns 64 bits; undefined: raise #GP */
  rdmsr(index: number): bigint | undefined;
  /** `WRMSR` to a register that the accelerator does not know. @returns false: raise #GP */
  wrmsr(index: number, value: bigint): boolean;
}
