import { openOrThrow } from '../host/open-or-throw.ts';
import { type KvmOptions, resolveOptions } from '../host/options.ts';
import { SystemIoctls } from './system-ioctls.ts';

/**
 * `/dev/kvm`, opened: where everything begins.
 *
 * ```ts
 * using system = new KvmSystem();
 * using vm = system.createVm();
 * ```
 */
export class KvmSystem extends SystemIoctls {
  /** @throws VmError `ERR_ACCELERATOR_UNAVAILABLE` where KVM cannot be used: `details` has the code, reason and hint */
  constructor(options: KvmOptions = {}) {
    super(openOrThrow(resolveOptions(options, 'new KvmSystem()')));
  }
}
