import { close, fdatasync, read, write } from 'node:fs';
import { promisify } from 'node:util';
import type { FileBlocks } from './file-blocks.ts';
import type { FileLock } from './file-lock.ts';
import { OpenedFile } from './opened-file.ts';

const readPart = promisify(read);
const writePart = promisify(write);
const sync = promisify(fdatasync);
const closeFile = promisify(close);

/** A file that is read and written by the host's threads while the guest goes on. */
export class AsyncFile extends OpenedFile implements FileBlocks {
  readonly #lock: FileLock | undefined;
  /** What is under way: a descriptor must not be closed under it. */
  readonly #active = new Set<Promise<void>>();

  constructor(path: string, descriptor: number, length: number, readonly: boolean, lock: FileLock | undefined) {
    super(path, descriptor, length, readonly);
    this.#lock = lock;
  }

  read(offset: number, out: Uint8Array): Promise<void> {
    return this.#run(async () => {
      const descriptor = this.use(offset, out.length);
      for (let at = 0; at < out.length; ) {
        const done = readPart(descriptor, out, at, out.length - at, offset + at);
        const { bytesRead } = await this.#try('cannot be read', done);
        if (bytesRead === 0) {
          this.endsAt(offset, at, out);
          return;
        }
        at += bytesRead;
      }
    });
  }

  write(offset: number, data: Uint8Array): Promise<void> {
    return this.#run(async () => {
      const descriptor = this.useToWrite(offset, data.length);
      for (let at = 0; at < data.length; ) {
        const done = writePart(descriptor, data, at, data.length - at, offset + at);
        const { bytesWritten } = await this.#try('cannot be written', done);
        if (bytesWritten === 0) throw this.failed('cannot be written', 'nothing was taken');
        at += bytesWritten;
      }
    });
  }

  flush(): Promise<void> {
    return this.#run(async () => {
      const descriptor = this.useToFlush();
      if (!this.readonly) await sync(descriptor).catch((cause: unknown) => this.flushFailed(cause));
    });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    const descriptor = this.leave();
    await Promise.allSettled(this.#active);
    await closeFile(descriptor);
    this.#lock?.release();
  }

  #run(act: () => Promise<void>): Promise<void> {
    const done = act();
    const settled: Promise<void> = done.then(
      () => void this.#active.delete(settled),
      () => void this.#active.delete(settled),
    );
    this.#active.add(settled);
    return done;
  }

  #try<T>(what: string, done: Promise<T>): Promise<T> {
    return done.catch((cause: unknown) => {
      throw this.failed(what, cause);
    });
  }
}
