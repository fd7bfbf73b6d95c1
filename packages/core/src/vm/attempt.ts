import { messageOf, VmError } from '../errors.ts';
import { refusePromise } from '../refuse-promise.ts';

/** Does one of several things that are all to be done, whichever of them throws. @param what names it for the error */
export function attempt(what: string, action: () => unknown): VmError | undefined {
  try {
    refusePromise(action());
    return undefined;
  } catch (cause) {
    return new VmError('ERR_DEVICE', `${what} threw: ${messageOf(cause)}`, { cause });
  }
}

/** Throws the first error of a list of attempts, if there is one. */
export function throwFirst(failures: readonly (VmError | undefined)[]): void {
  const failure = failures.find((error) => error !== undefined);
  if (failure !== undefined) throw failure;
}
