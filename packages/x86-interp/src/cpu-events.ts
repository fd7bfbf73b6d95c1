import type { IoExit, MmioExit } from '@picovm/core';

/** An exception that is about to be delivered. The registers are still those that it found. */
export interface ExceptionEvent {
  /** 0 to 31 (Intel SDM volume 3A, table 6-1). */
  readonly vector: number;
  /** Unsigned; undefined if the vector has none, or the CPU is in real mode. */
  readonly errorCode: number | undefined;
  /** The linear address of a page fault, unsigned; undefined for other exceptions. */
  readonly cr2: bigint | undefined;
  /** The selector in CS. */
  readonly cs: number;
  /** The offset that its handler returns to: of the instruction, or for a trap of the one that follows. Unsigned. */
  readonly ip: bigint;
  /**
   * The vector of the exception or interrupt whose delivery it came from: a double fault, for example. Undefined if it
   * came from an instruction.
   */
  readonly during: number | undefined;
}

/** Where an interrupt comes from: the pins INTR and NMI, or `INT n`. */
export type InterruptSource = 'external' | 'nmi' | 'software';

/** An interrupt that is about to be delivered. `INT n` may still fault. */
export interface InterruptEvent {
  /** 0 to 255. */
  readonly vector: number;
  /** Where it comes from. `INT3`, `INTO` and `INT1` are exceptions instead. */
  readonly source: InterruptSource;
  /** The selector in CS. */
  readonly cs: number;
  /** The offset that its handler returns to, unsigned. */
  readonly ip: bigint;
}

/** The registers whose writes are told. */
export type ControlRegister = 'cr0' | 'cr2' | 'cr3' | 'cr4' | 'efer' | 'dr0' | 'dr1' | 'dr2' | 'dr3' | 'dr6' | 'dr7';

/**
 * The guest wrote a control or debug register, also with what it held already: by MOV, LMSW, CLTS, WRMSR, or a task
 * switch. CR2 as a page fault sets it, and the DR6 and DR7 of debug exceptions, are not told.
 */
export interface ControlWriteEvent {
  /** Which one. */
  readonly register: ControlRegister;
  /** What it held, unsigned. */
  readonly before: bigint;
  /** What it holds, unsigned: without bits that the processor does not have. */
  readonly after: bigint;
}

/** What `vcpu.on` tells of, by name. */
export interface CpuEvents {
  /** An exception is about to be delivered. */
  readonly exception: ExceptionEvent;
  /** An interrupt is about to be delivered. */
  readonly interrupt: InterruptEvent;
  /** A control or debug register was written. */
  readonly 'control-write': ControlWriteEvent;
  /**
   * A port was read or written: the exit of core, with its answer. Of REP INS and REP OUTS one for up to a page of elements:
   * `count` is how many, and their bytes are a copy in `block`.
   */
  readonly io: Readonly<IoExit>;
  /** An address that is not memory was read or written: the exit of core, with its answer, 1, 2 or 4 bytes at a time. */
  readonly mmio: Readonly<MmioExit>;
}
