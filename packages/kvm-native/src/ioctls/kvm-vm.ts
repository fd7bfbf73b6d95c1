import type { ArenaMemory } from '@picovm/core';
import { MAILBOX_SIZE } from '../native/addon.ts';
import { CLOCK_DATA, type KvmClockData } from '../structures/clock.ts';
import { enableCapBytes } from '../structures/enable-cap.ts';
import { type KvmMsrFilter, msrFilterArguments } from '../structures/msr-filter.ts';
import { encodePmuEventFilter, type KvmPmuEventFilter } from '../structures/pmu-event-filter.ts';
import { KvmDevice } from './kvm-device.ts';
import { KvmStats } from './kvm-stats.ts';
import { KvmVcpu } from './kvm-vcpu.ts';
import { VmInterruptIoctls } from './vm-interrupts.ts';

/** A VM: what `KvmSystem.createVm` makes. */
export class KvmVm extends VmInterruptIoctls {
  /**
   * Whether this VM has a capability, which may depend on what was enabled or made before.
   *
   * KVM_CHECK_EXTENSION (api.rst 4.4; KVM_CAP_CHECK_EXTENSION_VM; Linux 3.17).
   * @param capability KVM_CAP_*, 0 to 2^31 - 1
   * @throws VmError `ERR_KVM`, `ERR_INVALID_ARGUMENT`
   */
  override checkExtension(capability: number): boolean {
    return super.checkExtension(capability);
  }

  /**
   * Enables what is not enabled by itself: the split interrupt controller, exits for model-specific registers, manual
   * clearing of the dirty log, instructions that no longer exit, …
   *
   * KVM_ENABLE_CAP (api.rst 4.37 and chapter 7; KVM_CAP_ENABLE_CAP_VM; Linux 3.15).
   * @param capability KVM_CAP_*; those whose arguments are addresses or descriptors are refused
   * @param args at most 4, of 64 bits
   * @throws VmError `ERR_KVM`: EINVAL, EEXIST, EBUSY as api.rst says of each; `ERR_INVALID_ARGUMENT`
   */
  enableCap(capability: number, ...args: readonly (number | bigint)[]): void {
    const bytes = enableCapBytes(capability, args);
    this.call((native) => native.enableCap(bytes));
  }

  /**
   * Makes a vCPU. Its kvm_run is copied into memory of JavaScript's.
   *
   * KVM_CREATE_VCPU (api.rst 4.7; Linux 2.6.22).
   * @param id below KVM_CAP_MAX_VCPU_ID; the APIC id
   * @throws VmError `ERR_KVM`: EEXIST if there is one; EINVAL, ENOMEM, EMFILE; `ERR_INVALID_ARGUMENT`
   */
  createVcpu(id: number): KvmVcpu {
    // A page of WebAssembly has 64 KiB, and this needs 8.
    return this.createVcpuIn(new WebAssembly.Memory({ initial: 1, maximum: 1 }), 0, id);
  }

  /**
   * The same with the copy in memory that is there already: MAILBOX_SIZE bytes, page-aligned.
   * @internal
   */
  createVcpuIn(memory: ArenaMemory, offset: number, id: number): KvmVcpu {
    const native = this.call((vm) => vm.createVcpu(id, memory, offset, MAILBOX_SIZE));
    return new KvmVcpu(native, memory.buffer, offset);
  }

  /**
   * Which vCPU is the one that starts: the others wait for an INIT and a SIPI. Before the first vCPU is made.
   *
   * KVM_SET_BOOT_CPU_ID (api.rst 4.41; KVM_CAP_SET_BOOT_CPU_ID; Linux 2.6.32).
   * @throws VmError `ERR_KVM`: EBUSY if there is a vCPU; `ERR_INVALID_ARGUMENT`
   */
  setBootCpuId(id: number): void {
    this.call((native) => native.setBootCpuId(id));
  }

  /**
   * The guests' paravirtual clock, and with newer kernels the host's clocks at the same instant.
   *
   * KVM_GET_CLOCK (api.rst 4.29; KVM_CAP_ADJUST_CLOCK; Linux 2.6.33).
   * @throws VmError `ERR_KVM`
   */
  getClock(): KvmClockData {
    return this.get(CLOCK_DATA, (native, bytes) => native.getClock(bytes));
  }

