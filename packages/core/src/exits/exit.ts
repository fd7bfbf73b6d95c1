import type { AccessSize } from '../bus/access.ts';

/** A port access: `IN`, `OUT`, or one run of a repeated `INS` or `OUTS`. KVM_EXIT_IO. */
export interface IoExit {
  /** The name of this exit. */
  readonly reason: 'io';
  /** Seen from the guest. */
  readonly direction: 'read' | 'write';
  /** 0 to 0xFFFF. */
  readonly port: number;
  /** Bytes an element. */
  readonly size: AccessSize;
  /** Elements: 1, or more for string instructions. Kept apart from `size`: 4 bytes may be one register or four. */
  readonly count: number;
  /**
   * Unsigned, of `size` bytes, if `count` is 1: the value written; for a read the handler puts its answer here. What a
   * handler puts here at a write changes nothing: to change one, claim it, and write to `vm.ports` yourself.
   */
  data: number;
  /**
   * The `size * count` bytes of a string instruction, in the order in which they are moved; else undefined. For a read
   * the handler fills it. Only valid during the call: copy what is to be kept.
   */
  readonly block: Uint8Array | undefined;
}

/** An access to a physical address that is not memory. KVM_EXIT_MMIO. */
export interface MmioExit {
  /** The name of this exit. */
  readonly reason: 'mmio';
  /** Seen from the guest. */
  readonly direction: 'read' | 'write';
  /** Physical. */
  readonly address: number;
  /** Bytes. */
  readonly size: AccessSize | 8;
  /**
   * Unsigned, of `size` bytes (a bigint for 8): the value written; for a read the handler puts its answer here. What a
   * handler puts here at a write changes nothing: to change one, claim it, and write to `vm.mmio` yourself.
   */
  data: number | bigint;
}

/**
 * `CPUID`. The result registers hold what the accelerator would answer; a handler changes what it wants. KVM answers
 * inside the kernel, from a table: there the handler is asked about each entry of it before the guest runs, not when
 * the guest executes the instruction.
 */
export interface CpuidExit {
  /** The name of this exit. */
  readonly reason: 'cpuid';
  /** EAX on entry, unsigned 32 bits. */
  readonly leaf: number;
  /** ECX on entry, unsigned 32 bits. */
  readonly subleaf: number;
  /** Unsigned 32 bits, like the others. */
  eax: number;
  /** Result. */
  ebx: number;
  /** Result. */
  ecx: number;
  /** Result. */
  edx: number;
}

/** `RDMSR` of a register that the accelerator does not know. Unanswered, it is a #GP. KVM_EXIT_X86_RDMSR. */
export interface RdmsrExit {
  /** The name of this exit. */
  readonly reason: 'rdmsr';
  /** ECX, unsigned 32 bits. */
  readonly index: number;
  /** The handler's answer for EDX:EAX, 64 bits. */
  data: bigint;
}

/** `WRMSR` to a register that the accelerator does not know. Unanswered, it is a #GP. KVM_EXIT_X86_WRMSR. */
export interface WrmsrExit {
  /** The name of this exit. */
  readonly reason: 'wrmsr';
  /** ECX, unsigned 32 bits. */
  readonly index: number;
  /** EDX:EAX, 64 bits. */
  readonly data: bigint;
}

/** `HLT`. KVM_EXIT_HLT. The instruction is done: running on continues behind it. */
export interface HaltExit {
  /** The name of this exit. */
  readonly reason: 'halt';
  /** Whether an external interrupt would wake the CPU (RFLAGS.IF). */
  readonly interruptsEnabled: boolean;
}

/** The guest can take an external interrupt, as asked for by `requestInterruptWindow`. KVM_EXIT_IRQ_WINDOW_OPEN. */
export interface IrqWindowExit {
  /** The name of this exit. */
  readonly reason: 'irq-window';
}

/** Triple fault: the CPU has shut down. KVM_EXIT_SHUTDOWN. */
export interface ShutdownExit {
  /** The name of this exit. */
  readonly reason: 'shutdown';
}

/** The machine was asked to power off or to restart, by a device or by the accelerator. KVM_EXIT_SYSTEM_EVENT. */
export interface SystemEventExit {
  /** The name of this exit. */
  readonly reason: 'system-event';
  /** What was asked. */
  readonly event: SystemEvent;
}

/** What a machine can be asked to do as a whole. */
export type SystemEvent = 'shutdown' | 'reset' | 'crash';

/** A breakpoint or a single step that the host asked for. KVM_EXIT_DEBUG. */
export interface DebugExit {
  /** The name of this exit. */
  readonly reason: 'debug';
  /** Linear address of the instruction. */
  readonly address: bigint;
  /** DR6 as the CPU would have set it: which breakpoint, or bit 14 for a single step. */
  readonly dr6: bigint;
}

/** A hypercall that the accelerator leaves to us. KVM_EXIT_HYPERCALL. */
export interface HypercallExit {
  /** The name of this exit. */
  readonly reason: 'hypercall';
  /** Which call: RAX on entry, unsigned 64 bits. */
  readonly number: bigint;
  /** Its arguments, unsigned 64 bits each. */
  readonly args: readonly bigint[];
}

/** The guest touched memory that the accelerator could not reach for it. KVM_EXIT_MEMORY_FAULT. */
export interface MemoryFaultExit {
  /** The name of this exit. */
  readonly reason: 'memory-fault';
  /** Guest-physical. */
  readonly address: number;
  /** Bytes. */
  readonly size: number;
}

/** The hardware refused to enter the guest: its state is invalid. KVM_EXIT_FAIL_ENTRY. */
export interface EntryFailedExit {
  /** The name of this exit. */
  readonly reason: 'entry-failed';
  /** The hardware's own reason (for VT-x: Intel SDM volume 3C, section 27.8). */
  readonly hardwareReason: bigint;
}

/** The accelerator cannot go on: an instruction that it does not emulate, mostly. KVM_EXIT_INTERNAL_ERROR. */
export interface InternalErrorExit {
  /** The name of this exit. */
  readonly reason: 'internal-error';
  /** KVM's suberror; 1 is "emulation failure", and the interpreter uses it alike. */
  readonly suberror: number;
  /** What it was, in words. */
  readonly detail: string;
}

/** An exit that this version has no name for. */
export interface UnknownExit {
  /** The name of this exit. */
  readonly reason: 'unknown';
  /** Its name. */
  readonly accelerator: string;
  /** The accelerator's own number for it. */
  readonly code: number;
}

/** The budget of `run` is used up. */
export interface SliceEndExit {
  /** The name of this exit. */
  readonly reason: 'slice-end';
}

/** `kick` was called. */
export interface KickedExit {
  /** The name of this exit. */
  readonly reason: 'kicked';
}

/** Exits that ask something: they are answered in place, and the guest goes on. */
export type QuestionExit = IoExit | MmioExit | CpuidExit | RdmsrExit | WrmsrExit;

/** Exits that `vcpu.run` returns. */
export type ControlExit =
  | HaltExit
  | IrqWindowExit
  | ShutdownExit
  | SystemEventExit
  | DebugExit
  | HypercallExit
  | MemoryFaultExit
  | EntryFailedExit
  | InternalErrorExit
  | UnknownExit
  | SliceEndExit
  | KickedExit;

/** Why a guest left its virtual CPU. */
export type Exit = QuestionExit | ControlExit;

/** The names of all exits. */
export type ExitReason = Exit['reason'];

/** The exit of a given name. */
export type ExitOf<R extends ExitReason> = Extract<Exit, { readonly reason: R }>;
