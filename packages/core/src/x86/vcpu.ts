import type { Vcpu } from '../accelerator/accelerator.ts';
import type { X86Dump } from './dump.ts';
import type { X86Registers, X86SpecialRegisters } from './registers.ts';
import type { X86VcpuState } from './vcpu-state.ts';

/** An x86 vCPU: what both `@picovm/kvm-native` and `@picovm/x86-interp` make. */
export interface X86Vcpu extends Vcpu {
  /**
   * The whole state between two instructions, or between two rounds of a repeated one, as every `Vcpu` gives it.
   * @throws VmError `ERR_VM_RUNNING` inside of `run`; `ERR_UNSUPPORTED` if the guest uses what the state cannot hold
   */
  snapshot(): X86VcpuState;
  /** Registers and place, for people and for reports. */
  dump(): X86Dump;
  /** A copy of the general-purpose registers, RIP and RFLAGS. */
  getRegisters(): X86Registers;
  /**
   * Changes the registers named and leaves the others. On the interpreter all or nothing.
   * @throws VmError `ERR_INVALID_ARGUMENT` for a register that there is not, or a value that it cannot have; `ERR_VM_RUNNING` inside
   *   of `run`, but in the answer to an OUT
   */
  setRegisters(registers: Partial<X86Registers>): void;
  /** A copy of the segments, descriptor tables and control registers. */
  getSpecialRegisters(): X86SpecialRegisters;
  /**
   * Changes the registers named and leaves the others. A segment register or descriptor table is given whole. On the
   * interpreter all or nothing.
   * @throws VmError as `setRegisters`
   */
  setSpecialRegisters(registers: Partial<X86SpecialRegisters>): void;
}
