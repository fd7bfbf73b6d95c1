import { BASE } from './layout.test-util.ts';

/** A descriptor of the LDT, as `struct user_desc` of modify_ldt has it. All have DPL 3, and are accessed. */
interface Entry {
  readonly base: number;
  /** The last offset; of an expand-down segment, the one below the first. */
  readonly limit: number;
  readonly kind: 'data' | 'expand-down' | 'code' | 'conforming';
  /** D/B. */
  readonly wide: boolean;
  /** Data cannot be written, or code not be read. */
  readonly restricted?: boolean;
  readonly absent?: boolean;
}

const FLAT = { base: 0, limit: 0xffffffff } as const;
const LOW = { base: BASE, limit: 0xffff } as const;

const ENTRIES: Readonly<Record<string, Entry>> = {
  code16: { ...LOW, kind: 'code', wide: false },
  data16: { ...LOW, kind: 'data', wide: false },
  data32: { ...LOW, kind: 'data', wide: true },
  small: { base: BASE + 0x4000, limit: 0xfff, kind: 'data', wide: true },
  expandDown: { base: BASE, limit: 0x4fff, kind: 'expand-down', wide: true },
  readOnly: { ...LOW, kind: 'data', wide: true, restricted: true },
  executeOnly: { ...FLAT, kind: 'code', wide: true, restricted: true },
  code32: { ...FLAT, kind: 'code', wide: true },
  absentConforming: { ...FLAT, kind: 'conforming', wide: true, absent: true },
  absentData: { ...LOW, kind: 'data', wide: true, absent: true },
  absentCode: { ...FLAT, kind: 'code', wide: true, absent: true },
  lowCode32: { ...LOW, kind: 'code', wide: true },
};

/** The number of descriptors that the driver reads; what is behind those above is null. */
const COUNT = 16;
const KINDS = ['data', 'expand-down', 'code', 'conforming'] as const;

/** Selectors of the LDT by name, and those of the GDT that user programs of Linux run with. */
export const SELECTOR = {
  userCode: 0x23,
  userData: 0x2b,
  code16: 0x07,
  data16: 0x0f,
  data32: 0x17,
  small: 0x1f,
  expandDown: 0x27,
  readOnly: 0x2f,
  code32: 0x3f,
  lowCode32: 0x5f,
} as const;

/** Selectors to load and to ask about. */
export const SELECTORS: readonly number[] = [
  ...Object.keys(ENTRIES).map((_, n) => n * 8 + 7),
  // Other RPLs, an empty descriptor, and one behind the end.
  ...[0x04, 0x0d, 0x16, 0x3e, 0x77, 0x7f, 0x87, 0xffff],
  // Null selectors; the GDT of Linux: code and data of the user and of the kernel, TSS, LDT, and one behind the end.
  ...[0, 1, 2, 3, 0x20, 0x21, 0x23, 0x28, 0x2a, 0x2b, 0x08, 0x0b, 0x10, 0x18, 0x1b, 0x40, 0x50, 0x80, 0xfffb],
];

/** The base and the offsets that may be used, of the segments that cases begin with. Of a null selector: any. */
export function extentOf(selector: number): { base: number; first: number; last: number } {
  if (selector < 4) return { base: BASE, first: 0, last: 0xffff };
  const entry = (selector & 4) === 0 ? undefined : Object.values(ENTRIES)[selector >> 3];
  if (entry === undefined) return { base: 0, first: 0, last: 0xffffffff };
  if (entry.kind === 'expand-down') return { base: entry.base, first: entry.limit + 1, last: 0xffffffff };
  return { base: entry.base, first: 0, last: entry.limit };
}

/** The descriptors for modify_ldt. */
export function userDescriptors(): Uint8Array {
  const words = new Uint32Array(COUNT * 4);
  const entries = Object.values(ENTRIES);
  for (let n = 0; n < COUNT; n++) {
    const entry = entries[n];
    // An empty one is told by these flags.
    const empty = 0x28;
    const pages = entry !== undefined && entry.limit > 0xfffff;
    words[n * 4] = n;
    if (entry === undefined) {
      words[n * 4 + 3] = empty;
      continue;
    }
    words[n * 4 + 1] = entry.base;
    words[n * 4 + 2] = pages ? entry.limit >>> 12 : entry.limit;
    words[n * 4 + 3] =
      Number(entry.wide) |
      (KINDS.indexOf(entry.kind) << 1) |
      (Number(entry.restricted === true) << 3) |
      (Number(pages) << 4) |
      (Number(entry.absent === true) << 5) |
      0x40;
  }
  return new Uint8Array(words.buffer);
}

/** The same LDT as it is in memory. */
export function ldt(): Uint8Array {
  const words = new Uint32Array(COUNT * 2);
  Object.values(ENTRIES).forEach((entry, n) => {
    const pages = entry.limit > 0xfffff;
    const kind = KINDS.indexOf(entry.kind);
    const type = (kind << 2) | (entry.restricted === true ? 0 : 2) | 1;
    const access = type | 0x70 | (entry.absent === true ? 0 : 0x80);
    const flags = (pages ? 8 : 0) | (entry.wide ? 4 : 0) | 1;
    write(words, n, entry.base, pages ? entry.limit >>> 12 : entry.limit, access, flags);
  });
  return new Uint8Array(words.buffer);
}

/** The GDT of Linux for x86-64, as far as 32-bit programs see it. @param tss its linear address @param ldtAt likewise */
export function gdt(tss: number, ldtAt: number): Uint8Array {
  const words = new Uint32Array(COUNT * 2);
  write(words, 1, 0, 0xfffff, 0x9b, 0xc);
  write(words, 2, 0, 0xfffff, 0x9b, 0xa);
  write(words, 3, 0, 0xfffff, 0x93, 0xc);
  write(words, 4, 0, 0xfffff, 0xfb, 0xc);
  write(words, 5, 0, 0xfffff, 0xf3, 0xc);
  write(words, 6, 0, 0xfffff, 0xfb, 0xa);
  write(words, 8, tss, 0x67, 0x8b, 0);
  write(words, 10, ldtAt, COUNT * 8 - 1, 0x82, 0);
  return new Uint8Array(words.buffer);
}

function write(words: Uint32Array, n: number, base: number, limit: number, access: number, flags: number): void {
  words[n * 2] = (limit & 0xffff) | (base << 16);
  words[n * 2 + 1] = ((base >>> 16) & 0xff) | (access << 8) | (limit & 0xf0000) | (flags << 20) | (base & 0xff000000);
}
