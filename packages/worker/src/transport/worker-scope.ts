import { VmError } from '@picovm/core';
import type { MessageEnd } from './message-port.ts';
import { nodeThreads } from './node-threads.ts';

/** The way out of the worker that this code runs in. @throws VmError `ERR_INVALID_ARGUMENT` in the main thread */
export function workerScope(): MessageEnd {
  const threads = nodeThreads();
  if (threads?.parentPort) return threads.parentPort;
  const scope = globalThis as Partial<MessageEnd> & { readonly document?: unknown };
  if (threads === undefined && scope.document === undefined && typeof scope.postMessage === 'function') {
    return scope as MessageEnd;
  }
  throw new VmError(
    'ERR_INVALID_ARGUMENT',
    'serveMachine must be called in a worker: give inWorker a Worker whose module calls it',
  );
}
