import { VmError } from '@picovm/core';
import type { IoctlError } from './addon.ts';

/** Whether `error` is what the addon throws for a failed system call. */
export function isIoctlError(error: unknown): error is IoctlError {
  return error instanceof Error && 'syscall' in error && 'errno' in error;
}

/**
 * Calls into the addon. What a system call failed with becomes an `ERR_KVM` whose details name it; anything else is
 * thrown on as it is.
 */
export function ioctl<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw isIoctlError(error) ? kvmError(error.syscall, error.errno, error.code, error) : error;
  }
}

/** The error for a failed ioctl. */
function kvmError(name: string, errno: number, code: string, cause?: IoctlError): VmError {
  return new VmError('ERR_KVM', `KVM refused ${name} with ${code}`, { ioctl: name, errno, code, cause });
}
