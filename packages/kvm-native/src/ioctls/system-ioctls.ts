import type { NativeSystem } from '../native/addon.ts';
import { CPUID2, type KvmCpuidEntry2 } from '../structures/cpuid.ts';
import { type KvmMsrEntry, MSR_LIST, MSRS, msrsRequest } from '../structures/msrs.ts';
import { U64 } from '../structures/scalars.ts';
import { KvmExtensions } from './extensions.ts';
import { fillEntries } from './growing.ts';
import { KvmVm } from './kvm-vm.ts';

/** The ioctls of `/dev/kvm`. */
export class SystemIoctls extends KvmExtensions<NativeSystem> {
  /**
   * The version of KVM's API: 12, in every kernel since then.
   *
   * KVM_GET_API_VERSION (api.rst 4.1; Linux 2.6.22).
   * @throws VmError `ERR_KVM`: ENOTTY if this is no KVM
   */
  getApiVersion(): number {
    return this.call((native) => native.getApiVersion());
  }

  /**
   * Whether a capability is there at all; `checkExtensionInt` and `checkExtensionBits` say more.
   *
   * KVM_CHECK_EXTENSION (api.rst 4.4; Linux 2.6.22).
   * @param capability KVM_CAP_*, 0 to 2^31 - 1
   * @throws VmError `ERR_KVM`, `ERR_INVALID_ARGUMENT`
   */
  override checkExtension(capability: number): boolean {
    return super.checkExtension(capability);
  }

  /**
   * Makes a VM, with no memory and no vCPUs.
   *
   * KVM_CREATE_VM (api.rst 4.2; Linux 2.6.22).
   * @param type 0 for an ordinary VM; others need capabilities (KVM_CAP_VM_TYPES)
   * @throws VmError `ERR_KVM`: EBUSY if another hypervisor has the CPU; EMFILE, ENOMEM; EINVAL for the type
   */
  createVm(type: number = 0): KvmVm {
    return new KvmVm(this.call((native) => native.createVm(type)));
  }

  /**
   * Bytes of a vCPU's mapping: kvm_run, the data of I/O, and the ring of coalesced writes.
   *
   * KVM_GET_VCPU_MMAP_SIZE (api.rst 4.5; Linux 2.6.22).
   * @throws VmError `ERR_KVM`
   */
  getVcpuMmapSize(): number {
    return this.call((native) => native.getVcpuMmapSize());
  }

  /**
   * The indices of the model-specific registers that KVM can save and restore here.
   *
   * KVM_GET_MSR_INDEX_LIST (api.rst 4.3; Linux 2.6.22).
   * @throws VmError `ERR_KVM`
   */
  getMsrIndexList(): number[] {
    return fillEntries(MSR_LIST, 256, (bytes) => this.native.getMsrIndexList(bytes));
  }

  /**
   * The indices of the registers that tell of features of the host's processor, which `getMsrs` reads.
   *
   * KVM_GET_MSR_FEATURE_INDEX_LIST (api.rst 4.3; KVM_CAP_GET_MSR_FEATURES; Linux 4.16).
   * @throws VmError `ERR_KVM`
   */
  getMsrFeatureIndexList(): number[] {
    return fillEntries(MSR_LIST, 64, (bytes) => this.native.getMsrFeatureIndexList(bytes));
  }

  /**
   * Reads registers that tell of features.
   *
   * KVM_GET_MSRS (api.rst 4.18; KVM_CAP_GET_MSR_FEATURES; Linux 4.16).
   * @param indices at most 255
   * @returns those before the first that there is not
   * @throws VmError `ERR_KVM`: E2BIG for too many; `ERR_INVALID_ARGUMENT`
   */
  getMsrs(indices: readonly number[]): KvmMsrEntry[] {
    const bytes = msrsRequest(indices);
    return MSRS.decode(
      bytes,
      this.call((native) => native.getMsrs(bytes)),
    );
  }

  /**
   * What CPUID can answer in a guest: what both the processor and KVM have.
   *
   * KVM_GET_SUPPORTED_CPUID (api.rst 4.46; KVM_CAP_EXT_CPUID; Linux 2.6.25).
   * @throws VmError `ERR_KVM`
   */
  getSupportedCpuid(): KvmCpuidEntry2[] {
    return fillEntries(CPUID2, 128, (bytes) => this.native.getSupportedCpuid(bytes));
  }

  /**
   * What KVM emulates though the processor may not have it.
   *
   * KVM_GET_EMULATED_CPUID (api.rst 4.88; KVM_CAP_EXT_EMUL_CPUID; Linux 3.13).
   * @throws VmError `ERR_KVM`
   */
  getEmulatedCpuid(): KvmCpuidEntry2[] {
    return fillEntries(CPUID2, 32, (bytes) => this.native.getEmulatedCpuid(bytes));
  }

  /**
   * The leaves with which CPUID tells a guest of Hyper-V, from 40000000H on.
   *
   * KVM_GET_SUPPORTED_HV_CPUID (api.rst 4.118; KVM_CAP_SYS_HYPERV_CPUID; Linux 5.11).
   * @throws VmError `ERR_KVM`: EINVAL or ENOTTY where the kernel has no Hyper-V in it
   */
  getSupportedHvCpuid(): KvmCpuidEntry2[] {
    return fillEntries(CPUID2, 32, (bytes) => this.native.getSupportedHvCpuid(bytes));
  }

  /**
   * The bits that IA32_MCG_CAP can have in a guest.
   *
   * KVM_X86_GET_MCE_CAP_SUPPORTED (api.rst 4.104; KVM_CAP_MCE; Linux 2.6.32).
   * @throws VmError `ERR_KVM`
   */
  x86GetMceCapSupported(): bigint {
    return this.get(U64, (native, bytes) => native.x86GetMceCapSupported(bytes)).value;
  }

  /**
   * Whether there is an attribute.
   *
   * KVM_HAS_DEVICE_ATTR (api.rst 4.81; KVM_CAP_SYS_ATTRIBUTES; Linux 5.17).
   * @param group 0, or KVM_X86_GRP_*
   * @param attr KVM_X86_XCOMP_GUEST_SUPP
   * @throws VmError `ERR_KVM`, `ERR_INVALID_ARGUMENT`
   */
  hasDeviceAttr(group: number, attr: number): boolean {
    return this.call((native) => native.hasDeviceAttr(group, attr));
  }

  /**
   * The value of an attribute, of 64 bits.
   *
   * KVM_GET_DEVICE_ATTR (api.rst 4.80; KVM_CAP_SYS_ATTRIBUTES; Linux 5.17).
   * @param group 0 or 1
   * @param attr KVM_X86_XCOMP_GUEST_SUPP: the components of XSAVE that a guest may have
   * @throws VmError `ERR_KVM`: ENXIO if there is none; `ERR_INVALID_ARGUMENT`
   */
  getDeviceAttr(group: number, attr: number): bigint {
    return this.call((native) => native.getDeviceAttr(group, attr));
  }
}
