import { GUEST_DEBUG, type KvmGuestDebug } from '../structures/guest-debug.ts';
import { TPR_ACCESS_CTL } from '../structures/interrupts.ts';
import { type KvmX86Mce, X86_MCE } from '../structures/mce.ts';
import { U32, U64 } from '../structures/scalars.ts';
import { type KvmVcpuEvents, VCPU_EVENTS } from '../structures/vcpu-events.ts';
import { VcpuRegisterIoctls } from './vcpu-registers.ts';

/** Bytes of the registers of a local APIC. */
const LAPIC_BYTES = 1024;

/** The vCPU ioctls for interrupts, exceptions and debugging. */
export abstract class VcpuEventIoctls extends VcpuRegisterIoctls {
  /**
   * What is pending, under way or masked.
   *
   * KVM_GET_VCPU_EVENTS (api.rst 4.31; KVM_CAP_VCPU_EVENTS; Linux 2.6.33).
   * @throws VmError `ERR_KVM`
   */
  getVcpuEvents(): KvmVcpuEvents {
    return this.get(VCPU_EVENTS, (native, bytes) => native.getVcpuEvents(bytes));
  }

  /**
   * Sets it. After registers, because setting those forgets exceptions.
   *
   * KVM_SET_VCPU_EVENTS (api.rst 4.32; KVM_CAP_VCPU_EVENTS; Linux 2.6.33).
   * @throws VmError `ERR_KVM`: EINVAL for flags that were not enabled, and vectors; `ERR_INVALID_ARGUMENT`
   */
  setVcpuEvents(events: KvmVcpuEvents): void {
    this.set(VCPU_EVENTS, events, (native, bytes) => native.setVcpuEvents(bytes));
  }

  /**
   * Whether the vCPU runs, halts, or waits for another to start it: KVM_MP_STATE_*.
   *
   * KVM_GET_MP_STATE (api.rst 4.38; KVM_CAP_MP_STATE; Linux 2.6.26).
   * @throws VmError `ERR_KVM`
   */
  getMpState(): number {
    return this.get(U32, (native, bytes) => native.getMpState(bytes)).value;
  }

  /**
   * Sets it.
   *
   * KVM_SET_MP_STATE (api.rst 4.39; KVM_CAP_MP_STATE; Linux 2.6.26).
   * @param state KVM_MP_STATE_*; without an interrupt controller in the kernel only KVM_MP_STATE_RUNNABLE
   * @throws VmError `ERR_KVM`: EINVAL; `ERR_INVALID_ARGUMENT`
   */
  setMpState(state: number): void {
    this.set(U32, { value: state }, (native, bytes) => native.setMpState(bytes));
  }

  /**
   * The registers of the local APIC in the kernel: 1024 bytes, a register of 32 bits at each multiple of 16 (Intel SDM
   * volume 3A, table 11-1).
   *
   * KVM_GET_LAPIC (api.rst 4.57; KVM_CAP_IRQCHIP; Linux 2.6.24).
   * @throws VmError `ERR_KVM`: EINVAL if there is none
   */
  getLapic(): Uint8Array {
    const bytes = new Uint8Array(LAPIC_BYTES);
    this.call((native) => native.getLapic(bytes));
    return bytes;
  }

  /**
   * Sets them.
   *
   * KVM_SET_LAPIC (api.rst 4.58; KVM_CAP_IRQCHIP; Linux 2.6.24).
   * @param regs 1024 bytes
   * @throws VmError `ERR_KVM`: EINVAL if there is none; `ERR_INVALID_ARGUMENT` for the length
   */
  setLapic(regs: Uint8Array): void {
    this.call((native) => native.setLapic(regs));
  }

