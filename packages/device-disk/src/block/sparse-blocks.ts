import { VmError } from '@picovm/core';
import { BLOCK_SIZE, type BlockBackend } from './block-backend.ts';
import { blocksFailed, checkInside } from './failure.ts';

/** Bytes of memory that are taken at a time. */
export const CLUSTER = 4096;

/** What {@link sparseBlocks} takes besides its size. */
export interface SparseBlocksOptions {
  /** Bytes of memory that it takes at most; beyond that, writes fail. Default: no bound but the size. */
  readonly maxBytes?: number | undefined;
}

/** A disk of zeros that takes memory only for what was written. */
export interface SparseBlocks extends BlockBackend {
  /** Bytes of memory that are taken: a multiple of 4096. */
  readonly usedBytes: number;
  read(offset: number, out: Uint8Array): void;
  /** @throws VmError `ERR_DEVICE` if there would be more than `maxBytes`; then nothing was written */
  write(offset: number, data: Uint8Array): void;
  flush(): void;
  /** Makes the 4 KiB that begin at a multiple of 4096 zeros, and gives the memory back. */
  forget(offset: number): void;
}

/**
 * Makes a synchronous backend in memory, in pieces of 4 KiB.
 * @param size bytes, a multiple of 512
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function sparseBlocks(
  size: number,
  { maxBytes = Number.POSITIVE_INFINITY }: SparseBlocksOptions = {},
): SparseBlocks {
  if (!Number.isSafeInteger(size) || size < 0 || size % BLOCK_SIZE !== 0) {
    throw new VmError('ERR_INVALID_ARGUMENT', `sparseBlocks takes a multiple of ${BLOCK_SIZE} bytes, not ${size}`, {
      size,
    });
  }
  if (typeof maxBytes !== 'number' || !(maxBytes >= 0)) {
    throw new VmError('ERR_INVALID_ARGUMENT', `maxBytes must be a number of bytes, not ${maxBytes}`, { maxBytes });
  }
  return new SparseMemory(size, maxBytes);
}

class SparseMemory implements SparseBlocks {
  readonly size: number;
  readonly readonly = false;
  readonly #maxBytes: number;
  readonly #clusters = new Map<number, Uint8Array>();

  constructor(size: number, maxBytes: number) {
    this.size = size;
    this.#maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.#clusters.size * CLUSTER;
  }

  read(offset: number, out: Uint8Array): void {
    checkInside(offset, out.length, this.size);
    for (let at = 0; at < out.length; ) {
      const within = (offset + at) % CLUSTER;
      const end = Math.min(out.length, at + CLUSTER - within);
      const cluster = this.#clusters.get(Math.floor((offset + at) / CLUSTER));
      if (cluster === undefined) out.fill(0, at, end);
      else out.set(cluster.subarray(within, within + end - at), at);
      at = end;
    }
  }

  write(offset: number, data: Uint8Array): void {
    checkInside(offset, data.length, this.size);
    this.#checkRoom(offset, data.length);
    for (let at = 0; at < data.length; ) {
      const within = (offset + at) % CLUSTER;
      const end = Math.min(data.length, at + CLUSTER - within);
      this.#cluster(Math.floor((offset + at) / CLUSTER)).set(data.subarray(at, end), within);
      at = end;
    }
  }

  flush(): void {}

  forget(offset: number): void {
    this.#clusters.delete(offset / CLUSTER);
  }

  #cluster(index: number): Uint8Array {
    const there = this.#clusters.get(index);
    if (there !== undefined) return there;
    const made = new Uint8Array(CLUSTER);
    this.#clusters.set(index, made);
    return made;
  }

  #checkRoom(offset: number, length: number): void {
    if (this.#maxBytes === Number.POSITIVE_INFINITY || length === 0) return;
    let more = 0;
    for (let i = Math.floor(offset / CLUSTER); i * CLUSTER < offset + length; i++) if (!this.#clusters.has(i)) more++;
    if (more === 0 || this.usedBytes + more * CLUSTER <= this.#maxBytes) return;
    throw blocksFailed(`what was written does not fit into ${this.#maxBytes} bytes of memory`, {
      maxBytes: this.#maxBytes,
    });
  }
}
