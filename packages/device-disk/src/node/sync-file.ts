import { closeSync, fdatasyncSync, readSync, writeSync } from 'node:fs';
import type { FileBlocks } from './file-blocks.ts';
import type { FileLock } from './file-lock.ts';
import { OpenedFile } from './opened-file.ts';

/** A file that is read and written within the guest's own command. */
export class SyncFile extends OpenedFile implements FileBlocks {
  readonly #lock: FileLock | undefined;
  /** Something may not be on the disk yet: from before it was opened, too. */
  #unflushed = true;

  constructor(path: string, descriptor: number, length: number, readonly: boolean, lock: FileLock | undefined) {
    super(path, descriptor, length, readonly);
    this.#lock = lock;
  }

  read(offset: number, out: Uint8Array): void {
    const descriptor = this.use(offset, out.length);
    for (let at = 0; at < out.length; ) {
      const count = this.#try('cannot be read', () => readSync(descriptor, out, at, out.length - at, offset + at));
      if (count === 0) {
        this.endsAt(offset, at, out);
        return;
      }
      at += count;
    }
  }

  write(offset: number, data: Uint8Array): void {
    const descriptor = this.useToWrite(offset, data.length);
    this.#unflushed = true;
    for (let at = 0; at < data.length; ) {
      const count = this.#try('cannot be written', () =>
        writeSync(descriptor, data, at, data.length - at, offset + at),
      );
      if (count === 0) throw this.failed('cannot be written', 'nothing was taken');
      at += count;
    }
  }

  flush(): void {
    const descriptor = this.useToFlush();
    // Milliseconds each, also of a file that has nothing to be written out: a guest may ask thousands of times in one instruction.
    if (this.readonly || !this.#unflushed) return;
    try {
      fdatasyncSync(descriptor);
      this.#unflushed = false;
    } catch (cause) {
      this.flushFailed(cause);
    }
  }

  close(): void {
    if (this.closed) return;
    closeSync(this.leave());
    this.#lock?.release();
  }

  #try(what: string, act: () => number): number {
    try {
      return act();
    } catch (cause) {
      throw this.failed(what, cause);
    }
  }
}
