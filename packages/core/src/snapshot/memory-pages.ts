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
    data.set(region.bytes.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE), i * PAGE_SIZE);
  });
  return { pages: Uint32Array.from(pages), data };
}

/** Makes the region what it was. Pages that are zeros already are not touched: the host need not have them. */
export function restorePages(memory: GuestMemory, region: MemoryRegion, { pages, data }: MemoryPages): void {
  const words = wordsOf(region);
  let next = 0;
  for (let page = 0; page * PAGE_SIZE < region.size; page++) {
    if (page === pages[next]) {
      region.bytes.set(data.subarray(next * PAGE_SIZE, (next + 1) * PAGE_SIZE), page * PAGE_SIZE);
      next++;
    } else if (!isZero(words, page)) {
      words.fill(0, page * PAGE_WORDS, (page + 1) * PAGE_WORDS);
    }
  }
  memory.markDirty(region.base, region.size);
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
