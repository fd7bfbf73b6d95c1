import { type KvmClosable, KvmDescriptor } from './descriptor.ts';

/** The addon's part of it. */
export interface KvmExtensible extends KvmClosable {
  /** The answer of KVM_CHECK_EXTENSION. */
  checkExtension(capability: number): number;
}

/** What `/dev/kvm` and a VM answer alike. */
export abstract class KvmExtensions<Native extends KvmExtensible> extends KvmDescriptor<Native> {
  /**
   * Whether a capability is there at all.
   * @param capability KVM_CAP_*, 0 to 2^31 - 1
   * @throws VmError `ERR_KVM`, `ERR_INVALID_ARGUMENT`
   */
  checkExtension(capability: number): boolean {
    return this.checkExtensionInt(capability) > 0;
  }

  /**
   * What a capability answers, as a number: 0 if it is not there, 1 if it says no more than that it is, and otherwise what
   * api.rst says of it, as a size or a maximum.
   * @param capability KVM_CAP_*, 0 to 2^31 - 1
   * @throws VmError `ERR_KVM`, `ERR_INVALID_ARGUMENT`
   */
  checkExtensionInt(capability: number): number {
    return this.call((native) => native.checkExtension(capability));
  }

  /**
   * Whether a capability whose answer is a set of bits has all of these.
   * @param capability KVM_CAP_*, 0 to 2^31 - 1
   * @param bits those that api.rst defines for it
   * @throws VmError `ERR_KVM`, `ERR_INVALID_ARGUMENT`
   */
  checkExtensionBits(capability: number, bits: number): boolean {
    return (this.checkExtensionInt(capability) & bits) === bits;
  }
}
