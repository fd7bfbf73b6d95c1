import type { HostPort } from '../protocol/port.ts';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The calls that the machine has not answered yet. While there are any, the machine keeps the host program alive. */
export class PendingCalls {
  readonly #port: HostPort;
  readonly #calls = new Map<number, Pending>();
  #lastId = 0;

  constructor(port: HostPort) {
    this.#port = port;
  }

  /** Adds one. @param send sends it, by its id; what that throws rejects it */
  add(send: (id: number) => void): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      send(id);
      this.#calls.set(id, { resolve, reject });
      this.#port.keepAlive(true);
    });
  }

  resolve(id: number, value: unknown): void {
    this.#take(id)?.resolve(value);
  }

  reject(id: number, error: unknown): void {
    this.#take(id)?.reject(error);
  }

  rejectAll(error: unknown): void {
    for (const id of [...this.#calls.keys()]) this.reject(id, error);
  }

  #take(id: number): Pending | undefined {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (this.#calls.size === 0) this.#port.keepAlive(false);
    return call;
  }
}
