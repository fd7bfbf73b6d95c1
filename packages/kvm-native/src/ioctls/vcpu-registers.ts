import type { NativeVcpu } from '../native/addon.ts';
import { DEBUGREGS, type KvmDebugregs } from '../structures/debugregs.ts';
import { FPU, type KvmFpu } from '../structures/fpu.ts';
import { type KvmMsrEntry, MSRS, msrsRequest, REG_LIST } from '../structures/msrs.ts';
import { type KvmRegs, REGS } from '../structures/regs.ts';
import { type KvmSregs, type KvmSregs2, SREGS, SREGS2 } from '../structures/sregs.ts';
import { type KvmXcr, XCRS } from '../structures/xcrs.ts';
import { KvmDescriptor } from './descriptor.ts';
import { fillEntries } from './growing.ts';

/** The vCPU ioctls for registers. */
export abstract class VcpuRegisterIoctls extends KvmDescriptor<NativeVcpu> {
  /**
   * The general registers. After an exit for I/O they are those in the middle of the instruction, until the guest is entered
   * again, if only with `immediateExit`.
   *
   * KVM_GET_REGS (api.rst 4.11; Linux 2.6.22).
   * @throws VmError `ERR_KVM`
   */
  getRegs(): KvmRegs {
    return this.get(REGS, (native, bytes) => native.getRegs(bytes));
  }

  /**
   * Sets the general registers, all of them.
   *
   * KVM_SET_REGS (api.rst 4.12; Linux 2.6.22).
   * @throws VmError `ERR_KVM`, `ERR_INVALID_ARGUMENT`
   */
  setRegs(regs: KvmRegs): void {
    this.set(REGS, regs, (native, bytes) => native.setRegs(bytes));
  }

  /**
   * Segments, descriptor tables and control registers.
   *
   * KVM_GET_SREGS (api.rst 4.13; Linux 2.6.22).
   * @throws VmError `ERR_KVM`
   */
  getSregs(): KvmSregs {
    return this.get(SREGS, (native, bytes) => native.getSregs(bytes));
  }

  /**
   * Sets them, all of them. Without a local APIC in the kernel, CR8 comes from `kvmRun.cr8` when the guest is entered.
   *
   * KVM_SET_SREGS (api.rst 4.14; Linux 2.6.22).
   * @throws VmError `ERR_KVM`: EINVAL if they make no sense together; `ERR_INVALID_ARGUMENT`
   */
  setSregs(sregs: KvmSregs): void {
    this.set(SREGS, sregs, (native, bytes) => native.setSregs(bytes));
  }

  /**
   * The same with the page-directory pointers of PAE paging, and without the pending interrupt.
   *
   * KVM_GET_SREGS2 (api.rst 4.131; KVM_CAP_SREGS2; Linux 5.14).
   * @throws VmError `ERR_KVM`
   */
  getSregs2(): KvmSregs2 {
    return this.get(SREGS2, (native, bytes) => native.getSregs2(bytes));
  }

  /**
   * Sets them, all of them.
   *
   * KVM_SET_SREGS2 (api.rst 4.132; KVM_CAP_SREGS2; Linux 5.14).
   * @throws VmError `ERR_KVM`: EINVAL if they make no sense together; `ERR_INVALID_ARGUMENT`
   */
  setSregs2(sregs: KvmSregs2): void {
    this.set(SREGS2, sregs, (native, bytes) => native.setSregs2(bytes));
  }

  /**
   * x87 and SSE. `getXsave` has more.
   *
   * KVM_GET_FPU (api.rst 4.22; Linux 2.6.22).
   * @throws VmError `ERR_KVM`
   */
  getFpu(): KvmFpu {
    return this.get(FPU, (native, bytes) => native.getFpu(bytes));
  }

  /**
   * Sets x87 and SSE.
   *
   * KVM_SET_FPU (api.rst 4.23; Linux 2.6.22).
   * @throws VmError `ERR_KVM`, `ERR_INVALID_ARGUMENT`
   */
  setFpu(fpu: KvmFpu): void {
    this.set(FPU, fpu, (native, bytes) => native.setFpu(bytes));
  }

  /**
   * The area of XSAVE in its standard format, where CPUID leaf 0DH says what is where (Intel SDM volume 1, section 13.4).
   *
   * KVM_GET_XSAVE (api.rst 4.42; KVM_CAP_XSAVE; Linux 2.6.36).
   * @param xsave is filled: 4096 bytes
   * @throws VmError `ERR_KVM`: EINVAL if the area is larger; `ERR_INVALID_ARGUMENT` for the length
   */
  getXsave(xsave: Uint8Array): void {
    this.call((native) => native.getXsave(xsave));
  }

  /**
   * The same where the area is larger.
   *
   * KVM_GET_XSAVE2 (api.rst 4.134; KVM_CAP_XSAVE2; Linux 5.17).
   * @param xsave is filled: as many bytes as KVM_CAP_XSAVE2 answers for the VM, at least 4096
   * @throws VmError `ERR_KVM`, `ERR_INVALID_ARGUMENT` for the length
   */
  getXsave2(xsave: Uint8Array): void {
    this.call((native) => native.getXsave2(xsave));
  }

