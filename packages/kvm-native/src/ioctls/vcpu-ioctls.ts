import { CPUID2, type KvmCpuidEntry2 } from '../structures/cpuid.ts';
import { enableCapBytes } from '../structures/enable-cap.ts';
import { invalid } from '../structures/layout.ts';
import { PRE_FAULT_MEMORY } from '../structures/pre-fault.ts';
import { type KvmTranslation, TRANSLATION } from '../structures/translation.ts';
import { fillEntries } from './growing.ts';
import { KvmStats } from './kvm-stats.ts';
import { VcpuEventIoctls } from './vcpu-events.ts';

/** Bytes of a nested state without data. */
const NESTED_HEADER_BYTES = 128;
/** Many times what any processor has. */
const MOST_NESTED_BYTES = 2 ** 20;

/** All ioctls of a vCPU but KVM_RUN. */
export class VcpuIoctls extends VcpuEventIoctls {
  /**
   * What CPUID answers to the guest.
   *
   * KVM_GET_CPUID2 (linux/kvm.h; KVM_CAP_EXT_CPUID; Linux 2.6.25).
   * @throws VmError `ERR_KVM`
   */
  getCpuid2(): KvmCpuidEntry2[] {
    return fillEntries(CPUID2, 128, (bytes) => this.native.getCpuid2(bytes));
  }

  /**
   * Sets what CPUID answers, and with it which features the guest has. From Linux 5.16 on only before the vCPU first ran.
   *
   * KVM_SET_CPUID2 (api.rst 4.20; KVM_CAP_EXT_CPUID; Linux 2.6.25).
   * @param entries mostly from `getSupportedCpuid`; at most 256
   * @throws VmError `ERR_KVM`: E2BIG for too many, EINVAL after the first run; `ERR_INVALID_ARGUMENT`
   */
  setCpuid2(entries: readonly KvmCpuidEntry2[]): void {
    const bytes = CPUID2.encode(entries);
    this.call((native) => native.setCpuid2(bytes));
  }

  /**
   * The leaves with which CPUID tells a guest of Hyper-V, as far as this vCPU has what they tell of.
   *
   * KVM_GET_SUPPORTED_HV_CPUID (api.rst 4.118; KVM_CAP_HYPERV_CPUID; Linux 5.0).
   * @throws VmError `ERR_KVM`: EINVAL or ENOTTY where the kernel has no Hyper-V in it
   */
  getSupportedHvCpuid(): KvmCpuidEntry2[] {
    return fillEntries(CPUID2, 32, (bytes) => this.native.getSupportedHvCpuid(bytes));
  }

  /**
   * Enables what is not enabled by itself, of this vCPU: parts of Hyper-V, and that only what CPUID tells of is there.
   *
   * KVM_ENABLE_CAP (api.rst 4.37 and chapter 6; KVM_CAP_ENABLE_CAP; Linux 4.5).
   * @param capability KVM_CAP_*; those whose arguments are addresses are refused
   * @param args at most 4, of 64 bits
   * @throws VmError `ERR_KVM`: EINVAL; `ERR_INVALID_ARGUMENT`
   */
  enableCap(capability: number, ...args: readonly (number | bigint)[]): void {
    const bytes = enableCapBytes(capability, args);
    this.call((native) => native.enableCap(bytes));
  }

  /**
   * Where a linear address lies in guest-physical memory, by the page tables that the vCPU uses now.
   *
   * KVM_TRANSLATE (api.rst 4.15; Linux 2.6.22).
   * @throws VmError `ERR_KVM`, `ERR_INVALID_ARGUMENT`
   */
  translate(linearAddress: bigint): KvmTranslation {
    const nothing = { linearAddress, physicalAddress: 0n, valid: 0, writeable: 0, usermode: 0 };
    const bytes = TRANSLATION.encode(nothing);
    this.call((native) => native.translate(bytes));
    return TRANSLATION.decode(bytes);
  }

  /**
   * Sets the frequency of the time-stamp counter.
   *
   * KVM_SET_TSC_KHZ (api.rst 4.55; KVM_CAP_TSC_CONTROL; Linux 2.6.39).
   * @param khz 0 for the host's; at most 2^31 - 1
   * @throws VmError `ERR_KVM`: EINVAL where the processor cannot scale it; `ERR_INVALID_ARGUMENT`
   */
  setTscKhz(khz: number): void {
    this.call((native) => native.setTscKhz(khz));
  }

  /**
   * The frequency of the time-stamp counter in kHz.
   *
   * KVM_GET_TSC_KHZ (api.rst 4.56; KVM_CAP_GET_TSC_KHZ; Linux 2.6.39).
   * @throws VmError `ERR_KVM`: EIO if the host's is not stable
   */
  getTscKhz(): number {
    return this.call((native) => native.getTscKhz());
  }

