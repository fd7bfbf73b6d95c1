import type { BlockBackend } from '../../block/block-backend.ts';

/** What a drive asks of its backend. */
export const READ = 1;
export const WRITE = 2;
export const FLUSH = 3;

/** How it went; PENDING: it is told later. */
export const OK = 0;
export const FAILED = 1;
export const PENDING = 2;
export type Result = typeof OK | typeof FAILED | typeof PENDING;

type Done = (ok: boolean) => void;

interface Request {
  readonly kind: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly done: Done;
}

/**
 * The way to a backend: one operation at a time, and in the order in which they were asked for, whatever resets come in
 * between. There is at most one that waits, because a drive asks for the next one only after the last one, or after
 * `cancel`, which drops what waits: so a guest cannot make it grow.
 */
export class BlockPort {
  readonly backend: BlockBackend;
  #running = false;
  #done: Done | undefined;
  #waiting: Request | undefined;

  constructor(backend: BlockBackend) {
    this.backend = backend;
  }

  /** Does it now or, if the backend is busy with what nobody waits for any more, then. @param done called if it is PENDING */
  start(kind: number, offset: number, bytes: Uint8Array, done: Done): Result {
    if (!this.#running) return this.#issue(kind, offset, bytes, done);
    this.#waiting = { kind, offset, bytes, done };
    return PENDING;
  }

  /**
   * Nobody is told any more. What the backend has in hand goes on: a write is not lost.
   * @returns whether the backend still uses the bytes that it was given
   */
  cancel(): boolean {
    this.#done = undefined;
    this.#waiting = undefined;
    return this.#running;
  }

  #issue(kind: number, offset: number, bytes: Uint8Array, done: Done): Result {
    try {
      const promise: unknown = this.#call(kind, offset, bytes);
      if (typeof (promise as PromiseLike<void> | undefined)?.then !== 'function') return OK;
      this.#running = true;
      this.#done = done;
      // A promise of this realm: it settles once, and never at once.
      Promise.resolve(promise).then(
        () => this.#settled(true),
        () => this.#settled(false),
      );
      return PENDING;
    } catch {
      return FAILED;
    }
  }

  #call(kind: number, offset: number, bytes: Uint8Array): unknown {
    const { backend } = this;
    if (kind === WRITE) return backend.write(offset, bytes);
    if (kind === FLUSH) return backend.flush();
    // The last sector of a CD-ROM may not be there as a whole: the rest of it is zeros.
    const there = Math.max(0, Math.min(bytes.length, backend.size - offset));
    if (there < bytes.length) bytes.fill(0, there);
    return there === 0 ? undefined : backend.read(offset, there === bytes.length ? bytes : bytes.subarray(0, there));
  }

  #settled(ok: boolean): void {
    this.#running = false;
    const done = this.#done;
    const next = this.#waiting;
    this.#done = undefined;
    this.#waiting = undefined;
    if (next === undefined) {
      done?.(ok);
      return;
    }
    const result = this.#issue(next.kind, next.offset, next.bytes, next.done);
    if (result !== PENDING) next.done(result === OK);
  }
}
