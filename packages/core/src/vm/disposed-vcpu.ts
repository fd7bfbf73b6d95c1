import type { VcpuDump } from '../accelerator/accelerator.ts';
import { isVmError } from '../errors.ts';

/** Whether a vCPU threw this because it was disposed, which a handler may do in the middle of a run. */
export function wasDisposed(thrown: unknown): boolean {
  return isVmError(thrown) && thrown.code === 'ERR_VM_DISPOSED';
}

/** What a vCPU answers, or `otherwise` if it was disposed. */
export function unlessDisposed<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch (error) {
    if (wasDisposed(error)) return otherwise;
    throw error;
  }
}

/** What stands for the dump of a vCPU that was disposed. */
export const NOWHERE: VcpuDump = Object.freeze({
  registers: Object.freeze({}),
  location: 'an unknown place (its vCPU was disposed)',
  codeAddress: undefined,
});
