import { RECORD, RECORD_SHIFT } from './record.ts';

const PAGE = 4096;
/** Instructions have at most 15 bytes, so that the last one of a page ends at most 14 records behind it. */
const TAIL = 16;
const PAGE_WORDS = (PAGE + TAIL) << RECORD_SHIFT;
/** A page on which nothing is ever decoded: code runs there whose instructions must be fetched anew each time. */
export const UNCACHED_PAGE = 0;
/** The record that such instructions are decoded into. */
export const SCRATCH: number = PAGE_WORDS;
const FIRST_PAGE = PAGE_WORDS + 8;
const INITIAL_PAGES = 4;
const MAX_PAGES = 128;
/** Writes next to code, after which it is looked whether there is still code: at once after one of a whole page. */
const RECOUNT_AFTER = 256;
const OP_BEHIND_PAGE = 1;

/**
 * The decoded copies of pages that were executed, by physical page (its place in the arena) and code size. A record is
 * decoded when it is first run, and forgotten when a byte of it is written.
 */
export class CodeCache {
  /** All records; replaced by a larger array when it grows (only in {@link pageFor}). */
  code: Int32Array = new Int32Array(0);
  /** Two words a page of the arena: a bit for each 64 bytes that hold decoded code. */
  readonly lines: Int32Array;
  /** Called when pages begin to hold code, so that writes to them are watched. */
  onNewCode: () => void = () => {};
  /** Called when all decoded pages were forgotten. */
  onFlush: () => void = () => {};
  /** How many pages were decoded, how often all were forgotten, and writes that hit decoded code. */
  pageCount = 0;
  flushCount = 0;
  writeCount = 0;
  readonly #pages: readonly [Int32Array, Int32Array];
  #owners: number[] = [];
  #capacity = 0;
  #staleWrites = 0;

  /** @param arenaPages pages of 4096 bytes in the arena */
  constructor(arenaPages: number) {
    this.lines = new Int32Array(arenaPages * 2);
    this.#pages = [new Int32Array(arenaPages), new Int32Array(arenaPages)];
  }

  /** The decoded copy of a page. @param arenaPage its number in the arena @param size 0 for 16-bit code, 1 for 32 */
  pageFor(arenaPage: number, size: 0 | 1): number {
    const known = this.#pages[size][arenaPage];
    return known !== 0 ? known : this.#newPage(arenaPage, size);
  }

  /** Makes room for the first page. Called before anything runs. */
  prepare(): void {
    if (this.#capacity === 0) this.#resize(INITIAL_PAGES);
  }

  /** Notes that the bytes from `at` (an arena offset) on were decoded. They lie on one page. */
  mark(at: number, length: number): void {
    const { lines } = this;
    const last = (at + length - 1) >>> 6;
    for (let line = at >>> 6; line <= last; line++) {
      const word = line >>> 5;
      const page = (line >>> 6) << 1;
      const fresh = (lines[page] | lines[page + 1]) === 0;
      lines[word] |= 1 << (line & 31);
      if (fresh) this.onNewCode();
    }
  }

  /** Whether the page of the arena holds decoded code. */
  hasCode(arenaPage: number): boolean {
    return (this.lines[arenaPage << 1] | this.lines[(arenaPage << 1) + 1]) !== 0;
  }

  /** Whether there is decoded code in the lines of 64 bytes of an operand of up to that. It lies on one page. */
  hasCodeAt(at: number, size: number): boolean {
    const first = at >>> 6;
    const last = (at + size - 1) >>> 6;
    return (
      ((this.lines[first >>> 5] >>> (first & 31)) & 1) !== 0 || ((this.lines[last >>> 5] >>> (last & 31)) & 1) !== 0
    );
  }

  /** Forgets what was decoded from the bytes at `at` (an arena offset). They lie on one page. */
  written(at: number, length: number): void {
    const { lines } = this;
    const first = at >>> 6;
    const last = (at + length - 1) >>> 6;
    for (let line = first; line <= last; line++) {
      if ((lines[line >>> 5] & (1 << (line & 31))) !== 0) {
        this.#forget(at >>> 12, at & (PAGE - 1), length);
        return;
      }
    }
  }

  /** The same for any range of the arena. */
  writtenRange(at: number, length: number): void {
    for (let done = 0; done < length; ) {
      const part = Math.min(PAGE - ((at + done) & (PAGE - 1)), length - done);
      if (this.hasCode((at + done) >>> 12)) this.written(at + done, part);
      done += part;
    }
  }

  #forget(arenaPage: number, offset: number, length: number): void {
    this.writeCount++;
    for (const pages of this.#pages) {
      const base = pages[arenaPage];
      if (base !== 0) this.#forgetRecords(base, offset, length);
    }
    if (length === PAGE || ++this.#staleWrites >= RECOUNT_AFTER) {
      this.#staleWrites = 0;
      this.#recount(arenaPage);
    }
  }

