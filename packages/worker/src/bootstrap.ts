// The module of the worker that inWorker starts in Node: it loads the machine's module.
import { VmError } from '@picovm/core';
import { checkDefinition } from './define-machine.ts';
import { errorToData } from './protocol/error-data.ts';
import { sealed } from './protocol/messages.ts';
import { serveMachine } from './serve-machine.ts';
import { type NodeThreads, nodeThreads } from './transport/node-threads.ts';
import { workerScope } from './transport/worker-scope.ts';

const { machine: url } = (nodeThreads() as NodeThreads).workerData as { machine: string };
try {
  serveMachine(checkDefinition(await load(), `the default export of ${url}`));
} catch (error) {
  workerScope().postMessage(sealed({ type: 'broken', error: errorToData(error) }), []);
}

async function load(): Promise<unknown> {
  try {
    return ((await import(url)) as { default?: unknown }).default;
  } catch (cause) {
    throw new VmError('ERR_WORKER', `the machine's module cannot be loaded: ${String(cause)}`, { url, cause });
  }
}
