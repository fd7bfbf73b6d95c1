import { Worker } from 'node:worker_threads';

type Listener = (event: { readonly data?: unknown; readonly message?: string }) => void;

/**
 * A worker as browsers have it, made of one of Node's: outside it has `addEventListener` and no `exit` event, inside the
 * way out is the global scope.
 */
export class WebWorker {
  readonly #worker: Worker;

  constructor(module: URL) {
    const scope = `
      import { parentPort } from 'node:worker_threads';
      process.getBuiltinModule = undefined;
      globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
      globalThis.addEventListener = (type, listener) => parentPort.on(type, (data) => listener({ data }));
      await import(${JSON.stringify(module.href)});
    `;
    this.#worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(scope)}`));
  }

  postMessage(message: unknown, transfer: ArrayBuffer[]): void {
    this.#worker.postMessage(message, transfer);
  }

  addEventListener(type: string, listener: Listener): void {
    if (type === 'error') this.#worker.on('error', ({ message }) => listener({ message }));
    else this.#worker.on(type, (data) => listener({ data }));
  }

  terminate(): void {
    void this.#worker.terminate();
  }
}
