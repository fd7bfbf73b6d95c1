import type { BiosBlocks } from '../connection.ts';

const MOST = 16;
const TOKENS = 254;
/** The token of who waits for a backend that is still at work for somebody else. */
const QUEUED = 255;

/** Bytes that are to be read or written. */
export interface Transfer {
  /** Where. */
  readonly blocks: BiosBlocks;
  /** Bytes from the beginning. */
  readonly offset: number;
  /** How many bytes are read, if nothing is written. */
  readonly length: number;
  /** What is written. */
  readonly data?: Uint8Array;
}

/** How far one is. `busy`: ask again with its token. */
export type Progress =
  | { readonly state: 'done'; readonly data: Uint8Array }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'busy'; readonly token: number };

interface Pending {
  readonly transfer: Transfer;
  progress: Progress;
}

/**
 * Transfers of backends that do not answer at once. They are what the BIOS has beside the guest's memory: after a snapshot is
 * restored, or the machine was reset, none is known, and a stub that still waits for one starts it again. Reads and whole
 * sectors written twice do no harm.
 *
 * A backend does one thing at a time, also for who has left his call, or for a machine that was reset since: so what a guest
 * makes the host do is bounded, and what was written earlier does not come after what is written now.
 */
export class Transfers {
  readonly #pending = new Map<number, Pending>();
  /** The backends that are at work. */
  readonly #busy = new Set<BiosBlocks>();
  #next = 1;

  /** How many there are. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Starts a transfer, or sees how far it is.
   * @param token 0 to start, or the token that a `busy` gave
   */
  advance(token: number, transfer: Transfer): Progress {
    const known = this.#pending.get(token);
    if (known === undefined || !same(known.transfer, transfer)) return this.#start(transfer);
    if (known.progress.state !== 'busy') this.#pending.delete(token);
    return known.progress;
  }

  /** Forgets all. What backends have in hand goes on. */
  clear(): void {
    this.#pending.clear();
  }

  #start(transfer: Transfer): Progress {
    if (this.#busy.has(transfer.blocks)) return { state: 'busy', token: QUEUED };
    const { blocks, offset, length, data = new Uint8Array(length) } = transfer;
    const done: Progress = { state: 'done', data };
    try {
      const result = transfer.data === undefined ? blocks.read(offset, data) : blocks.write(offset, data);
      if (result === undefined || typeof result.then !== 'function') return done;
      return this.#wait(transfer, result, done);
    } catch (error) {
      return { state: 'failed', error };
    }
  }

  #wait(transfer: Transfer, result: Promise<void>, done: Progress): Progress {
    const token = this.#free();
    const pending: Pending = { transfer, progress: { state: 'busy', token } };
    const ended = (progress: Progress): void => {
      pending.progress = progress;
      this.#busy.delete(transfer.blocks);
    };
    this.#busy.add(transfer.blocks);
    // A promise of this realm: it settles once, whatever the backend gave.
    Promise.resolve(result).then(
      () => ended(done),
      (error: unknown) => ended({ state: 'failed', error }),
    );
    this.#pending.set(token, pending);
    return pending.progress;
  }

  // A guest may leave calls unfinished and make others: the oldest is forgotten.
  #free(): number {
    if (this.#pending.size >= MOST) this.#pending.delete(this.#pending.keys().next().value as number);
    while (this.#pending.has(this.#next)) this.#next = (this.#next % TOKENS) + 1;
    const token = this.#next;
    this.#next = (token % TOKENS) + 1;
    return token;
  }
}

function same(a: Transfer, b: Transfer): boolean {
  const sameWay = (a.data === undefined) === (b.data === undefined);
  return sameWay && a.blocks === b.blocks && a.offset === b.offset && a.length === b.length;
}
