import { VmError } from '@picovm/core';
import { textOf } from '../protocol/error-data.ts';
import type { HostPort, LostReason } from '../protocol/port.ts';
import { type MessageEnd, messagePort } from './message-port.ts';
import type { NodeWorker } from './node-threads.ts';

/** A `Worker`, of a browser or of Node's `worker_threads`. */
export interface WorkerLike {
  /** Sends a message into the worker. */
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  /** Ends the worker. */
  terminate(): unknown;
}

/**
 * The host's end of a worker.
 * @param hint what is probably wrong if the worker never says that it serves a machine
 * @throws VmError `ERR_INVALID_ARGUMENT` if it is no worker
 */
export function workerPort(worker: WorkerLike, hint: string): HostPort {
  const { addEventListener, on, terminate } = (worker ?? {}) as Partial<MessageEnd & NodeWorker>;
  if (typeof terminate === 'function' && typeof addEventListener === 'function') {
    return webWorkerPort(worker as WorkerLike & MessageEnd, hint);
  }
  if (typeof terminate === 'function' && typeof on === 'function') return nodeWorkerPort(worker as NodeWorker, hint);
  throw new VmError('ERR_INVALID_ARGUMENT', 'inWorker takes the URL of a module or a Worker');
}

function webWorkerPort(worker: WorkerLike & MessageEnd, hint: string): HostPort {
  return {
    hint,
    ...messagePort(worker),
    onLost(lost) {
      // A module that cannot be loaded is an error without a message. Browsers do not tell when a worker closes itself.
      worker.addEventListener('error', ({ message }) => lost(failed(message || 'its module could not be loaded')));
      worker.addEventListener('messageerror', () => lost(failed('a message could not be read')));
    },
    keepAlive() {},
    terminate: async () => void worker.terminate(),
  };
}

function nodeWorkerPort(worker: NodeWorker, hint: string): HostPort {
  return {
    hint,
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    listen: (onMessage) => worker.on('message', onMessage),
    onLost(lost) {
      worker.on('error', (error) => lost(failed(textOf(error), error)));
      worker.on('messageerror', (error) => lost(failed('a message could not be read', error)));
      worker.on('exit', (code) => lost({ what: `ended with exit code ${code}` }));
    },
    keepAlive: (alive) => (alive ? worker.ref() : worker.unref()),
    terminate: async () => void (await worker.terminate()),
  };
}

function failed(message: string, cause?: unknown): LostReason {
  return { what: `failed: ${message}`, cause };
}