  /**
   * Tells the guest, through its paravirtual clock, that it was stopped for a while.
   *
   * KVM_KVMCLOCK_CTRL (api.rst 4.70; KVM_CAP_KVMCLOCK_CTRL; Linux 3.5).
   * @throws VmError `ERR_KVM`: EINVAL if the guest does not use that clock
   */
  kvmclockCtrl(): void {
    this.call((native) => native.kvmclockCtrl());
  }

  /**
   * The state of VMs that the guest runs itself.
   *
   * KVM_GET_NESTED_STATE (api.rst 4.114; KVM_CAP_NESTED_STATE; Linux 4.20).
   * @param room bytes, 128 to 2^20; KVM_CAP_NESTED_STATE answers how many there may be
   * @returns `struct kvm_nested_state`, as many bytes as it has
   * @throws VmError `ERR_KVM`: E2BIG if there is no room for it; EINVAL where there is no such thing;
   *   `ERR_INVALID_ARGUMENT`
   */
  getNestedState(room: number = NESTED_HEADER_BYTES): Uint8Array {
    if (!Number.isInteger(room) || room < NESTED_HEADER_BYTES || room > MOST_NESTED_BYTES) {
      throw invalid('room', `an integer from ${NESTED_HEADER_BYTES} to ${MOST_NESTED_BYTES}`, room);
    }
    const bytes = new Uint8Array(room);
    this.call((native) => native.getNestedState(bytes));
    return bytes.slice(0, new DataView(bytes.buffer).getUint32(4, true));
  }

  /**
   * Sets it.
   *
   * KVM_SET_NESTED_STATE (api.rst 4.115; KVM_CAP_NESTED_STATE; Linux 4.20).
   * @param state as `getNestedState` gave it
   * @throws VmError `ERR_KVM`: EINVAL; `ERR_INVALID_ARGUMENT` for less than 128 bytes
   */
  setNestedState(state: Uint8Array): void {
    if (!(state instanceof Uint8Array)) throw invalid('state', 'a Uint8Array', state);
    this.call((native) => native.setNestedState(state.slice()));
  }

  /**
   * Lets KVM prepare its page tables for a range before the guest touches it.
   *
   * KVM_PRE_FAULT_MEMORY (api.rst 4.143; KVM_CAP_PRE_FAULT_MEMORY; Linux 6.11).
   * @param gpa guest-physical, a multiple of 4096
   * @param size bytes, a multiple of 4096
   * @returns how many bytes are left, if it was interrupted
   * @throws VmError `ERR_KVM`: EINVAL, ENOENT for what is in no slot, EOPNOTSUPP; `ERR_INVALID_ARGUMENT`
   */
  preFaultMemory(gpa: number, size: number): number {
    const bytes = PRE_FAULT_MEMORY.encode({ gpa, size });
    this.call((native) => native.preFaultMemory(bytes));
    return PRE_FAULT_MEMORY.decode(bytes).size;
  }

  /**
   * Whether the vCPU has an attribute.
   *
   * KVM_HAS_DEVICE_ATTR (api.rst 4.81; KVM_CAP_VCPU_ATTRIBUTES; Linux 5.16).
   * @param group KVM_VCPU_TSC_CTRL
   * @param attr KVM_VCPU_TSC_OFFSET
   * @throws VmError `ERR_KVM`: EBADF when closed; `ERR_INVALID_ARGUMENT`
   */
  hasDeviceAttr(group: number, attr: number): boolean {
    return this.call((native) => native.hasDeviceAttr(group, attr));
  }

  /**
   * The value of an attribute: what is added to the host's time-stamp counter.
   *
   * KVM_GET_DEVICE_ATTR (api.rst 4.80; KVM_CAP_VCPU_ATTRIBUTES; Linux 5.16).
   * @throws VmError `ERR_KVM`: ENXIO if there is none; `ERR_INVALID_ARGUMENT` for another group than KVM_VCPU_TSC_CTRL
   */
  getDeviceAttr(group: number, attr: number): bigint {
    return this.call((native) => native.getDeviceAttr(group, attr));
  }

  /**
   * Sets it, modulo 2^64.
   *
   * KVM_SET_DEVICE_ATTR (api.rst 4.80; KVM_CAP_VCPU_ATTRIBUTES; Linux 5.16).
   * @throws VmError as `getDeviceAttr`
   */
  setDeviceAttr(group: number, attr: number, value: bigint): void {
    this.call((native) => native.setDeviceAttr(group, attr, value));
  }

  /**
   * Opens the counters that KVM keeps of this vCPU.
   *
   * KVM_GET_STATS_FD (api.rst 4.133; KVM_CAP_BINARY_STATS_FD; Linux 5.14).
   * @throws VmError `ERR_KVM`
   */
  getStatsFd(): KvmStats {
    return new KvmStats(this.call((native) => native.getStatsFd()));
  }
}
