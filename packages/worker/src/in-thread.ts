import { connect } from './client/connect.ts';
import { checkDefinition, type MachineDefinition } from './define-machine.ts';
import type { Machine } from './machine.ts';
import { MachineServer } from './serve/machine-server.ts';
import { checkStartSettings, type StartArguments } from './start-settings.ts';
import { threadPorts } from './transport/thread-port.ts';

/**
 * Makes a machine that runs in this thread, in time slices. It behaves as one in a worker does: the same calls, copies of
 * everything that crosses, the same order.
 *
 * ```ts
 * await using machine = await inThread(hello, { image });
 * machine.on('com1', (bytes) => process.stdout.write(bytes));
 * const result = await machine.run({ timeoutMs: 1000 });
 * ```
 * @param machine what `defineMachine` gave
 * @param options for the machine's build function, which gets a copy: data that can be cloned; behind it when the start is given up
 *   (a build function that never returns cannot be interrupted here)
 * @throws VmError (as a rejection) `ERR_INVALID_ARGUMENT`; `ERR_WORKER` if the start is given up; or whatever the build function throws
 */
export async function inThread<O>(
  machine: MachineDefinition<O>,
  ...[options, settings = {}]: StartArguments<O>
): Promise<Machine> {
  const definition = checkDefinition(machine, 'what inThread was given');
  const limits = checkStartSettings(settings);
  const { host, machine: port } = threadPorts(() => server.kill());
  const server = new MachineServer(definition, port);
  return connect(host, options, limits);
}
