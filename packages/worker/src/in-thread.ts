import { connect } from './client/connect.ts';
import { checkMachine, type MachineDefinition } from './define-machine.ts';
import type { Machine } from './machine.ts';
import { MachineServer } from './serve/machine-server.ts';
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
 * @param options for the machine's build function, which gets a copy: data that can be cloned
 * @throws VmError (as a rejection) `ERR_INVALID_ARGUMENT`, or whatever the build function throws
 */
export async function inThread<O>(
  machine: MachineDefinition<O>,
  // biome-ignore lint/complexity/noBannedTypes: {} is the type that an object of optional members extends.
  ...[options]: {} extends O ? [options?: O] : [options: O]
): Promise<Machine> {
  const definition = checkMachine(machine, 'what inThread was given');
  const { host, machine: port } = threadPorts(() => server.kill());
  const server = new MachineServer(definition, port);
  return connect(host, options);
}
