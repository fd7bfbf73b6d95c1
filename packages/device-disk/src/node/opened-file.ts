import { blocksFailed, checkInside, paddedSize, readonlyBlocks } from '../block/failure.ts';

/** A file that was opened: what both ways to use it have in common. */
export abstract class OpenedFile {
  readonly path: string;
  readonly size: number;
  readonly readonly: boolean;
  /** Bytes that there were when it was opened. */
  readonly #length: number;
  /** Below 0 when it was closed. */
  #descriptor: number;
  #flushFailure: unknown;

  /** @param length bytes of the file */
  constructor(path: string, descriptor: number, length: number, readonly: boolean) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#length = length;
    this.size = paddedSize(length);
    this.readonly = readonly;
  }

  protected get closed(): boolean {
    return this.#descriptor < 0;
  }

  /** @throws VmError if the file was closed, or these bytes are not in it */
  protected use(offset = 0, length = 0): number {
    if (this.closed) throw blocksFailed(`${this.path} was closed`, { path: this.path });
    checkInside(offset, length, this.size);
    return this.#descriptor;
  }

  /** The same, for what changes the file. */
  protected useToWrite(offset: number, length: number): number {
    if (this.readonly) throw readonlyBlocks(this.path);
    return this.use(offset, length);
  }

  /**
   * The same, to flush it. What one flush could not write out may be forgotten by the system, and the next flush then says
   * that all is well: so after a failure all of them fail.
   */
  protected useToFlush(): number {
    if (this.#flushFailure !== undefined) throw this.#flushFailure;
    return this.use();
  }

  protected flushFailed(cause: unknown): never {
    this.#flushFailure = this.failed('what was written cannot be made to last', cause);
    throw this.#flushFailure;
  }

  /** @returns the descriptor, which nobody else uses any more */
  protected leave(): number {
    const descriptor = this.#descriptor;
    this.#descriptor = -1;
    return descriptor;
  }

  /** The file ends `at` bytes after `offset`. Only what fills up its last block may be missing: that is zeros. */
  protected endsAt(offset: number, at: number, out: Uint8Array): void {
    if (offset + at < this.#length) {
      throw blocksFailed(`${this.path} is shorter than when it was opened: it ends at ${offset + at}`, {
        path: this.path,
      });
    }
    out.fill(0, at);
  }

  protected failed(what: string, cause: unknown): Error {
    const { code } = cause as { code?: unknown };
    return blocksFailed(`${this.path}: ${what} (${String(code ?? cause)})`, { path: this.path, code, cause });
  }
}
