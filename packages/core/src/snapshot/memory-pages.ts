import { PAGE_SIZE } from '../memory/arena.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import type { MemoryRegion } from '../memory/region.ts';
import type { MemoryPages } from './vm-snapshot.ts';

const PAGE_WORDS = PAGE_SIZE / 4;

/** A copy of the pages of a region that are not all zeros. */
export function copyPages(region: MemoryRegion): MemoryPages {
  const words = wordsOf(region);
  const pages: number[] = [];
  for (let page = 0; page * PAGE_SIZE < region.size; page++) if (!isZero(words, page)) pages.push(page);
  const data = new Uint8Array(pages.length * PAGE_SIZE);
  pages.forEach((page, i) => {
    data.set(pageOf(region.bytes, page), i * PAGE_SIZE);
  });
  return { pages: Uint32Array.from(pages), data };
}

/**
 * Makes a region what a snapshot has. Pages that are so already are not touched: the host need not have those of zeros,
 * and what was there is only kept of the others.
 * @returns what puts back what was there
 */
export function replacePages(memory: GuestMemory, region: MemoryRegion, { pages, data }: MemoryPages): () => void {
  const words = wordsOf(region);
  // In a file, the pages may begin anywhere.
  const dataWords =
    data.byteOffset % 4 === 0 ? new Int32Array(data.buffer, data.byteOffset, data.length / 4) : undefined;
  const isSame = (page: number, index: number): boolean =>
    dataWords !== undefined
      ? hasSame(words, page, dataWords, index, PAGE_WORDS)
      : hasSame(region.bytes, page, data, index, PAGE_SIZE);
  /** By page; undefined: zeros. */
  const before = new Map<number, Uint8Array | undefined>();
  let next = 0;
  for (let page = 0; page * PAGE_SIZE < region.size; page++) {
    const wanted = page === pages[next] ? pageOf(data, next++) : undefined;
    const here = pageOf(region.bytes, page);
    if (isZero(words, page)) {
      if (wanted === undefined) continue;
      before.set(page, undefined);
    } else {
      if (wanted !== undefined && isSame(page, next - 1)) continue;
      before.set(page, here.slice());
    }
    setPage(here, wanted);
  }
  memory.markDirty(region.base, region.size);
  return () => {
    for (const [page, bytes] of before) setPage(pageOf(region.bytes, page), bytes);
    memory.markDirty(region.base, region.size);
  };
}

function pageOf(bytes: Uint8Array, page: number): Uint8Array {
  return bytes.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
}

function setPage(bytes: Uint8Array, wanted: Uint8Array | undefined): void {
  if (wanted === undefined) bytes.fill(0);
  else bytes.set(wanted);
}

type Elements = Uint8Array | Int32Array;

// Page `i` of one against page `j` of the other, each of so many elements.
function hasSame(a: Elements, i: number, b: Elements, j: number, count: number): boolean {
  for (let k = 0; k < count; k++) if (a[i * count + k] !== b[j * count + k]) return false;
  return true;
}

// Regions begin at multiples of a page in the arena.
function wordsOf({ bytes, size }: MemoryRegion): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, size / 4);
}

function isZero(words: Int32Array, page: number): boolean {
  const end = (page + 1) * PAGE_WORDS;
  for (let i = page * PAGE_WORDS; i < end; i++) if (words[i] !== 0) return false;
  return true;
}