  // A record is hit if it begins in the range, or begins before and reaches into it.
  #forgetRecords(base: number, offset: number, length: number): void {
    const { code } = this;
    for (let i = Math.max(0, offset - 14); i < offset; i++) {
      const rec = base + (i << RECORD_SHIFT);
      if (code[rec] !== 0 && i + (code[rec + RECORD.LENGTH] >> RECORD_SHIFT) > offset) code[rec] = 0;
    }
    for (let i = offset; i < offset + length; i++) code[base + (i << RECORD_SHIFT)] = 0;
  }

  // Code that was overwritten by data leaves its lines marked; this finds out which still hold any.
  #recount(arenaPage: number): void {
    const { code, lines } = this;
    lines[arenaPage << 1] = 0;
    lines[(arenaPage << 1) + 1] = 0;
    for (const pages of this.#pages) {
      const base = pages[arenaPage];
      for (let i = 0; base !== 0 && i < PAGE; i++) {
        const rec = base + (i << RECORD_SHIFT);
        if (code[rec] === 0) continue;
        const last = (i + (code[rec + RECORD.LENGTH] >> RECORD_SHIFT) - 1) >>> 6;
        for (let line = i >>> 6; line <= last; line++) lines[(arenaPage << 1) + (line >>> 5)] |= 1 << (line & 31);
      }
    }
  }

  #newPage(arenaPage: number, size: 0 | 1): number {
    if (this.#owners.length === this.#capacity) {
      if (this.#capacity < MAX_PAGES) this.#resize(this.#capacity * 2);
      else this.flush();
    }
    this.pageCount++;
    const base = FIRST_PAGE + this.#owners.length * PAGE_WORDS;
    this.#owners.push(arenaPage * 2 + size);
    this.#pages[size][arenaPage] = base;
    return base;
  }

  #resize(capacity: number): void {
    const larger = new Int32Array(FIRST_PAGE + capacity * PAGE_WORDS);
    larger.set(this.code);
    for (let page = this.#capacity === 0 ? -1 : this.#capacity; page < capacity; page++) {
      const end = (page < 0 ? 0 : FIRST_PAGE + page * PAGE_WORDS) + (PAGE << RECORD_SHIFT);
      for (let i = 0; i < TAIL; i++) larger[end + (i << RECORD_SHIFT)] = OP_BEHIND_PAGE;
    }
    this.code = larger;
    this.#capacity = capacity;
  }

  /** Forgets everything. */
  flush(): void {
    this.flushCount++;
    for (let n = 0; n < this.#owners.length; n++) {
      const owner = this.#owners[n];
      const base = FIRST_PAGE + n * PAGE_WORDS;
      this.code.fill(0, base, base + (PAGE << RECORD_SHIFT));
      this.#pages[owner & 1][owner >>> 1] = 0;
      this.lines[(owner >>> 1) << 1] = 0;
      this.lines[((owner >>> 1) << 1) + 1] = 0;
    }
    this.#owners = [];
    this.onFlush();
  }
}