  /**
   * Sets the area of XSAVE.
   *
   * KVM_SET_XSAVE (api.rst 4.43; KVM_CAP_XSAVE; Linux 2.6.36).
   * @param xsave as many bytes as `getXsave2` takes
   * @throws VmError `ERR_KVM`: EINVAL for components that there are not; `ERR_INVALID_ARGUMENT` for the length
   */
  setXsave(xsave: Uint8Array): void {
    this.call((native) => native.setXsave(xsave));
  }

  /**
   * The extended control registers, of which there is XCR0, or none.
   *
   * KVM_GET_XCRS (api.rst 4.44; KVM_CAP_XCRS; Linux 2.6.36).
   * @throws VmError `ERR_KVM`
   */
  getXcrs(): readonly KvmXcr[] {
    const bytes = new Uint8Array(XCRS.size);
    this.call((native) => native.getXcrs(bytes));
    return XCRS.read(new DataView(bytes.buffer), 0);
  }

  /**
   * Sets extended control registers.
   *
   * KVM_SET_XCRS (api.rst 4.45; KVM_CAP_XCRS; Linux 2.6.36).
   * @throws VmError `ERR_KVM`: EINVAL for bits that there are not; `ERR_INVALID_ARGUMENT`
   */
  setXcrs(xcrs: readonly KvmXcr[]): void {
    const bytes = new Uint8Array(XCRS.size);
    XCRS.write(new DataView(bytes.buffer), 0, xcrs, 'kvm_xcrs');
    this.call((native) => native.setXcrs(bytes));
  }

  /**
   * The debug registers of the guest.
   *
   * KVM_GET_DEBUGREGS (api.rst 4.33; KVM_CAP_DEBUGREGS; Linux 2.6.34).
   * @throws VmError `ERR_KVM`
   */
  getDebugregs(): KvmDebugregs {
    return this.get(DEBUGREGS, (native, bytes) => native.getDebugregs(bytes));
  }

  /**
   * Sets them, all of them. For breakpoints of the host's there is `setGuestDebug`.
   *
   * KVM_SET_DEBUGREGS (api.rst 4.34; KVM_CAP_DEBUGREGS; Linux 2.6.34).
   * @throws VmError `ERR_KVM`: EINVAL for flags and reserved bits; `ERR_INVALID_ARGUMENT`
   */
  setDebugregs(debugregs: KvmDebugregs): void {
    this.set(DEBUGREGS, debugregs, (native, bytes) => native.setDebugregs(bytes));
  }

  /**
   * Reads model-specific registers.
   *
   * KVM_GET_MSRS (api.rst 4.18; Linux 2.6.22).
   * @param indices at most 255
   * @returns those before the first that KVM does not have
   * @throws VmError `ERR_KVM`: E2BIG for too many; `ERR_INVALID_ARGUMENT`
   */
  getMsrs(indices: readonly number[]): KvmMsrEntry[] {
    const bytes = msrsRequest(indices);
    const count = this.call((native) => native.getMsrs(bytes));
    return MSRS.decode(bytes, count);
  }

  /**
   * Sets model-specific registers, one after the other.
   *
   * KVM_SET_MSRS (api.rst 4.19; Linux 2.6.22).
   * @param msrs at most 255
   * @returns how many: KVM stops at the first that it does not take
   * @throws VmError `ERR_KVM`: E2BIG for too many; `ERR_INVALID_ARGUMENT`
   */
  setMsrs(msrs: readonly KvmMsrEntry[]): number {
    const bytes = MSRS.encode(msrs);
    return this.call((native) => native.setMsrs(bytes));
  }

  /**
   * The ids of the registers of KVM's own that `getOneReg` reads.
   *
   * KVM_GET_REG_LIST (api.rst 4.84; KVM_CAP_ONE_REG; Linux 6.18).
   * @throws VmError `ERR_KVM`: ENOTTY or EINVAL in older kernels
   */
  getRegList(): bigint[] {
    return fillEntries(REG_LIST, 16, (bytes) => this.native.getRegList(bytes));
  }

  /**
   * Reads one register, of 64 bits.
   *
   * KVM_GET_ONE_REG (api.rst 4.69; KVM_CAP_ONE_REG; Linux 6.18).
   * @param id as `x86RegId` makes it
   * @throws VmError `ERR_KVM`: EINVAL if there is none; `ERR_INVALID_ARGUMENT` if the id does not say 64 bits
   */
  getOneReg(id: bigint): bigint {
    return this.call((native) => native.getOneReg(id));
  }

  /**
   * Sets one register, of 64 bits.
   *
   * KVM_SET_ONE_REG (api.rst 4.68; KVM_CAP_ONE_REG; Linux 6.18).
   * @param id as `x86RegId` makes it
   * @throws VmError `ERR_KVM`: EINVAL if there is none; `ERR_INVALID_ARGUMENT`
   */
  setOneReg(id: bigint, value: bigint): void {
    this.call((native) => native.setOneReg(id, value));
  }
}

const KVM_REG_X86 = 0x2000000000000000n;
const KVM_REG_SIZE_U64 = 0x0030000000000000n;

/**
 * The id of a register for `getOneReg` and `setOneReg`.
 * @param type KVM_X86_REG_TYPE_MSR or KVM_X86_REG_TYPE_KVM
 * @param index of a model-specific register its own, 0 to 2^32 - 1
 */
export function x86RegId(type: number, index: number): bigint {
  return KVM_REG_X86 | KVM_REG_SIZE_U64 | (BigInt(type) << 32n) | BigInt(index);
}
