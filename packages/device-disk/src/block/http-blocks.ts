import { VmError } from '@picovm/core';
import { BLOCK_SIZE, type BlockBackend } from './block-backend.ts';
import { blocksFailed, checkInside, paddedSize, readonlyBlocks } from './failure.ts';
import { type HttpFile, openHttpFile } from './http-file.ts';

/** What {@link httpBlocks} takes besides the address. */
export interface HttpBlocksOptions {
  /** Makes the requests. Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** Bytes that are asked for at a time: a multiple of 512, to 16 MiB. Default 65,536. */
  readonly blockSize?: number;
  /** Bytes that are kept in memory, at least those of two blocks. Default 16 MiB. */
  readonly cacheBytes?: number;
  /** Milliseconds after which a request has failed. Default 30,000. */
  readonly timeoutMs?: number;
}

/** Blocks of one request at most, where several that follow each other are missing. */
const MAX_RUN = 16;

/**
 * Opens a file on an HTTP server as a read-only, asynchronous backend: what is read is asked for by range requests, and
 * kept. Reads of what is there are synchronous. The size is rounded up to a multiple of 512 with zeros. A file that
 * changes on the server (its size, ETag or Last-Modified) is a failure, not a mixture of both.
 * @throws VmError `ERR_UNSUPPORTED` if the server cannot do ranges, `ERR_DEVICE` if it does not answer or has no such
 *   file, `ERR_INVALID_ARGUMENT`
 */
export async function httpBlocks(url: string | URL, options: HttpBlocksOptions = {}): Promise<BlockBackend> {
  const { blockSize = 65_536, cacheBytes = 2 ** 24, timeoutMs = 30_000, fetch = globalThis.fetch } = options;
  if (!Number.isInteger(blockSize / BLOCK_SIZE) || blockSize < BLOCK_SIZE || blockSize > 2 ** 24) {
    throw new VmError('ERR_INVALID_ARGUMENT', `blockSize must be a multiple of 512 from 512 to 2^24, not ${blockSize}`);
  }
  if (!(cacheBytes >= 2 * blockSize)) {
    throw new VmError(
      'ERR_INVALID_ARGUMENT',
      `cacheBytes must be at least two blocks of ${blockSize}, not ${cacheBytes}`,
    );
  }
  const { file, first } = await openHttpFile(String(url), blockSize, (target, init) => fetch(target, init), timeoutMs);
  return new HttpBlocks(file, first, blockSize, Math.floor(cacheBytes / blockSize));
}

class HttpBlocks implements BlockBackend {
  readonly size: number;
  readonly readonly = true;
  readonly #file: HttpFile;
  readonly #blockSize: number;
  readonly #maxBlocks: number;
  /** The one that was used last comes last. */
  readonly #cache = new Map<number, Uint8Array>();
  readonly #loading = new Map<number, Promise<Uint8Array>>();

  constructor(file: HttpFile, first: Uint8Array, blockSize: number, maxBlocks: number) {
    this.size = paddedSize(file.length);
    this.#file = file;
    this.#blockSize = blockSize;
    this.#maxBlocks = maxBlocks;
    this.#cache.set(0, first);
  }

  read(offset: number, out: Uint8Array): void | Promise<void> {
    checkInside(offset, out.length, this.size);
    if (out.length === 0) return;
    const first = Math.floor(offset / this.#blockSize);
    const last = Math.floor((offset + out.length - 1) / this.#blockSize);
    const blocks: (Uint8Array | Promise<Uint8Array>)[] = [];
    for (let i = first; i <= last; i++) blocks.push(this.#cached(i) ?? this.#loading.get(i) ?? this.#load(i, last));
    const copy = (all: readonly Uint8Array[]): void => {
      out.fill(0);
      all.forEach((block, i) => {
        const at = (first + i) * this.#blockSize - offset;
        out.set(block.subarray(Math.max(0, -at), Math.max(0, out.length - at)), Math.max(0, at));
      });
    };
    if (blocks.every((block) => block instanceof Uint8Array)) return copy(blocks);
    return Promise.all(blocks).then(copy);
  }

  write(): void {
    throw readonlyBlocks('a disk on an HTTP server');
  }

  flush(): void {}

  close(): void {
    this.#cache.clear();
  }

  #cached(index: number): Uint8Array | undefined {
    const block = this.#cache.get(index);
    if (block !== undefined) {
      this.#cache.delete(index);
      this.#cache.set(index, block);
    }
    return block;
  }

  // Asks for a block, and for those behind it that are missing too.
  #load(index: number, last: number): Promise<Uint8Array> {
    let end = index + 1;
    while (end <= last && end < index + MAX_RUN && !this.#cache.has(end) && !this.#loading.has(end)) end++;
    const size = this.#blockSize;
    const run = this.#file.range(index * size, Math.min(end * size, this.#file.length));
    for (let i = index; i < end; i++) {
      const at = (i - index) * size;
      const block = run.then(
        (bytes) => this.#arrived(i, end - index === 1 ? bytes : bytes.slice(at, at + size)),
        (cause: unknown) => {
          this.#loading.delete(i);
          throw cause instanceof VmError ? cause : blocksFailed(`${this.#file.url} cannot be read`, { cause });
        },
      );
      // Of several that fail together, whoever asked hears of one.
      block.catch(() => {});
      this.#loading.set(i, block);
    }
    return this.#loading.get(index) as Promise<Uint8Array>;
  }

  #arrived(index: number, block: Uint8Array): Uint8Array {
    this.#loading.delete(index);
    this.#cache.set(index, block);
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= this.#maxBlocks) break;
      this.#cache.delete(oldest);
    }
    return block;
  }
}
