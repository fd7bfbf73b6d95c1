/** Takes bytes for the guest and says how many it took; nothing: all. */
export type Receive = (bytes: Uint8Array) => number | undefined | void;

interface Waiting {
  bytes: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The bytes on their way from the host to one of the guest's devices, which takes them as it has room. */
export class Incoming {
  readonly #receive: Receive;
  readonly #waiting: Waiting[] = [];

  constructor(receive: Receive) {
    this.#receive = receive;
  }

  /** Resolves when the device has taken all bytes. */
  send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject });
      this.offer();
    });
  }

  /** Offers the device what waits. */
  offer(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      try {
        const taken = this.#receive(first.bytes) ?? first.bytes.length;
        if (taken < first.bytes.length) {
          first.bytes = first.bytes.subarray(Math.max(0, taken));
          return;
        }
        first.resolve();
      } catch (error) {
        first.reject(error);
      }
      this.#waiting.shift();
    }
  }
}
