import { BufferedWriter } from './buffered-writer.ts';

/** Bytes that may wait for whoever reads our output, before the guest has to wait too. */
const LIMIT = 1 << 20;

/** One of our output streams, as a guest fills it: gathered in blocks, and never more than the reader keeps up with. */
export class Outlet {
  /** Called when so much waits that the guest has to stop, with each block until it does. */
  onFull: () => void = () => {};
  readonly #open: () => NodeJS.WriteStream;
  readonly #writer: BufferedWriter;
  #stream: NodeJS.WriteStream | undefined;

  /** @param open gives the stream; called at the first write, because Node makes its standard streams when asked */
  constructor(open: () => NodeJS.WriteStream) {
    this.#open = open;
    this.#writer = new BufferedWriter((bytes) => {
      this.#stream ??= this.#open();
      this.#stream.write(bytes);
      if (isFull(this.#stream)) this.onFull();
    });
  }

  write(bytes: Uint8Array): void {
    this.#writer.write(bytes);
  }

  /** Passes on what is still held back. */
  flush(): void {
    this.#writer.flush();
  }

  /** Whether so much waits that the guest has to stop. */
  get full(): boolean {
    return this.#stream !== undefined && isFull(this.#stream);
  }

  /** Resolves when the reader has caught up, or is gone. */
  async drained(): Promise<void> {
    const stream = this.#stream;
    if (stream === undefined || !this.full) return;
    await new Promise<void>((resolve) => {
      stream.once('drain', resolve);
      stream.once('close', resolve);
    });
  }
}

function isFull(stream: NodeJS.WriteStream): boolean {
  return !stream.destroyed && stream.writableLength >= LIMIT;
}
