import type { HostPort, Port } from '../protocol/port.ts';
import { messagePort } from './message-port.ts';

/** Two ends in one thread. Messages are copied, and arrive in a later turn of the event loop, as from a worker. */
export function threadPorts(onTerminate: () => void): { readonly host: HostPort; readonly machine: Port } {
  const { port1, port2 } = new MessageChannel();
  const host: HostPort = {
    ...messagePort(port1),
    hint: 'it is in this thread',
    onLost() {},
    keepAlive: (alive) => keepAlive(port1, alive),
    async terminate() {
      port1.close();
      onTerminate();
    },
  };
  const machine = messagePort(port2);
  return {
    host,
    machine: {
      post: machine.post,
      listen(onMessage) {
        machine.listen(onMessage);
        // The host's end counts the calls that are pending; without any, nothing here keeps the program alive.
        keepAlive(port2, false);
      },
    },
  };
}

// Of ports in Node, which would keep the program alive for ever.
function keepAlive(port: MessagePort, alive: boolean): void {
  const { ref, unref } = port as { ref?(): void; unref?(): void };
  (alive ? ref : unref)?.call(port);
}
