import type { GuestMemory } from '@picovm/core';
import type { Random } from '@picovm/testkit';
import { handlerFor } from './handlers.test-util.ts';
import { ENTRY, PLACE } from './layout.test-util.ts';

/** A descriptor as two words of 32 bits: low, high. */
type Descriptor = readonly [number, number];

const PRESENT = 0x80;
const CODE = 0x1b;
const DATA = 0x13;
const WIDE = 0xc;
const TSS_SIZE_32 = 0x67;
const TSS_SIZE_16 = 0x2b;
/** Where the I/O permission bit map begins in the TSS, and the map of software interrupts before it. */
const IO_MAP = 0x88;
const IO_MAP_BYTES = 0x100;
const GATE = { CALL_16: 4, TASK: 5, INTERRUPT_16: 6, TRAP_16: 7, CALL_32: 12, INTERRUPT_32: 14, TRAP_32: 15 } as const;

/** How the tables of a guest are to be. */
export interface TableOptions {
  /** Whether there are 32-bit gates and segments: an 80386. */
  readonly wide: boolean;
  /** Whether interrupts enter 32-bit code. */
  readonly handlers32: boolean;
}

/** Fills in the tables of protected mode: most entries work, the rest is anything. */
export function writeTables(memory: GuestMemory, random: Random, options: TableOptions): void {
  const descriptors = globalTable(random, options);
  for (const at of [PLACE.GDT, PLACE.LDT]) {
    descriptors.forEach((descriptor, n) => {
      writePair(memory, at + n * 8, random.oneIn(60) ? garbage(random) : descriptor);
    });
  }
  for (let vector = 0; vector < 256; vector++) {
    writePair(memory, PLACE.IDT + vector * 8, interruptGate(random, vector, options));
  }
  writeTask32(memory, random, PLACE.TSS_32);
  writeTask32(memory, random, PLACE.OTHER_TSS_32);
  writeTask16(memory, random);
}

/** The interrupt table of real mode. */
export function writeVectors(memory: GuestMemory, random: Random): void {
  for (let vector = 0; vector < 256; vector++) {
    memory.writeU32(PLACE.VECTORS + vector * 4, random.oneIn(60) ? random.next() : handlerFor(random, vector, false));
  }
}

/** A descriptor of a segment. @param flags G, D/B, L and AVL, from bit 3 down */
function segmentDescriptor(base: number, limit: number, access: number, flags: number): Descriptor {
  const high = (base & 0xff000000) | (flags << 20) | (limit & 0xf0000) | (access << 8) | ((base >>> 16) & 0xff);
  return [((base << 16) | (limit & 0xffff)) >>> 0, high >>> 0];
}

function gate(type: number, dpl: number, selector: number, offset: number, count = 0): Descriptor {
  const access = PRESENT | (dpl << 5) | type;
  return [((selector << 16) | (offset & 0xffff)) >>> 0, ((offset & 0xffff0000) | (access << 8) | count) >>> 0];
}

function globalTable(random: Random, { wide }: TableOptions): Descriptor[] {
  const user = 3 << 5;
  const wholeLimit = wide ? 0xfffff : 0xffff;
  const flags = wide ? WIDE : 0;
  const flat = (access: number): Descriptor => segmentDescriptor(0, wholeLimit, PRESENT | access, flags);
  const narrow = (base: number, access: number): Descriptor => segmentDescriptor(base, 0xffff, PRESENT | access, 0);
  const anyHandler = (): number => handlerFor(random, random.below(32), true);
  const system = (place: number, limit: number, type: number): Descriptor => {
    return segmentDescriptor(place, limit, PRESENT | type | (random.oneIn(2) ? user : 0), 0);
  };
  const table: Descriptor[] = Array.from({ length: ENTRY.COUNT }, () => randomDescriptor(random));
  table[0] = [0, 0];
  table[ENTRY.CODE_32] = flat(CODE);
  table[ENTRY.DATA_32] = flat(DATA);
  table[ENTRY.USER_CODE_32] = flat(CODE | user);
  table[ENTRY.USER_DATA_32] = flat(DATA | user);
  table[ENTRY.CODE_16] = narrow(0, CODE);
  table[ENTRY.DATA_16] = narrow(0, DATA);
  table[ENTRY.USER_CODE_16] = narrow(PLACE.CODE, CODE | user);
  table[ENTRY.USER_DATA_16] = narrow(PLACE.DATA, DATA | user);
  table[ENTRY.HIGH_CODE_16] = narrow(PLACE.CODE, CODE);
  const type32 = wide ? 9 : 1;
  table[ENTRY.TSS_32] = system(PLACE.TSS_32, IO_MAP + IO_MAP_BYTES, type32);
  table[ENTRY.OTHER_TSS_32] = system(PLACE.OTHER_TSS_32, TSS_SIZE_32, type32);
  table[ENTRY.TSS_16] = system(PLACE.TSS_16, TSS_SIZE_16, 1);
  table[ENTRY.LDT] = system(PLACE.LDT, ENTRY.COUNT * 8 - 1, 2);
  table[ENTRY.CALL_32] = gate(wide ? GATE.CALL_32 : GATE.CALL_16, 3, 8 * ENTRY.CODE_32, anyHandler(), random.below(4));
  table[ENTRY.CALL_16] = gate(GATE.CALL_16, 3, 8 * ENTRY.CODE_16, anyHandler(), random.below(32));
  table[ENTRY.TASK] = gate(GATE.TASK, 3, 8 * random.pick([ENTRY.OTHER_TSS_32, ENTRY.TSS_16]), 0);
  table[ENTRY.CONFORMING] = flat(CODE | 4);
  table[ENTRY.EXPAND_DOWN] = segmentDescriptor(0, random.below(0x30), PRESENT | DATA | 4 | user, flags);
  table[ENTRY.LIMITED] = segmentDescriptor(PLACE.DATA, random.below(0x10000), PRESENT | DATA | user, wide ? 4 : 0);
  table[ENTRY.READ_ONLY] = flat(0x11 | user);
  table[ENTRY.EXECUTE_ONLY] = flat(0x19 | user);
  return table;
}

