import { checkNames, VmError } from '@picovm/core';
import { loadAddon } from '../host/load-addon.ts';
import { checkText } from '../host/options.ts';
import { Unavailable } from '../host/unavailable.ts';
import type { NativeEventFd } from '../native/addon.ts';
import { ioctl } from '../native/kvm-error.ts';
import { KvmDescriptor } from './descriptor.ts';

/** How an eventfd is made. */
export interface KvmEventFdOptions {
  /** What is in the counter from the start: 0 to 2^32 - 1. Default 0. */
  readonly initial?: number;
  /** Each `read` takes 1, and not all there is. Default false. */
  readonly semaphore?: boolean;
  /** Path of the addon, as for `KvmSystem`. */
  readonly addon?: string;
}

/**
 * An eventfd (man 2 eventfd): a counter of 64 bits in the kernel, to which KVM adds when a guest writes somewhere
 * (`KvmVm.ioeventfd`), or whose changes it makes interrupts of (`KvmVm.irqfd`). It never blocks.
 *
 * To hear of it, either poll it with `read`, as often as it suits, or let `onEvent` call back from the event loop, for which
 * a thread waits.
 */
export class KvmEventFd extends KvmDescriptor<NativeEventFd> {
  /**
   * What `KvmVm` has registered it for.
   * @internal
   */
  readonly registrations: Set<Disposable> = new Set();
  #isOpen = true;

  /** @throws VmError `ERR_KVM`, `ERR_ACCELERATOR_UNAVAILABLE` where the addon cannot be loaded, `ERR_INVALID_ARGUMENT` */
  constructor(options: KvmEventFdOptions = {}) {
    super(make(options));
  }

  /**
   * The addon's object, for `KvmVm`.
   * @internal
   */
  get object(): NativeEventFd {
    return this.native;
  }

  /**
   * Adds to the counter.
   * @param value 0 to 2^64 - 2
   * @returns false if the counter has no room for it
   * @throws VmError `ERR_KVM`: EBADF when closed, EINVAL for 2^64 - 1; `ERR_INVALID_ARGUMENT`
   */
  write(value: bigint = 1n): boolean {
    return this.call((native) => native.write(value));
  }

  /**
   * What is in the counter, which is 0 after that; 1, and one less, of a semaphore. 0 if nothing was written.
   * @throws VmError `ERR_KVM`: EBADF when closed
   */
  read(): bigint {
    return this.call((native) => native.read());
  }

  /**
   * Calls back from the event loop whenever something was written, with what was in the counter. Keeps the program alive
   * until it is disposed or the eventfd closed. What the callback throws is an uncaught exception, as of any event.
   * @throws VmError `ERR_INVALID_ARGUMENT` if there is a callback already; `ERR_KVM`: EBADF when closed
   */
  onEvent(callback: (count: bigint) => void): Disposable {
    let watching = true;
    this.call((native) =>
      native.watch(() => {
        // It may have been on its way already.
        if (!watching || !this.#isOpen) return;
        const count = native.read();
        native.rearm();
        if (count === 0n) return;
        try {
          callback(count);
        } catch (error) {
          // Node-API only warns of what is thrown here.
          queueMicrotask(() => {
            throw error;
          });
        }
      }),
    );
    return {
      [Symbol.dispose]: () => {
        if (watching) this.native.unwatch();
        watching = false;
      },
    };
  }

  /** Closes it, after what was registered with it in VMs was unregistered. */
  override close(): void {
    if (!this.#isOpen) return;
    for (const registration of [...this.registrations]) registration[Symbol.dispose]();
    this.#isOpen = false;
    super.close();
  }
}

function make(options: KvmEventFdOptions): NativeEventFd {
  checkNames('new KvmEventFd()', options, ['initial', 'semaphore', 'addon']);
  const { initial = 0, semaphore = false, addon } = options;
  checkText('addon', addon, true);
  try {
    const { KvmEventFd } = loadAddon(addon);
    return ioctl(() => new KvmEventFd(initial, semaphore));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const { code, message: reason, hint, cause } = error;
    throw new VmError('ERR_ACCELERATOR_UNAVAILABLE', reason, { accelerator: 'kvm', code, reason, hint, cause });
  }
}
