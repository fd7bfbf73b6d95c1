import type { MessageEnd } from './message-port.ts';

/** A worker as Node has it: events without `addEventListener`. */
export interface NodeWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  on(event: 'message', listener: (message: unknown) => void): void;
  on(event: 'error' | 'messageerror', listener: (error: unknown) => void): void;
  on(event: 'exit', listener: (code: number) => void): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

/** What is used of `node:worker_threads`. */
export interface NodeThreads {
  readonly parentPort: MessageEnd | null;
  readonly workerData: unknown;
  readonly Worker: new (url: URL, options: { readonly workerData?: unknown }) => NodeWorker;
}

/**
 * Node's threads, or undefined in a browser. Asked for at run time and not imported, because browsers load this package,
 * too.
 */
export function nodeThreads(): NodeThreads | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
  };
  return process?.getBuiltinModule?.('node:worker_threads') as NodeThreads | undefined;
}
