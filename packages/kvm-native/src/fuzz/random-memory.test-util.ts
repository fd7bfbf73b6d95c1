import type { GuestMemory } from '@picovm/core';
import type { Random } from './random.test-util.ts';

/** Where things are in a guest's first MiB. */
export const PLACE = {
  GDT: 0x2000,
  IDT: 0x3000,
  TSS: 0x4000,
  PAGE_TABLES: 0x8000,
  STACK: 0x7f00,
  CODE: 0x20000,
  CODE_BYTES: 0x10000,
} as const;

/** Instructions that ask the host, and those that change the mode. */
const ASKING: readonly (readonly number[])[] = [
  [0xe6, 0xe9], [0xe4, 0x60], [0xed], [0xef], [0x6e], [0xf3, 0x6c], [0xf3, 0x6f], [0xf4], [0xfb], [0xfa], [0xcd, 0x80],
  [0x0f, 0xa2], [0x0f, 0x30], [0x0f, 0x32], [0x0f, 0x31], [0x0f, 0x01, 0xc1], [0x0f, 0x22, 0xc0], [0x0f, 0x22, 0xd8],
  [0x0f, 0x22, 0xe0], [0x0f, 0x01, 0xd0], [0x0f, 0x01, 0xd1], [0x0f, 0xc7, 0xf8], [0xf3, 0xa5], [0xf3, 0xab], [0xcf],
  [0xcc], [0x9d], [0x8e, 0xd8], [0x0f, 0x00, 0xd8], [0x0f, 0x01, 0x10], [0x0f, 0x01, 0x18], [0x0f, 0x0b], [0xeb, 0xfe],
  [0x0f, 0xae, 0x00], [0x0f, 0xae, 0x08], [0x0f, 0x05], [0x0f, 0x34], [0x0f, 0xaa], [0x9b], [0xd9, 0xe8], [0x0f, 0x23, 0xf8],
]; // biome-ignore format: a table
const PREFIXES = [0x66, 0x67, 0xf2, 0xf3, 0xf0, 0x2e, 0x64, 0x48, 0x4d];
const [PRESENT, ALL_RIGHTS, LARGE] = [1, 7, 0x80];

/** Fills a guest's memory: code, descriptor tables, page tables and data, all of them random to some degree. */
export function fillMemory(memory: GuestMemory, random: Random): void {
  const base = random.bytes(0x1000);
  for (let at = 0; at < 0x100000; at += base.length) if (random.oneIn(8)) memory.write(at, base);
  memory.write(PLACE.CODE, randomCode(random));
  for (let entry = 0; entry < 512; entry++) {
    memory.writeU64(PLACE.GDT + entry * 8, descriptor(random));
    memory.writeU64(PLACE.IDT + entry * 8, gate(random));
  }
  for (let vector = 0; vector < 256; vector++) {
    memory.writeU32(vector * 4, random.oneIn(8) ? random.next() : ((PLACE.CODE / 16) << 16) | random.below(0x8000));
  }
  if (random.oneIn(6)) memory.write(PLACE.PAGE_TABLES, random.bytes(0x4000));
  else pageTables(memory, random);
}

function randomCode(random: Random): Uint8Array {
  const code = random.bytes(PLACE.CODE_BYTES);
  if (random.oneIn(4)) return code;
  for (let at = 0; at < code.length - 16; at += 1 + random.below(6)) {
    if (random.oneIn(4)) code[at++] = random.pick(PREFIXES);
    code.set(random.pick(ASKING), at);
  }
  return code;
}

function descriptor(random: Random): bigint {
  if (random.oneIn(6)) return random.wide();
  const type = BigInt(
    random.oneIn(3) ? random.below(256) : random.pick([0x9b, 0x93, 0xfb, 0xf3, 0x8b, 0x89, 0x82, 0x8c]),
  );
  const flags = BigInt(random.pick([0xc, 0xa, 0x0, 0x4, 0x9]));
  return 0x000f00000000ffffn | (type << 40n) | (flags << 52n);
}

function gate(random: Random): bigint {
  if (random.oneIn(6)) return random.wide();
  const type = BigInt(random.pick([0x8e, 0x8f, 0xee, 0x86, 0x85]));
  return BigInt(PLACE.CODE + random.below(0x8000)) | (BigInt(8 * (1 + random.below(16))) << 16n) | (type << 40n);
}

// Tables that work as those of every mode, more or less: each entry leads back to the first page, or is a large page.
function pageTables(memory: GuestMemory, random: Random): void {
  for (let entry = 0; entry < 512; entry++) {
    const flags = random.oneIn(10) ? random.below(0x1000) : PRESENT | (random.oneIn(2) ? ALL_RIGHTS : random.below(8));
    const top = PLACE.PAGE_TABLES + entry * 8;
    memory.writeU64(
      top,
      BigInt(PLACE.PAGE_TABLES + 0x1000 * (1 + random.below(2))) | BigInt(entry < 4 ? PRESENT : flags),
    );
    memory.writeU64(top + 0x1000, BigInt(PLACE.PAGE_TABLES + 0x2000) | BigInt(flags));
    memory.writeU64(top + 0x2000, BigInt(entry * 0x200000) | BigInt(flags | LARGE));
    memory.writeU64(top + 0x3000, random.oneIn(20) ? random.wide() : BigInt(entry * 0x1000) | BigInt(flags));
  }
}
