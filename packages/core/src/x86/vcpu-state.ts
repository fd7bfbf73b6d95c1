import type { VcpuState } from '../accelerator/accelerator.ts';
import type { X86Registers, X86SpecialRegisters } from './registers.ts';

/**
 * The version of {@link X86VcpuState} that this version of core writes. 2 added `pdptes`, `monitor` and `events.debugTrap`, which
 * states of version 1 do not have.
 */
export const X86_STATE_VERSION = 2;

/**
 * The state of an x86 vCPU between two instructions, whichever accelerator ran it. What an accelerator does not have is
 * as after RESET: KVM writes no test registers.
 */
export interface X86VcpuState extends VcpuState {
  /** The instruction set. */
  readonly arch: 'x86';
  /** See {@link X86_STATE_VERSION}. */
  readonly version: typeof X86_STATE_VERSION;
  /** The processor that the guest sees: one of the interpreter (`pentium4`, `pentium3+sse2`), or `host` for the host's own. */
  readonly model: string;
  /** General-purpose registers, RIP and RFLAGS. */
  readonly registers: X86Registers;
  /** Segments, descriptor tables and control registers. */
  readonly special: X86SpecialRegisters;
  /** Debug registers. */
  readonly debug: X86DebugRegisters;
  /** x87 and SSE. */
  readonly fpu: X86FpuState;
  /** What XSAVE keeps beside them. */
  readonly xsave: X86XsaveState;
  /** The time-stamp counter (MSR 10). The interpreter's counts instructions, KVM's counts the host's cycles. */
  readonly tsc: bigint;
  /**
   * KVM's clock for guests in nanoseconds, unsigned 64 bits (Linux: Documentation/virt/kvm/x86/msr.rst,
   * MSR_KVM_SYSTEM_TIME_NEW); 0 if the accelerator has none.
   */
  readonly kvmClock: bigint;
  /** Model-specific registers whose values are not those after RESET, by ascending index, without the TSC. */
  readonly msrs: readonly X86Msr[];
  /** What is about to happen to the CPU. */
  readonly events: X86Events;
  /** Instructions retired, an integer from 0; 0 if the accelerator does not count them. */
  readonly instructions: number;
  /** Whether address line A20 is driven. */
  readonly a20: boolean;
  /** The test registers TR0 to TR7 of the 80386 and the 80486, unsigned 32 bits each; 0 on other processors. */
  readonly testRegisters: readonly number[];
  /**
   * With PAE paging, the four page-directory-pointer registers (Intel SDM volume 3A, section 4.4.1), unsigned 64 bits each:
   * what the table in memory held when they were loaded. Missing: what it holds now.
   */
  readonly pdptes?: readonly bigint[];
  /** What MONITOR watches, if it does, and the accelerator knows. Missing: an MWAIT does not wait. */
  readonly monitor?: X86Monitor;
}

/** What MONITOR watches (Intel SDM volume 2B, MONITOR). */
export interface X86Monitor {
  /** The physical address of the line, unsigned 64 bits, a multiple of 64. */
  readonly address: bigint;
  /** Its 64 bytes as MONITOR found them: MWAIT does not wait if others are there. */
  readonly line: Uint8Array;
}

/** The debug registers (Intel SDM volume 3B, section 18.2), unsigned 64 bits each. */
export interface X86DebugRegisters {
  /** Linear address of breakpoint 0. */
  readonly dr0: bigint;
  /** Linear address of breakpoint 1. */
  readonly dr1: bigint;
  /** Linear address of breakpoint 2. */
  readonly dr2: bigint;
  /** Linear address of breakpoint 3. */
  readonly dr3: bigint;
  /** Status. */
  readonly dr6: bigint;
  /** Control. */
  readonly dr7: bigint;
}

/** The x87 FPU and the SSE registers: the fields of FXSAVE (Intel SDM volume 1, section 10.5.1). */
export interface X86FpuState {
  /** ST0 to ST7, 16 bytes each, of which the first 10 hold the 80-bit value: 128 bytes. */
  readonly st: Uint8Array;
  /** Control word, 16 bits. */
  readonly fcw: number;
  /** Status word, 16 bits. */
  readonly fsw: number;
  /** Abridged tag word, 8 bits: bit n is set if the physical register n is in use. */
  readonly ftw: number;
  /** Last opcode, 11 bits in 16. */
  readonly fop: number;
  /** Last instruction pointer, 64 bits; outside of 64-bit mode 32 bits, and its selector in bits 32 to 47. */
  readonly fip: bigint;
  /** Last data pointer, in the same way. */
  readonly fdp: bigint;
  /** XMM0 to XMM15, 16 bytes each: 256 bytes. */
  readonly xmm: Uint8Array;
  /** SSE control and status, 32 bits. */
  readonly mxcsr: number;
}

/** What XSAVE keeps beside x87 and SSE (Intel SDM volume 1, chapter 13): AVX and the like. */
export interface X86XsaveState {
  /** XCR0, which components are enabled, unsigned 64 bits; 1 after RESET, and where there is no XSAVE. */
  readonly xcr0: bigint;
  /** The components from 2 on that are not as after RESET, by ascending number. */
  readonly components: readonly X86XsaveComponent[];
}

/** A state component of XSAVE (Intel SDM volume 1, section 13.1). */
export interface X86XsaveComponent {
  /** Its bit in XCR0, 2 to 62. */
  readonly number: number;
  /** What the standard format has of it, as long as CPUID leaf 0DH says, at most 64 KiB. */
  readonly data: Uint8Array;
}

/** A model-specific register. */
export interface X86Msr {
  /** Its number, as RDMSR takes it in ECX: 32 bits. */
  readonly index: number;
  /** Unsigned 64 bits. */
  readonly value: bigint;
}

/** What is about to happen to a CPU between two instructions. */
export interface X86Events {
  /** Whether the last instruction holds off interrupts until the next one has ended: STI; MOV SS or POP SS. */
  readonly interruptShadow: 'none' | 'sti' | 'mov-ss';
  /** The vector of an external interrupt that was acknowledged and is not yet delivered, 0 to 255; or null. */
  readonly interrupt: number | null;
  /** An exception that is not yet delivered, or null. */
  readonly exception: X86Exception | null;
  /** An NMI waits. */
  readonly nmiPending: boolean;
  /** A handler of an NMI runs: further ones wait for its IRET. */
  readonly nmiMasked: boolean;
  /** A triple fault has shut the CPU down: it does nothing until RESET. */
  readonly shutdown: boolean;
  /**
   * Bits of DR6 (0 to 3: breakpoints; 15: the T flag of a TSS) of a debug trap that is due, but waits, as it does behind MOV SS.
   * Missing: there is none, or the accelerator does not know.
   */
  readonly debugTrap?: number;
}

/** An exception on its way. */
export interface X86Exception {
  /** 0 to 31. */
  readonly vector: number;
  /** What protected mode pushes with it, unsigned 32 bits; null if it has none. */
  readonly errorCode: number | null;
}

/** The names of the debug registers that have a function; DR4 and DR5 are the same as DR6 and DR7. */
export const X86_DEBUG_REGISTERS = ['dr0', 'dr1', 'dr2', 'dr3', 'dr6', 'dr7'] as const;
