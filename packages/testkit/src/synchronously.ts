import { type Device, VmError } from '@picovm/core';

/**
 * Calls a method of a device that a machine does not wait for.
 * @throws VmError `ERR_DEVICE` if it is asynchronous; what it throws
 */
export function synchronously<T>({ id }: Device, method: string, call: () => T): T {
  const answer: unknown = call();
  if (!(answer instanceof Promise)) return answer as T;
  // What else it does is of no interest any more.
  answer.catch(() => {});
  throw new VmError(
    'ERR_DEVICE',
    `${method}() of ${id} gives a promise, and no machine waits for it: make it synchronous`,
    {
      device: id,
    },
  );
}
