import { isVmError, type VmErrorCode } from '@picovm/core';
import { fail, show } from '../check.ts';

/** Fails unless `act` throws, or rejects with, a `VmError` of the given code. @param what the subject of the message */
export async function failsWith(code: VmErrorCode, act: () => unknown, what: string): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (isVmError(error) && error.code === code) return;
    fail(`${what} must fail with ${code}, but failed with ${show(error)}`);
  }
  fail(`${what} must fail with ${code}, but did not fail`);
}
