import { VmError } from '@picovm/core';
import { connect } from './client/connect.ts';
import type { MachineDefinition, OptionsOf } from './define-machine.ts';
import type { Machine } from './machine.ts';
import { checkStartSettings, type StartArguments } from './start-settings.ts';
import { type NodeWorker, nodeThreads } from './transport/node-threads.ts';
import { type WorkerLike, workerPort } from './transport/worker-port.ts';

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
 * The module's own type checks the options: `import type hello from './machine.ts'`, `inWorker<typeof hello>(url, { image })`.
 * @typeParam M the type of the machine
 * @param worker in Node, the URL of the module whose default export is the machine; anywhere, a `Worker` whose module
 *   calls `serveMachine`, which belongs to the machine from now on
 * @param options for the machine's build function, which gets a copy: data that can be cloned; behind it when the start is given up,
 *   which ends the worker
 * @throws VmError (as a rejection) `ERR_WORKER` if the worker fails or ends, or the start is given up;
 *   `ERR_INVALID_ARGUMENT`; or whatever the build function throws
 */
export async function inWorker<M extends MachineDefinition<never> = MachineDefinition>(
  worker: URL | string | WorkerLike,
  ...[options, settings = {}]: StartArguments<OptionsOf<M>>
): Promise<Machine> {
  const limits = checkStartSettings(settings);
  const port =
    worker instanceof URL || typeof worker === 'string'
      ? workerPort(startWorker(String(worker)), `its module ${worker} hangs or exits while it is loaded`)
      : workerPort(worker, "its module must call serveMachine, and in a browser be given as { type: 'module' }");
  return connect(port, options, limits);
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
