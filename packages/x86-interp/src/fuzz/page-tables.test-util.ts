import type { GuestMemory } from '@picovm/core';
import type { Random } from '@picovm/testkit';
import { PLACE, REGIONS } from './layout.test-util.ts';

/** Kinds of paging. */
export type Paging = 'none' | '32-bit' | 'pse' | 'pae' | 'pae-nx';

const P = 1;
const RW = 2;
const US = 4;
const PS = 0x80;
const GLOBAL = 0x100;
const NX = 0x80000000;
const PAGE = 4096;
/** Linear addresses up to here are mapped one to one; what is above is anything. */
const MAPPED = 0x400000;

/** Fills in page tables that map the first 4 MiB one to one, nearly: rights differ, some pages are absent or elsewhere. */
export function writePageTables(memory: GuestMemory, random: Random, paging: Paging): void {
  const wide = paging === 'pae' || paging === 'pae-nx';
  const nx = paging === 'pae-nx';
  const bytes = wide ? 8 : 4;
  const perTable = PAGE / bytes;
  const write = (at: number, low: number, high: number): void => {
    memory.writeU32(at, low >>> 0);
    if (wide) memory.writeU32(at + 4, high >>> 0);
  };
  const directory = wide ? PLACE.PAGE_DIRECTORY + PAGE / 2 : PLACE.PAGE_DIRECTORY;
  if (wide) {
    // The directory has half a page here: what the guest maps high is in the same entries again.
    for (let n = 0; n < 4; n++) write(PLACE.PAGE_DIRECTORY + n * 8, PLACE.PAGE_TABLES | P, 0);
  }
  const top = wide ? PLACE.PAGE_TABLES : directory;
  const tables = wide ? PLACE.PAGE_TABLES + PAGE : PLACE.PAGE_TABLES;
  for (let n = 0; n < perTable; n++) write(top + n * bytes, randomDirectoryEntry(random, paging), highHalf(random, nx));
  for (let n = 0; n * perTable * PAGE < MAPPED; n++) {
    const flags = P | RW | US | (random.oneIn(4) ? PS : 0);
    const large = (flags & PS) !== 0 && paging !== '32-bit';
    // A large page would be the identity only if it began at its own place, which it does.
    write(top + n * bytes, large ? (n * perTable * PAGE) | flags : (tables + n * PAGE) | (flags & ~PS), 0);
    for (let i = 0; i < perTable; i++) {
      const page = n * perTable + i;
      write(tables + n * PAGE + i * bytes, pageEntry(random, page * PAGE), highHalf(random, nx));
    }
  }
}

function pageEntry(random: Random, identity: number): number {
  if (random.oneIn(40)) return random.next();
  const elsewhere = random.oneIn(20);
  const address = elsewhere ? random.pick(REGIONS).base : identity;
  const rights = (random.oneIn(10) ? 0 : RW) | (random.oneIn(10) ? 0 : US) | (random.oneIn(8) ? GLOBAL : 0);
  return address | rights | (random.oneIn(30) ? 0 : P);
}

function randomDirectoryEntry(random: Random, paging: Paging): number {
  if (random.oneIn(3)) return random.next();
  const large = paging !== '32-bit' && random.oneIn(3) ? PS : 0;
  return PLACE.PAGE_TABLES | (random.below(4) * PAGE) | P | RW | US | large;
}

function highHalf(random: Random, nx: boolean): number {
  if (random.oneIn(100)) return random.next();
  return nx && random.oneIn(12) ? NX : 0;
}
