import type { NativeDevice, NativeVm } from '../native/addon.ts';
import { KVM_CREATE_DEVICE_TEST } from '../native/constants.ts';
import { failedWith, ioctl } from '../native/kvm-error.ts';
import { KvmDescriptor } from './descriptor.ts';

/** A device in the kernel: what `KvmVm.createDevice` makes. On x86 that is VFIO's, which tells KVM of host devices. */
export class KvmDevice extends KvmDescriptor<NativeDevice> {
  /**
   * For `KvmVm.hasDevice`.
   * @internal
   */
  static exists(vm: NativeVm, type: number): boolean {
    try {
      ioctl(() => vm.createDevice(type, KVM_CREATE_DEVICE_TEST));
      return true;
    } catch (error) {
      if (failedWith(error, 'ENODEV')) return false;
      throw error;
    }
  }

  /**
   * Whether the device has an attribute.
   *
   * KVM_HAS_DEVICE_ATTR (api.rst 4.81; KVM_CAP_DEVICE_CTRL; Linux 3.10).
   * @param group KVM_DEV_VFIO_FILE
   * @param attr KVM_DEV_VFIO_FILE_ADD or KVM_DEV_VFIO_FILE_DEL
   * @throws VmError `ERR_KVM`: EBADF when closed; `ERR_INVALID_ARGUMENT`
   */
  hasDeviceAttr(group: number, attr: number): boolean {
    return this.call((native) => native.hasDeviceAttr(group, attr));
  }

  /**
   * Adds a file of VFIO's to the VM, or takes it out.
   *
   * KVM_SET_DEVICE_ATTR (api.rst 4.80; KVM_CAP_DEVICE_CTRL; Linux 3.13).
   * @param group KVM_DEV_VFIO_FILE
   * @param attr KVM_DEV_VFIO_FILE_ADD or KVM_DEV_VFIO_FILE_DEL
   * @param descriptor of the file, as `fs.openSync` gives it
   * @throws VmError `ERR_KVM`: EBADF, EINVAL if it is none of VFIO's, EEXIST, ENOENT; `ERR_INVALID_ARGUMENT`
   */
  setDeviceAttr(group: number, attr: number, descriptor: number): void {
    this.call((native) => native.setDeviceAttr(group, attr, descriptor));
  }
}
