import { VmError } from '@picovm/core';
import { connect } from './client/connect.ts';
import type { Machine } from './machine.ts';
import { type NodeWorker, nodeThreads } from './transport/node-threads.ts';
import { type WorkerLike, workerPort } from './transport/worker-port.ts';

/** How a worker is started. */
export interface InWorkerSettings {
  /** Milliseconds until the worker's module must have called `serveMachine`. Default 30,000. */
  readonly startTimeoutMs?: number;
  /** Gives up the start, and ends the worker, even if the machine's build function hangs. */
  readonly signal?: AbortSignal;
}

/** The module of the worker that `inWorker` starts in Node. No literal in `new URL`, which bundlers take as an asset. */
const BOOTSTRAP: string = './bootstrap.js';

/**
 * Makes a machine that runs whole in a worker: the vCPU with its devices.
 *
 * ```ts
 * await using machine = await inWorker(new URL('./machine.js', import.meta.url), { image });
 * machine.on('com1', (bytes) => process.stdout.write(bytes));
 * const result = await machine.run({ timeoutMs: 1000 });
 * ```
 * @param worker in Node, the URL of the module whose default export is the machine; anywhere, a `Worker` whose module
 *   calls `serveMachine`, which belongs to the machine from now on
 * @param options for the machine's build function, which gets a copy: data that can be cloned
 * @throws VmError (as a rejection) `ERR_WORKER` if the worker fails or ends; `ERR_INVALID_ARGUMENT`; or whatever the build
 *   function throws
 */
export async function inWorker(
  worker: URL | string | WorkerLike,
  options?: unknown,
  settings: InWorkerSettings = {},
): Promise<Machine> {
  const ours = worker instanceof URL || typeof worker === 'string' ? startWorker(String(worker)) : worker;
  return connect(workerPort(ours), options, settings);
}

function startWorker(url: string): NodeWorker {
  const threads = nodeThreads();
  if (threads === undefined) {
    throw new VmError(
      'ERR_INVALID_ARGUMENT',
      "in a browser, inWorker takes a Worker: new Worker(new URL('./machine-worker.js', import.meta.url), " +
        "{ type: 'module' }), whose module calls serveMachine",
    );
  }
  if (!URL.canParse(url)) {
    throw new VmError('ERR_INVALID_ARGUMENT', `${url} is no URL: give new URL('./machine.js', import.meta.url)`, {
      url,
    });
  }
  return new threads.Worker(new URL(BOOTSTRAP, import.meta.url), { workerData: { machine: url } });
}
