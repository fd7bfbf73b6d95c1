import { VmError } from '@picovm/core';
import type { NativeSystem } from '../native/addon.ts';
import { openSystem } from './open-system.ts';
import type { ResolvedOptions } from './options.ts';
import { Unavailable } from './unavailable.ts';

/**
 * Opens `/dev/kvm`, and calls `use` on it.
 * @throws VmError `ERR_ACCELERATOR_UNAVAILABLE`, also for what `use` finds unavailable
 */
export function openOrThrow<T = NativeSystem>(
  options: ResolvedOptions,
  use: (system: NativeSystem) => T = (system) => system as T,
): T {
  try {
    return use(openSystem(options));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const { code, message: reason, hint, cause } = error;
    throw new VmError(
      'ERR_ACCELERATOR_UNAVAILABLE',
      `kvm cannot run here: ${reason}${hint === undefined ? '' : ` (${hint})`}`,
      { accelerator: 'kvm', code, reason, hint, cause },
    );
  }
}
