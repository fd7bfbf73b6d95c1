import { Random } from '@picovm/testkit';
import { type InstructionForm, opcodes } from '../index.ts';
import { randomInstruction } from '../isa/random-instruction.test-util.ts';

/** Kinds of code. */
export const CODE_KINDS = ['bytes', 'common bytes', 'prefixes', 'instructions', 'changes itself'] as const;
export type CodeKind = (typeof CODE_KINDS)[number];

/** Prefixes, string instructions, 0F, pushes and jumps: what makes trouble. */
const COMMON = [0x66, 0x67, 0xf3, 0xf2, 0x0f, 0xa4, 0xa5, 0xaa, 0xab, 0x6c, 0x6e, 0x50, 0x60, 0xeb, 0x75, 0xe8, 0xc3];
const PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3];
/** Instructions that end what a random program does too early: most of them are left out. */
const ENDING = new Set(['HLT', 'JMPF', 'CALLF', 'RETF', 'RET', 'IRET', 'LIDT', 'LGDT', 'LMSW', 'SYSENTER', 'SYSEXIT']);
const MOV_CR0 = 0x22;
/** Displacements in memory that is there. */
const REACH = 0x3ffff;

/** How code is to be. */
export interface CodeOptions {
  readonly kind: CodeKind;
  readonly size: 16 | 32;
}

/** Random code. */
export function randomCode(random: Random, length: number, { kind, size }: CodeOptions): Uint8Array {
  const code = new Uint8Array(length);
  random.fill(code);
  switch (kind) {
    case 'bytes':
      break;
    case 'common bytes':
      for (let i = 0; i < length; i++) if (random.oneIn(3)) code[i] = random.pick(COMMON);
      break;
    case 'prefixes':
      for (let i = 0; i < length; i++) if (!random.oneIn(3)) code[i] = random.pick(PREFIXES);
      break;
    default:
      fillWithInstructions(code, random, size, kind === 'changes itself');
  }
  return code;
}

function fillWithInstructions(code: Uint8Array, random: Random, size: 16 | 32, changes: boolean): void {
  const pool = instructionPool(random.below(POOLS), size);
  for (let at = 0; at < code.length; ) {
    const bytes = changes && random.oneIn(6) ? storeToCode(random, size) : random.pick(pool);
    code.set(at + bytes.length > code.length ? bytes.slice(0, code.length - at) : bytes, at);
    at += bytes.length;
  }
}

/** Instructions are made in advance, because that takes long: so many times this many, as they are needed. */
const POOLS = 64;
const POOL_SIZE = 4096;
const pools = new Map<number, number[][]>();

function instructionPool(number: number, size: 16 | 32): number[][] {
  const key = number * 2 + size / 32;
  let pool = pools.get(key);
  if (pool === undefined) {
    const random = new Random(key);
    const forms = opcodes();
    pool = Array.from({ length: POOL_SIZE }, () => instruction(random, forms, size));
    pools.set(key, pool);
  }
  return pool;
}

function instruction(random: Random, forms: readonly InstructionForm[], size: 16 | 32): number[] {
  for (;;) {
    const form = random.pick(forms);
    const ends = ENDING.has(form.mnemonic) || (form.map === '0f' && form.opcode === MOV_CR0);
    if (ends && !random.oneIn(20)) continue;
    return randomInstruction(form, random, { size, prefixes: random.oneIn(4), reach: REACH });
  }
}

// Gets the place of the code into SI, and writes ahead of it: with a MOV, an XOR, STOS and MOVS.
function storeToCode(random: Random, size: 16 | 32): number[] {
  const here = [0xe8, ...new Array<number>(size / 8).fill(0), 0x5e]; // call $+n; pop si
  const distance = random.below(64);
  const value = random.next() & 0xff;
  const write = random.pick([
    [0xc6, size === 16 ? 0x44 : 0x46, distance, value], // mov byte [si+distance], value
    [0x80, size === 16 ? 0x74 : 0x76, distance, value], // xor byte [si+distance], value
    [0x8b, 0xfe, 0x83, 0xc7, distance, 0xaa], // mov di,si; add di,distance; stosb
    [0x8b, 0xfe, 0x83, 0xc7, distance, 0xb1, value & 15, 0xf3, 0xa4], // the same; mov cl,value; rep movsb
  ]);
  return random.oneIn(3) ? write : [...here, ...write];
}
