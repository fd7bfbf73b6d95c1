import { checkDefinition, type MachineDefinition } from './define-machine.ts';
import { MachineServer } from './serve/machine-server.ts';
import { messagePort } from './transport/message-port.ts';
import { workerScope } from './transport/worker-scope.ts';

/**
 * Makes the worker that this is called in the worker of a machine, for `inWorker(worker)` to build and to run it.
 *
 * ```ts
 * // machine-worker.js
 * import machine from './machine.js';
 * serveMachine(machine);
 * ```
 * @throws VmError `ERR_INVALID_ARGUMENT` outside of a worker, or if it is given no machine
 */
export function serveMachine<O>(machine: MachineDefinition<O>): void {
  const definition = checkDefinition(machine, 'what serveMachine was given');
  new MachineServer(definition, messagePort(workerScope()));
}
