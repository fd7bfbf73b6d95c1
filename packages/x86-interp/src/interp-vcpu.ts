import type { ControlExit } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import type { CpuModel } from './cpu/models.ts';

/** A vCPU of the interpreter: what every x86 vCPU does, and what only an interpreter can. */
export interface InterpVcpu extends X86Vcpu {
  /** The processor that it is. */
  readonly cpuModel: CpuModel;
  /**
   * Instructions executed since the vCPU was made. Exact inside the calls of the sink too, where the current instruction
   * is not among them. An instruction that ends in a fault counts; a REP instruction counts once, when it is over.
   */
  readonly instructions: number;
  /**
   * Whether address line A20 is driven. If not, bit 20 of physical addresses is 0, as on an IBM PC whose keyboard
   * controller says so. Always false for models with 20 address lines; true for others until it is set, and after reset.
   */
  a20: boolean;
  /**
   * Executes one instruction, or delivers one fault. A REP instruction that takes more than 0.1 s is left in between.
   * @returns `slice-end`, or the exit that the instruction caused
   */
  step(): ControlExit;
  /**
   * Makes a non-maskable interrupt due: vector 2, before the next instruction, unless the handler of an earlier one still
   * runs. Then it waits for the handler's IRET.
   */
  nmi(): void;
  /**
   * Called when the pin FERR# of an 80486 or later changes: whether an unmasked x87 error is pending that is no exception of
   * the CPU, because CR0.NE is 0. An IBM PC makes it IRQ 13. The next x87 instruction that waits for errors halts the CPU
   * until an interrupt comes, unless {@link ignne} is set. With no callback such errors are ignored.
   */
  ferr: ((active: boolean) => void) | undefined;
  /** Whether the pin IGNNE# is active: x87 instructions go on although an error is pending. False after reset. */
  ignne: boolean;
}
