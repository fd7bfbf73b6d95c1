import { PAGE_SIZE } from './arena.ts';
import type { MemoryRegion } from './region.ts';

/** What an accelerator knows of the pages that the guest wrote. */
export interface DirtySource {
  /** Begins to note writes to `region`. */
  start(region: MemoryRegion): void;
  /** Ends it. */
  stop(region: MemoryRegion): void;
  /** Sets a bit in `bitmap` (bit n: page n of the region) for each page written since the last call or the start. */
  collect(region: MemoryRegion, bitmap: Uint8Array): void;
}

/** The pages written since the log was started, by the guest and by the host alike. */
export interface DirtyLog {
  /** Whether writes are being noted. */
  readonly enabled: boolean;
  /** Starts noting writes, from an empty log. */
  start(): void;
  /** Stops noting writes, and forgets. */
  stop(): void;
  /** @returns the guest-physical addresses of the pages written since the last call, in ascending order */
  take(): number[];
}

/** Merges the accelerator's log of guest writes with the host's own. One bit a page. */
export class DirtyPages implements DirtyLog {
  readonly #regions: readonly MemoryRegion[];
  readonly #sources = new Set<DirtySource>();
  #bitmaps: Map<MemoryRegion, Uint8Array> | undefined;

  /** A log that is not started. */
  constructor(regions: readonly MemoryRegion[]) {
    this.#regions = regions;
  }

  get enabled(): boolean {
    return this.#bitmaps !== undefined;
  }

  /** Adds the log of an accelerator, until the returned object is disposed. */
  addSource(source: DirtySource): Disposable {
    this.#sources.add(source);
    if (this.enabled) for (const region of this.#regions) source.start(region);
    return { [Symbol.dispose]: () => this.#sources.delete(source) };
  }

  start(): void {
    this.stop();
    this.#bitmaps = new Map(this.#regions.map((region) => [region, newBitmap(region)]));
    for (const source of this.#sources) for (const region of this.#regions) source.start(region);
  }

  stop(): void {
    if (this.#bitmaps === undefined) return;
    for (const source of this.#sources) for (const region of this.#regions) source.stop(region);
    this.#bitmaps = undefined;
  }

  mark(address: number, length: number): void {
    if (this.#bitmaps === undefined || length <= 0) return;
    for (const [region, bitmap] of this.#bitmaps) {
      const first = Math.max(address, region.base);
      const last = Math.min(address + length, region.end) - 1;
      if (first > last) continue;
      const lastPage = Math.floor((last - region.base) / PAGE_SIZE);
      for (let page = Math.floor((first - region.base) / PAGE_SIZE); page <= lastPage; page++) {
        bitmap[page >>> 3] = bitmap[page >>> 3] | (1 << (page & 7));
      }
    }
  }

  take(): number[] {
    const pages: number[] = [];
    for (const [region, bitmap] of this.#bitmaps ?? []) {
      for (const source of this.#sources) source.collect(region, bitmap);
      for (let page = 0; page < region.size / PAGE_SIZE; page++) {
        if ((bitmap[page >>> 3] & (1 << (page & 7))) !== 0) pages.push(region.base + page * PAGE_SIZE);
      }
      bitmap.fill(0);
    }
    return pages;
  }
}

// Whole 64-bit words, because that is how KVM fills a bitmap.
function newBitmap(region: MemoryRegion): Uint8Array {
  return new Uint8Array(Math.ceil(region.size / PAGE_SIZE / 64) * 8);
}
