import { COUNT } from './counts.ts';
import type { Cpu } from './cpu.ts';
import { arenaOffset, drive, findRegion } from './physical.ts';
import { SLOT } from './state-layout.ts';

/** What an access does, in the bits of a page fault's error code (Intel SDM volume 3A, section 4.7). */
export const ACCESS = { READ: 0, WRITE: 2, USER: 4, FETCH: 16 } as const;
/** The other bits of the error code: the page is there; a reserved bit is set. */
const CODE = { PRESENT: 1, RESERVED: 8 } as const;

/** What `cpu.paging` holds: 0 if there is no paging, else `ON` and what of it is in use. */
export const PAGING = { ON: 1, PSE: 2, PAE: 4, WP: 8, NX: 16, GLOBAL: 32, PSE36: 64 } as const;

/** What `cpu.pageFlags` says of a page: it is global; a write changes no bit of its entry, and is allowed. */
export const PAGE_FLAG = { GLOBAL: 1, WRITABLE: 2 } as const;

/** Bits of the entries of page directories and page tables (Intel SDM volume 3A, section 4.3). */
export const ENTRY = { P: 1, RW: 2, US: 4, A: 0x20, D: 0x40, PS: 0x80, G: 0x100 } as const;
/** Reserved in the upper half of PAE entries: what is above 36 address lines, less the sign bit, which is XD. */
const PAE_HIGH_RESERVED = 0x7ffffff0;
/** Reserved in a PDPTE, lower half (table 4-8). */
const PDPTE_RESERVED = 0x1e6;
/** Reserved in a page-directory entry of a 2-MByte page. */
const PAGE_2M_RESERVED = 0x1fe000;
const TWO_32 = 2 ** 32;

/** The entries of the walk that came last: their addresses (-1 if there is none), contents, and rights together. */
let directoryAt = -1;
let directory = 0;
let leafAt = -1;
let leaf = 0;
let rights = 0;

/**
 * Finds the page of a linear address, and changes nothing.
 * @returns its physical address; or, if the access is not allowed, -1 less the error code
 */
function find(cpu: Cpu, linear: number, access: number): number {
  return (cpu.paging & PAGING.PAE) !== 0 ? findPae(cpu, linear, access) : find32(cpu, linear, access);
}

// 32-bit paging: section 4.3.
function find32(cpu: Cpu, linear: number, access: number): number {
  directoryAt = ((cpu.state[SLOT.CR3] & -4096) >>> 0) + ((linear >>> 22) << 2);
  directory = readEntry(cpu, directoryAt);
  if ((directory & ENTRY.P) === 0) return absent(cpu, access);
  if ((directory & ENTRY.PS) !== 0 && (cpu.paging & PAGING.PSE) !== 0) {
    leafAt = directoryAt;
    leaf = directory;
    directoryAt = -1;
    // With PSE-36, bits 13 to 16 are bits 32 to 35 of the address; bits above are reserved.
    const wide = (cpu.paging & PAGING.PSE36) !== 0;
    if ((leaf & (wide ? 0x3e0000 : 0x3ff000)) !== 0) return reserved(cpu, access);
    const high = wide ? (leaf >>> 13) & 15 : 0;
    return allowed(cpu, leaf, 0, access, high * TWO_32 + (((leaf & 0xffc00000) | (linear & 0x3ff000)) >>> 0));
  }
  leafAt = ((directory & -4096) >>> 0) + (((linear >>> 12) & 0x3ff) << 2);
  leaf = readEntry(cpu, leafAt);
  if ((leaf & ENTRY.P) === 0) return absent(cpu, access);
  return allowed(cpu, directory & leaf, 0, access, (leaf & -4096) >>> 0);
}

// PAE paging: section 4.4.
function findPae(cpu: Cpu, linear: number, access: number): number {
  const pointer = SLOT.PDPTE + ((linear >>> 30) << 1);
  const pointerLow = cpu.state[pointer];
  if ((pointerLow & ENTRY.P) === 0) return absent(cpu, access);
  directoryAt = pageAddress(pointerLow, cpu.state[pointer + 1]) + (((linear >>> 21) & 0x1ff) << 3);
  directory = readEntry(cpu, directoryAt);
  const directoryHigh = readEntry(cpu, directoryAt + 4);
  if ((directory & ENTRY.P) === 0) return absent(cpu, access);
  if (highReserved(cpu, directoryHigh)) return reserved(cpu, access);
  if ((directory & ENTRY.PS) !== 0) {
    leafAt = directoryAt;
    leaf = directory;
    directoryAt = -1;
    if ((leaf & PAGE_2M_RESERVED) !== 0) return reserved(cpu, access);
    const page = pageAddress((leaf & 0xffe00000) | (linear & 0x1ff000), directoryHigh);
    return allowed(cpu, leaf, directoryHigh, access, page);
  }
  leafAt = pageAddress(directory, directoryHigh) + (((linear >>> 12) & 0x1ff) << 3);
  leaf = readEntry(cpu, leafAt);
  const leafHigh = readEntry(cpu, leafAt + 4);
  if ((leaf & ENTRY.P) === 0) return absent(cpu, access);
  if (highReserved(cpu, leafHigh)) return reserved(cpu, access);
  return allowed(cpu, directory & leaf, directoryHigh | leafHigh, access, pageAddress(leaf, leafHigh));
}

