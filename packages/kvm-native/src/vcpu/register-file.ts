import type { X86Registers, X86SpecialRegisters } from '@picovm/core/x86';
import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';
import { writeSregs } from './registers.ts';

/** The registers of a vCPU that is not in its guest, and has no instruction under way. */
export class RegisterFile {
  /** They were set so that the guest goes on elsewhere. */
  moved = false;
  readonly #vcpu: KvmVcpu;

  constructor(vcpu: KvmVcpu) {
    this.#vcpu = vcpu;
  }

  /** Those that are not given stay as they are. @throws VmError `ERR_KVM` */
  set(registers: Partial<X86Registers>): void {
    const before = this.#vcpu.getRegs();
    const after = { ...before, ...registers };
    this.#vcpu.setRegs(after);
    this.moved ||= after.rip !== before.rip;
  }

  /** The same. @throws VmError `ERR_KVM` */
  setSpecial(registers: Partial<X86SpecialRegisters>): void {
    const before = this.#vcpu.getSregs();
    const after = { ...before, ...registers };
    writeSregs(this.#vcpu, after);
    this.moved ||= after.cs.base !== before.cs.base;
  }
}
