import type { Vcpu } from '../accelerator/accelerator.ts';
import type { X86Registers, X86SpecialRegisters } from './registers.ts';

/** An x86 vCPU: what both `@picovm/kvm-native` and `@picovm/x86-interp` make. */
export interface X86Vcpu extends Vcpu {
  /** A copy of the general-purpose registers, RIP and RFLAGS. */
  getRegisters(): X86Registers;
  /** Changes the registers named and leaves the others. */
  setRegisters(registers: Partial<X86Registers>): void;
  /** A copy of the segments, descriptor tables and control registers. */
  getSpecialRegisters(): X86SpecialRegisters;
  /** Changes the registers named and leaves the others. */
  setSpecialRegisters(registers: Partial<X86SpecialRegisters>): void;
}