function pageAddress(low: number, high: number): number {
  return (high & 15) * TWO_32 + ((low & -4096) >>> 0);
}

function highReserved(cpu: Cpu, high: number): boolean {
  return (high & PAE_HIGH_RESERVED) !== 0 || (high < 0 && (cpu.paging & PAGING.NX) === 0);
}

// The rights are those that all levels grant (section 4.6). `high`: its sign bit is XD.
function allowed(cpu: Cpu, granted: number, high: number, access: number, page: number): number {
  rights = granted;
  const refused =
    ((access & ACCESS.USER) !== 0 && (rights & ENTRY.US) === 0) ||
    ((access & ACCESS.WRITE) !== 0 && isReadOnly(cpu, rights, access)) ||
    ((access & ACCESS.FETCH) !== 0 && high < 0);
  return refused ? -1 - (code(cpu, access) | CODE.PRESENT) : page;
}

function isReadOnly(cpu: Cpu, granted: number, access: number): boolean {
  return (granted & ENTRY.RW) === 0 && ((access & ACCESS.USER) !== 0 || (cpu.paging & PAGING.WP) !== 0);
}

function absent(cpu: Cpu, access: number): number {
  return -1 - code(cpu, access);
}

function reserved(cpu: Cpu, access: number): number {
  return -1 - (code(cpu, access) | CODE.PRESENT | CODE.RESERVED);
}

// The bit for instruction fetches exists together with XD.
function code(cpu: Cpu, access: number): number {
  return (cpu.paging & PAGING.NX) !== 0 ? access : access & ~ACCESS.FETCH;
}

/**
 * Finds the page of a linear address, and sets the accessed and dirty bits on the way if the access is allowed.
 * `cpu.pageFlags` and `cpu.largePages` are kept up.
 * @param access see {@link ACCESS} @returns its physical address; or -1 less the error code of a page fault
 */
export function walk(cpu: Cpu, linear: number, access: number): number {
  cpu.counts[COUNT.PAGE_WALKS]++;
  const page = find(cpu, linear, access);
  if (page < 0) return page;
  if (directoryAt < 0) cpu.largePages = true;
  else if ((directory & ENTRY.A) === 0) writeEntry(cpu, directoryAt, directory | ENTRY.A);
  const used = leaf | ENTRY.A | ((access & ACCESS.WRITE) !== 0 ? ENTRY.D : 0);
  if (used !== leaf) writeEntry(cpu, leafAt, used);
  const global = (cpu.paging & PAGING.GLOBAL) !== 0 && (leaf & ENTRY.G) !== 0;
  const clean = (used & ENTRY.D) === 0 || isReadOnly(cpu, rights, access);
  cpu.pageFlags = (global ? PAGE_FLAG.GLOBAL : 0) | (clean ? 0 : PAGE_FLAG.WRITABLE);
  return page;
}

/** The physical address of a linear one for a look from outside: no rights, no traces. @returns -1 if there is none */
export function peekPage(cpu: Cpu, linear: number): number {
  const page = find(cpu, linear, ACCESS.READ);
  return page < 0 ? -1 : page;
}

/**
 * Loads the four PDPTEs (Intel SDM volume 3A, section 4.4.1).
 * @returns false, and nothing is loaded, if a reserved bit is set in one that is present
 */
export function loadPdptes(cpu: Cpu, cr3: number): boolean {
  const table = (cr3 & -32) >>> 0;
  const entries = [0, 4, 8, 12, 16, 20, 24, 28].map((at) => readEntry(cpu, table + at));
  for (let n = 0; n < 8; n += 2) if (!isPdpte(entries[n], entries[n + 1])) return false;
  cpu.state.set(entries, SLOT.PDPTE);
  return true;
}

/** Whether a PDPTE can be loaded: it is not present, or has no reserved bits. @param low its lower half @param high its upper one */
export function isPdpte(low: number, high: number): boolean {
  return (low & ENTRY.P) === 0 || ((low & PDPTE_RESERVED) === 0 && (high & ~15) === 0);
}

// Where there is no memory, the bus floats: all ones. No device sees a page walk.
function readEntry(cpu: Cpu, address: number): number {
  const at = arenaOffset(cpu, drive(cpu, address));
  return at < 0 ? -1 : cpu.view.getInt32(at, true);
}

function writeEntry(cpu: Cpu, address: number, value: number): void {
  const physical = drive(cpu, address);
  const region = findRegion(cpu, physical);
  if (region === undefined || region.readonly) return;
  const at = region.arenaOffset + physical - region.base;
  cpu.view.setInt32(at, value, true);
  cpu.dirty[at >>> 12] = 1;
  if (cpu.cache.hasCode(at >>> 12)) cpu.cache.written(at, 4);
}
