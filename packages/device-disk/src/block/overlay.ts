import { VmError } from '@picovm/core';
import { BLOCK_SIZE, type BlockBackend } from './block-backend.ts';
import { checkInside, readonlyBlocks } from './failure.ts';
import { inTurn, isPromise, Turnstile } from './in-turn.ts';
import { CLUSTER, type SparseBlocks, sparseBlocks } from './sparse-blocks.ts';

/** What {@link overlay} takes besides its base. */
export interface OverlayOptions {
  /**
   * Where what is written goes: at least as large as the base. Default: memory. Which parts of it count is known only to
   * the overlay: it is no disk of its own, and worth nothing without it.
   */
  readonly onto?: BlockBackend;
  /** Without `onto`: bytes of memory at most; beyond that, writes fail. Default 1 GiB. */
  readonly maxBytes?: number;
}

/** A backend whose base stays as it is. */
export interface Overlay extends BlockBackend {
  /** Bytes of the base, in pieces of 4 KiB, of which there is something newer. */
  readonly changedBytes: number;
  /**
   * Writes everything to the base, flushes that, and forgets it here. The guest may go on meanwhile: what it writes then
   * stays here. If it fails, nothing is forgotten.
   * @throws VmError `ERR_UNSUPPORTED` if the base is read-only; what the base throws
   */
  commit(): Promise<void>;
  /** Forgets everything that was written. For a guest that is not running: its disk changes under it. */
  discard(): void;
  /** Closes the base, and what the overlay goes onto. What was not committed is lost. */
  close(): Promise<void>;
}

const DEFAULT_MAX_BYTES = 2 ** 30;
const SECTORS = CLUSTER / BLOCK_SIZE;

/**
 * Makes a backend that keeps what is written away from `base`. It is synchronous where what is read or written is in
 * synchronous backends.
 * @throws VmError `ERR_INVALID_ARGUMENT` if `onto` is too small or read-only
 */
export function overlay(base: BlockBackend, { onto, maxBytes = DEFAULT_MAX_BYTES }: OverlayOptions = {}): Overlay {
  if (onto !== undefined && (onto.readonly || onto.size < base.size)) {
    throw new VmError(
      'ERR_INVALID_ARGUMENT',
      `an overlay of ${base.size} bytes goes onto what is as large, and writable`,
    );
  }
  return new OverlayBlocks(base, onto ?? sparseBlocks(base.size, { maxBytes }));
}

interface Run {
  readonly from: number;
  readonly to: number;
  readonly changed: boolean;
}

class OverlayBlocks implements Overlay {
  readonly size: number;
  readonly readonly = false;
  readonly #base: BlockBackend;
  readonly #upper: BlockBackend;
  readonly #turnstile = new Turnstile();
  /** By piece of 4 KiB: its sectors that are in `upper`, a bit each. */
  readonly #changed = new Map<number, number>();
  /** What was written since a commit began. */
  #sinceCommit: Set<number> | undefined;

  constructor(base: BlockBackend, upper: BlockBackend) {
    this.size = base.size;
    this.#base = base;
    this.#upper = upper;
  }

  get changedBytes(): number {
    return this.#changed.size * CLUSTER;
  }

  read(offset: number, out: Uint8Array): void | Promise<void> {
    checkInside(offset, out.length, this.size);
    return this.#turnstile.enter(() =>
      inTurn(this.#runs(offset, out.length), ({ from, to, changed }) =>
        (changed ? this.#upper : this.#base).read(from, out.subarray(from - offset, to - offset)),
      ),
    );
  }

  write(offset: number, data: Uint8Array): void | Promise<void> {
    checkInside(offset, data.length, this.size);
    return this.#turnstile.enter(() => {
      const done = this.#upper.write(offset, data);
      if (isPromise(done)) return done.then(() => this.#mark(offset, data.length));
      return this.#mark(offset, data.length);
    });
  }

  flush(): void | Promise<void> {
    return this.#turnstile.enter(() => this.#upper.flush());
  }

  async commit(): Promise<void> {
    if (this.#base.readonly) throw readonlyBlocks('the base of the overlay');
    if (this.#sinceCommit !== undefined) throw new VmError('ERR_UNSUPPORTED', 'the overlay is being committed already');
    const since = new Set<number>();
    this.#sinceCommit = since;
    try {
      const pieces = [...this.#changed.keys()];
      for (const piece of pieces) await this.#turnstile.enter(() => this.#copyDown(piece));
      // In the same turn, or who reads between the two would find what it reads forgotten.
      const forget = (): void => {
        for (const piece of pieces) if (!since.has(piece)) this.#forget(piece);
      };
      await this.#turnstile.enter(() => {
        const flushed = this.#base.flush();
        return isPromise(flushed) ? flushed.then(forget) : forget();
      });
    } finally {
      this.#sinceCommit = undefined;
    }
  }

  discard(): void {
    for (const piece of [...this.#changed.keys()]) this.#forget(piece);
  }

  async close(): Promise<void> {
    await this.#upper.close?.();
    await this.#base.close?.();
  }

  #copyDown(piece: number): void | Promise<void> {
    const start = piece * CLUSTER;
    const runs = this.#runs(start, Math.min(CLUSTER, this.size - start)).filter(({ changed }) => changed);
    return inTurn(runs, ({ from, to }) => {
      const bytes = new Uint8Array(to - from);
      return inTurn([this.#upper.read.bind(this.#upper), this.#base.write.bind(this.#base)], (act) => act(from, bytes));
    });
  }

  #forget(piece: number): void {
    this.#changed.delete(piece);
    (this.#upper as Partial<SparseBlocks>).forget?.(piece * CLUSTER);
  }

  #mark(offset: number, length: number): void {
    for (let at = offset; at < offset + length; at += BLOCK_SIZE) {
      const piece = Math.floor(at / CLUSTER);
      this.#changed.set(piece, (this.#changed.get(piece) ?? 0) | (1 << ((at / BLOCK_SIZE) % SECTORS)));
      this.#sinceCommit?.add(piece);
    }
  }

  // The stretches that come from one place.
  #runs(offset: number, length: number): readonly Run[] {
    if (this.#changed.size === 0) return [{ from: offset, to: offset + length, changed: false }];
    const runs: Run[] = [];
    for (let at = offset; at < offset + length; at += BLOCK_SIZE) {
      const mask = this.#changed.get(Math.floor(at / CLUSTER)) ?? 0;
      const changed = (mask & (1 << ((at / BLOCK_SIZE) % SECTORS))) !== 0;
      const last = runs.at(-1);
      if (last?.changed === changed) runs[runs.length - 1] = { ...last, to: at + BLOCK_SIZE };
      else runs.push({ from: at, to: at + BLOCK_SIZE, changed });
    }
    return runs;
  }
}
