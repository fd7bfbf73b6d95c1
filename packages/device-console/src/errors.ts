import type { VmErrorCode } from '@picovm/core';

/**
 * An error that programs tell apart by its `code`, as they do core's `VmError`. It is none, because a device needs only
 * the types of core: so it works with any copy of core, and without one.
 */
export function codedError(code: VmErrorCode, message: string): Error & { readonly code: VmErrorCode } {
  return Object.assign(new Error(message), { code });
}