  /**
   * Queues an external interrupt, which the guest takes when it is entered next: in a VM whose PICs are not in the kernel,
   * and while `kvmRun.readyForInterruptInjection`, because another one that is queued would be lost.
   *
   * KVM_INTERRUPT (api.rst 4.16; Linux 2.6.22).
   * @param vector 0 to 255
   * @throws VmError `ERR_KVM`: EINVAL for the vector, ENXIO with PICs in the kernel, EEXIST if one is queued for the local APIC;
   *   `ERR_INVALID_ARGUMENT`
   */
  interrupt(vector: number): void {
    this.set(U32, { value: vector }, (native, bytes) => native.interrupt(bytes));
  }

  /**
   * Queues an NMI.
   *
   * KVM_NMI (api.rst 4.64; KVM_CAP_USER_NMI; Linux 2.6.29).
   * @throws VmError `ERR_KVM`
   */
  nmi(): void {
    this.call((native) => native.nmi());
  }

  /**
   * Queues a system-management interrupt.
   *
   * KVM_SMI (api.rst 4.96; KVM_CAP_X86_SMM; Linux 4.2).
   * @throws VmError `ERR_KVM`: EINVAL where the kernel has no system-management mode in it
   */
  smi(): void {
    this.call((native) => native.smi());
  }

  /**
   * Single steps, and breakpoints that the guest does not see: they end `run` with KVM_EXIT_DEBUG. With
   * KVM_GUESTDBG_USE_SW_BP an INT3 does, wherever it came from; with KVM_GUESTDBG_USE_HW_BP the addresses in `debugreg`.
   *
   * KVM_SET_GUEST_DEBUG (api.rst 4.87; KVM_CAP_SET_GUEST_DEBUG; Linux 2.6.30).
   * @throws VmError `ERR_KVM`: EINVAL; EBUSY while an exception is pending, with KVM_GUESTDBG_INJECT_*;
   *   `ERR_INVALID_ARGUMENT`
   */
  setGuestDebug(debug: KvmGuestDebug): void {
    this.set(GUEST_DEBUG, debug, (native, bytes) => native.setGuestDebug(bytes));
  }

  /**
   * Gives the vCPU so many banks of machine checks.
   *
   * KVM_X86_SETUP_MCE (api.rst 4.105; KVM_CAP_MCE; Linux 2.6.32).
   * @param mcgCap IA32_MCG_CAP: the banks in the lowest byte, and bits of `x86GetMceCapSupported`
   * @throws VmError `ERR_KVM`: EINVAL; `ERR_INVALID_ARGUMENT`
   */
  x86SetupMce(mcgCap: bigint): void {
    this.set(U64, { value: mcgCap }, (native, bytes) => native.x86SetupMce(bytes));
  }

  /**
   * Reports a machine check to the guest.
   *
   * KVM_X86_SET_MCE (api.rst 4.106; KVM_CAP_MCE; Linux 2.6.32).
   * @throws VmError `ERR_KVM`: EINVAL; `ERR_INVALID_ARGUMENT`
   */
  x86SetMce(mce: KvmX86Mce): void {
    this.set(X86_MCE, mce, (native, bytes) => native.x86SetMce(bytes));
  }

  /**
   * Whether accesses to the task priority register of the local APIC end with KVM_EXIT_TPR_ACCESS.
   *
   * KVM_TPR_ACCESS_REPORTING (linux/kvm.h; KVM_CAP_VAPIC; Linux 2.6.25).
   * @throws VmError `ERR_KVM`
   */
  tprAccessReporting(enabled: boolean): void {
    const control = { enabled: enabled ? 1 : 0, flags: 0 };
    this.set(TPR_ACCESS_CTL, control, (native, bytes) => native.tprAccessReporting(bytes));
  }

  /**
   * Where in its memory the guest keeps a copy of its task priority.
   *
   * KVM_SET_VAPIC_ADDR (linux/kvm.h; KVM_CAP_VAPIC; Linux 2.6.25).
   * @param address guest-physical, 0 for nowhere
   * @throws VmError `ERR_KVM`: EINVAL without a local APIC in the kernel; `ERR_INVALID_ARGUMENT`
   */
  setVapicAddr(address: bigint): void {
    this.set(U64, { value: address }, (native, bytes) => native.setVapicAddr(bytes));
  }
}