// Anything that is likely to be looked at: a base in memory, any type, any privilege level.
function randomDescriptor(random: Random): Descriptor {
  if (random.oneIn(4)) return garbage(random);
  const access = (random.oneIn(8) ? 0 : PRESENT) | random.below(0x80);
  return segmentDescriptor(random.below(0x40000), random.below(0x100000), access, random.below(16) & 0xd);
}

function garbage(random: Random): Descriptor {
  return [random.next(), random.next()];
}

function interruptGate(random: Random, vector: number, { wide, handlers32 }: TableOptions): Descriptor {
  const handler = handlerFor(random, vector, true);
  const selector = 8 * (handlers32 ? ENTRY.CODE_32 : ENTRY.CODE_16);
  const kinds = wide && handlers32 ? [GATE.INTERRUPT_32, GATE.TRAP_32] : [GATE.INTERRUPT_16, GATE.TRAP_16];
  const dpl = random.oneIn(3) ? 0 : 3;
  switch (random.below(40)) {
    case 0:
      return garbage(random);
    case 1:
      return gate(GATE.TASK, dpl, 8 * random.pick([ENTRY.OTHER_TSS_32, ENTRY.TSS_16, random.below(ENTRY.COUNT)]), 0);
    case 2:
      return gate(random.below(16), random.below(4), random.next() & 0xffff, handler);
    case 3:
      return gate(random.pick(kinds), dpl, 8 * random.below(ENTRY.COUNT) + random.below(8), handler);
    default:
      return gate(random.pick(kinds), dpl, selector, handler);
  }
}

function writePair(memory: GuestMemory, at: number, [low, high]: Descriptor): void {
  memory.writeU32(at, low);
  memory.writeU32(at + 4, high);
}

function writeTask32(memory: GuestMemory, random: Random, at: number): void {
  const words = new Array<number>(26).fill(0);
  for (let level = 0; level < 3; level++) {
    words[1 + level * 2] = PLACE.STACK - 0x800 * level;
    words[2 + level * 2] = 8 * ENTRY.DATA_32 + level;
  }
  words[7] = random.oneIn(2) ? PLACE.PAGE_DIRECTORY : 0;
  words[8] = PLACE.CODE + random.below(0x1000);
  words[9] = random.oneIn(4) ? random.next() & 0x3ffff : 2;
  for (let n = 10; n < 18; n++) words[n] = PLACE.DATA + random.below(0x8000);
  const user = random.oneIn(2);
  const data = 8 * (user ? ENTRY.USER_DATA_32 : ENTRY.DATA_32) + (user ? 3 : 0);
  for (let n = 18; n < 24; n++) words[n] = data;
  words[19] = 8 * (user ? ENTRY.USER_CODE_32 : ENTRY.CODE_32) + (user ? 3 : 0);
  words[24] = random.oneIn(2) ? 8 * ENTRY.LDT : 0;
  words[25] = (IO_MAP << 16) | random.below(2);
  words.forEach((word, n) => {
    memory.writeU32(at + n * 4, word);
  });
  for (let n = 0; n < IO_MAP_BYTES; n++) memory.writeU8(at + 0x68 + n, random.oneIn(2) ? 0 : random.next());
}

function writeTask16(memory: GuestMemory, random: Random): void {
  const words = Array.from({ length: 22 }, () => random.below(0x8000));
  for (let level = 0; level < 3; level++) {
    words[1 + level * 2] = 0x8000;
    words[2 + level * 2] = 8 * ENTRY.DATA_16 + level;
  }
  words[7] = random.below(0x1000);
  words[8] = random.oneIn(4) ? random.next() : 2;
  words[17] = words[19] = words[20] = 8 * ENTRY.DATA_16;
  words[18] = 8 * ENTRY.CODE_16;
  words[21] = random.oneIn(2) ? 8 * ENTRY.LDT : 0;
  words.forEach((word, n) => {
    memory.writeU16(PLACE.TSS_16 + n * 2, word & 0xffff);
  });
}
