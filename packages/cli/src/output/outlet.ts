import { BufferedWriter } from './buffered-writer.ts';

/** Bytes that may wait for whoever reads our output, before the guest has to wait too. */
const LIMIT = 1 << 20;

/** One of our output streams, as a guest fills it: gathered in blocks, and never more than the reader keeps up with. */
export class Outlet {
  /** Called when so much waits that the guest has to stop. */
  onFull: () => void = () => {};
  readonly #stream: NodeJS.WriteStream;
  readonly #writer: BufferedWriter;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#writer = new BufferedWriter((bytes) => {
      stream.write(bytes);
      if (this.#full) this.onFull();
    });
  }

  write(bytes: Uint8Array): void {
    this.#writer.write(bytes);
  }

  /** Passes on what is still held back. */
  flush(): void {
    this.#writer.flush();
  }

  /** Resolves when the reader has caught up, or is gone. */
  async drained(): Promise<void> {
    if (!this.#full) return;
    await new Promise<void>((resolve) => {
      this.#stream.once('drain', resolve);
      this.#stream.once('close', resolve);
    });
  }

  get #full(): boolean {
    return !this.#stream.destroyed && this.#stream.writableLength >= LIMIT;
  }
}
