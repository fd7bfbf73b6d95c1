import { VmError } from '@picovm/core';
import type { IoctlError } from './addon.ts';

/** Whether `error` is what the addon throws for a failed system call. */
export function isIoctlError(error: unknown): error is IoctlError {
  return error instanceof Error && 'syscall' in error && 'errno' in error;
}

/**
 * Calls into the addon. What a system call failed with becomes an `ERR_KVM` whose details name it, an argument that cannot
 * be right an `ERR_INVALID_ARGUMENT`; anything else is thrown on as it is.
 */
export function ioctl<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw vmError(error);
  }
}

/** Whether `ioctl` made an error of what a system call failed with. */
export function isKvmError(error: unknown): error is VmError {
  return error instanceof VmError && error.code === 'ERR_KVM';
}

/** The same, with that errno. */
export function failedWith(error: unknown, code: string): boolean {
  return isKvmError(error) && error.details.code === code;
}

function vmError(error: unknown): unknown {
  if (isIoctlError(error)) {
    const { syscall, errno, code } = error;
    const why = errno === EBADF ? `${code}: it was closed` : code;
    return new VmError('ERR_KVM', `KVM refused ${syscall} with ${why}`, { ioctl: syscall, errno, code, cause: error });
  }
  if (error instanceof TypeError && (error as NodeJS.ErrnoException).code === 'ERR_INVALID_ARGUMENT') {
    return new VmError('ERR_INVALID_ARGUMENT', error.message, { cause: error });
  }
  return error;
}

const EBADF = 9;
