import type { Random } from '@picovm/testkit';
import { opcodes } from '../index.ts';
import { hasModrm, randomInstruction } from '../isa/random-instruction.test-util.ts';
import { codesOf, encodings } from './code-bytes.test-util.ts';
import { SLOT_BYTES } from './iced-judge.test-util.ts';

const PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3];
/** Where other encodings begin on newer processors. */
const ESCAPES = [0xc4, 0xc5, 0x62, 0x8f];
/** What stands before each opcode, one combination after the other. */
const BEFORE_ONE_BYTE = [[], [0x66], [0x67], [0xf0], [0xf3, 0x66, 0x67]];
const BEFORE_TWO_BYTE = [
  [],
  [0x66],
  [0xf2],
  [0xf3],
  [0x67],
  [0xf0],
  [0x66, 0xf2],
  [0xf3, 0x66],
  [0xf2, 0xf3],
  [0xf3, 0xf2],
];
const MAPS = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]];
const ALL_SIBS = 256;

/** All codes of iced-x86, each with several operands. @returns those too that cannot be encoded */
export function icedCodes(size: 16 | 32): { slots: Uint8Array; missing: string[] } {
  const missing: string[] = [];
  const strings: Uint8Array[] = [];
  for (const info of codesOf(size)) {
    const bytes = encodings(info, size);
    if (bytes.length === 0) missing.push(info.name);
    strings.push(...bytes);
  }
  return { slots: slotsOf(strings), missing };
}

/** All forms of our own table, each `count` times with other operands. */
export function ourForms(random: Random, size: 16 | 32, count: number): Uint8Array {
  return slotsOf(
    opcodes().flatMap((form) => {
      return Array.from({ length: count }, () => randomInstruction(form, random, { size, prefixes: true }));
    }),
  );
}

/** Bytes that begin like instructions more often than chance has it. */
export function randomStrings(random: Random, count: number): Uint8Array {
  const slots = new Uint8Array(count * SLOT_BYTES);
  random.fill(slots);
  for (let at = 0; at < slots.length; at += SLOT_BYTES) {
    let next = at;
    // Now and then more than an instruction can have.
    const most = random.oneIn(50) ? SLOT_BYTES : 5;
    while (next < at + most && random.oneIn(3)) slots[next++] = random.pick(PREFIXES);
    if (random.oneIn(2) && next < at + SLOT_BYTES) slots[next++] = 0x0f;
    else if (random.oneIn(20) && next < at + SLOT_BYTES) slots[next++] = random.pick(ESCAPES);
    if (random.oneIn(8) && next < at + SLOT_BYTES) slots[next] = random.pick([0x38, 0x3a]);
  }
  return slots;
}

/**
 * Every opcode of every map, with every ModR/M byte, behind every combination of prefixes; what follows is random.
 * @param oneIn of these, so many are left out that one in this many remains
 */
export function* everyModrm(random: Random, oneIn: number): Generator<Uint8Array> {
  for (const map of MAPS) {
    for (const before of map.length === 0 ? BEFORE_ONE_BYTE : BEFORE_TWO_BYTE) {
      const strings: number[][] = [];
      for (let opcode = 0; opcode < 256; opcode++) {
        for (let modrm = 0; modrm < 256; modrm++) {
          if (random.oneIn(oneIn)) strings.push([...before, ...map, opcode, modrm]);
        }
      }
      yield slotsOf(strings, random);
    }
  }
}

/** Every SIB byte behind every ModR/M byte that has one, for every opcode of our table, with 32-bit addresses. */
export function* everySib(random: Random, size: 16 | 32, oneIn: number): Generator<Uint8Array> {
  for (const form of opcodes().filter(hasModrm)) {
    if (form.modrm !== undefined) continue;
    const strings: number[][] = [];
    const start = randomInstruction({ ...form, operands: [], digit: undefined }, random, { size: 32 });
    const before = size === 16 ? [0x67, ...start] : start;
    for (let modrm = 4; modrm < 0xc0; modrm += 8) {
      if (form.digit !== undefined && ((modrm >> 3) & 7) !== form.digit) continue;
      for (let sib = 0; sib < ALL_SIBS; sib++) if (random.oneIn(oneIn)) strings.push([...before, modrm, sib]);
    }
    yield slotsOf(strings, random);
  }
}

function slotsOf(strings: readonly ArrayLike<number>[], random?: Random): Uint8Array {
  const slots = new Uint8Array(strings.length * SLOT_BYTES);
  random?.fill(slots);
  strings.forEach((bytes, n) => {
    slots.set(Array.from(bytes).slice(0, SLOT_BYTES), n * SLOT_BYTES);
  });
  return slots;
}
