import { VmError } from '@picovm/core';

/** Refuses what is no signal. @throws VmError `ERR_INVALID_ARGUMENT` */
export function checkSignal(signal: unknown): void {
  if (signal === undefined) return;
  const { aborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return;
  throw new VmError(
    'ERR_INVALID_ARGUMENT',
    'signal must be an AbortSignal, such as the signal of an AbortController or AbortSignal.timeout(1000)',
  );
}
