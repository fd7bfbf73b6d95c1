import { ioctl } from '../native/kvm-error.ts';
import type { Layout } from '../structures/layout.ts';

/** What can be closed. */
export interface KvmClosable {
  /** Gives back what it holds. */
  close(): void;
}

/**
 * A file descriptor of KVM's, and what all its kinds have in common. One that is no longer needed is to be closed; one that
 * nobody refers to any more is closed when it is collected, which may take long.
 */
export abstract class KvmDescriptor<Native extends KvmClosable> implements Disposable {
  /**
   * The addon's object.
   * @internal
   */
  protected readonly native: Native;

  /**
   * Objects of these classes are made by each other, from `KvmSystem` on.
   * @internal
   */
  constructor(native: Native) {
    this.native = native;
  }

  /** Closes the descriptor. After that everything is refused with `ERR_KVM`, EBADF. Closing again is harmless. */
  close(): void {
    this.native.close();
  }

  /** The same as `close`, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Calls into the addon.
   * @throws VmError `ERR_KVM`, `ERR_INVALID_ARGUMENT`
   * @internal
   */
  protected call<T>(call: (native: Native) => T): T {
    return ioctl(() => call(this.native));
  }

  /**
   * A structure that an ioctl fills.
   * @throws VmError `ERR_KVM`
   * @internal
   */
  protected get<T>(layout: Layout<T>, call: (native: Native, bytes: Uint8Array) => number): T {
    const bytes = new Uint8Array(layout.size);
    this.call((native) => call(native, bytes));
    return layout.decode(bytes);
  }

  /**
   * A structure that an ioctl takes.
   * @throws VmError `ERR_KVM`, `ERR_INVALID_ARGUMENT`
   * @internal
   */
  protected set<T>(layout: Layout<T>, value: T, call: (native: Native, bytes: Uint8Array) => number): void {
    const bytes = layout.encode(value);
    this.call((native) => call(native, bytes));
  }
}