  /**
   * Sets the clock, which goes on from there; with KVM_CLOCK_REALTIME plus the time since `realtime`.
   *
   * KVM_SET_CLOCK (api.rst 4.30; KVM_CAP_ADJUST_CLOCK; Linux 2.6.33).
   * @throws VmError `ERR_KVM`: EINVAL for flags; `ERR_INVALID_ARGUMENT`
   */
  setClock(data: KvmClockData): void {
    this.set(CLOCK_DATA, data, (native, bytes) => native.setClock(bytes));
  }

  /**
   * Sets the frequency of the time-stamp counter for the vCPUs that are made from now on.
   *
   * KVM_SET_TSC_KHZ (api.rst 4.55; KVM_CAP_VM_TSC_CONTROL; Linux 5.18).
   * @param khz 0 for the host's; at most 2^31 - 1
   * @throws VmError `ERR_KVM`: EINVAL where it cannot be changed; `ERR_INVALID_ARGUMENT`
   */
  setTscKhz(khz: number): void {
    this.call((native) => native.setTscKhz(khz));
  }

  /**
   * The frequency for the vCPUs that are made from now on, in kHz.
   *
   * KVM_GET_TSC_KHZ (api.rst 4.56; KVM_CAP_VM_TSC_CONTROL; Linux 5.18).
   * @throws VmError `ERR_KVM`
   */
  getTscKhz(): number {
    return this.call((native) => native.getTscKhz());
  }

  /**
   * Which model-specific registers the guest may read and write. What it may not is an exception, or with
   * KVM_CAP_X86_USER_SPACE_MSR and KVM_MSR_EXIT_REASON_FILTER an exit.
   *
   * KVM_X86_SET_MSR_FILTER (api.rst 4.97; KVM_CAP_X86_MSR_FILTER; Linux 5.10).
   * @throws VmError `ERR_KVM`: EINVAL, for no ranges with KVM_MSR_FILTER_DEFAULT_DENY, too; `ERR_INVALID_ARGUMENT`
   */
  x86SetMsrFilter(filter: KvmMsrFilter): void {
    const [flags, ranges, bitmaps] = msrFilterArguments(filter);
    this.call((native) => native.x86SetMsrFilter(flags, ranges, bitmaps));
  }

  /**
   * Which events the guest's performance counters may count.
   *
   * KVM_SET_PMU_EVENT_FILTER (api.rst 4.120; KVM_CAP_PMU_EVENT_FILTER; Linux 5.3).
   * @throws VmError `ERR_KVM`: EINVAL, E2BIG; `ERR_INVALID_ARGUMENT`
   */
  setPmuEventFilter(filter: KvmPmuEventFilter): void {
    const bytes = encodePmuEventFilter(filter);
    this.call((native) => native.setPmuEventFilter(bytes));
  }

  /**
   * Makes a device in the kernel.
   *
   * KVM_CREATE_DEVICE (api.rst 4.79; KVM_CAP_DEVICE_CTRL; Linux 3.10).
   * @param type KVM_DEV_TYPE_VFIO, the only one of x86
   * @throws VmError `ERR_KVM`: ENODEV if the kernel has none of that type, EEXIST; `ERR_INVALID_ARGUMENT`
   */
  createDevice(type: number): KvmDevice {
    const native = this.call((vm) => vm.createDevice(type, 0));
    return new KvmDevice(native as NonNullable<typeof native>);
  }

  /**
   * Whether the kernel has devices of a type, without making one.
   *
   * KVM_CREATE_DEVICE (api.rst 4.79; KVM_CAP_DEVICE_CTRL; Linux 3.10).
   * @throws VmError `ERR_KVM` other than ENODEV; `ERR_INVALID_ARGUMENT`
   */
  hasDevice(type: number): boolean {
    return KvmDevice.exists(this.native, type);
  }

  /**
   * Opens the counters that KVM keeps of this VM.
   *
   * KVM_GET_STATS_FD (api.rst 4.133; KVM_CAP_BINARY_STATS_FD; Linux 5.14).
   * @throws VmError `ERR_KVM`
   */
  getStatsFd(): KvmStats {
    return new KvmStats(this.call((native) => native.getStatsFd()));
  }
}
