import type { InstructionForm } from '@picovm/x86-interp';
import type { Random } from '../snapshots/random.ts';
import type { View } from './view.ts';

const SEGMENT_PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];
const [OPERAND_SIZE, ADDRESS_SIZE, LOCK, REPNE, REP] = [0x66, 0x67, 0xf0, 0xf2, 0xf3];
const HAS_MODRM = /^([EGMS][a-z]+|M)$/;
const MEMORY_ONLY = /^M/;

/**
 * The bytes of an instruction of a form, for a segment of 16 bits, with random operands. What it refers to is mostly within
 * reach: addresses of 32 bits are made to lie in their segment, and jumps are short.
 */
export function encode(form: InstructionForm, random: Random, view: View): number[] {
  const prefixes = choosePrefixes(form, random);
  const operandBytes = prefixes.includes(OPERAND_SIZE) ? 4 : 2;
  const wideAddress = prefixes.includes(ADDRESS_SIZE);
  const opcode =
    form.map === 'one-byte' ? [form.opcode] : form.map === '0f' ? [0x0f, form.opcode] : [0x0f, 0x38, form.opcode];
  const rest = form.operands.flatMap((operand) => immediate(operand, random, operandBytes, wideAddress ? 4 : 2));
  return [...prefixes, ...opcode, ...modrm(form, random, wideAddress ? view : undefined), ...rest];
}

function choosePrefixes({ lock, repeat, map, operands }: InstructionForm, random: Random): number[] {
  const prefixes: number[] = [];
  if (random.below(10) < 3) prefixes.push(OPERAND_SIZE);
  if (random.oneIn(5)) prefixes.push(ADDRESS_SIZE);
  if (random.oneIn(5)) prefixes.push(random.pick(SEGMENT_PREFIXES));
  const memory = operands.some((operand) => /^[EM]/.test(operand));
  if (lock && memory ? random.oneIn(4) : random.oneIn(200)) prefixes.push(LOCK);
  // Behind 0F they make other instructions of newer processors.
  if (repeat !== 'none' ? random.oneIn(2) : map === 'one-byte' && random.oneIn(40))
    prefixes.push(random.pick([REP, REPNE]));
  if (prefixes.length > 0 && random.oneIn(10)) prefixes.push(random.pick(prefixes));
  // In any order. The last segment prefix counts.
  return prefixes
    .map((byte) => ({ byte, at: random.below(1000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ byte }) => byte);
}

// The ModR/M byte with what belongs to it. `view` is given if addresses have 32 bits.
function modrm({ digit, modrm: whole, operands }: InstructionForm, random: Random, view: View | undefined): number[] {
  if (whole !== undefined) return [whole];
  if (digit === undefined && !operands.some((operand) => HAS_MODRM.test(operand))) return [];
  const memoryOnly = operands.some((operand) => MEMORY_ONLY.test(operand));
  const mod = memoryOnly && !random.oneIn(50) ? random.below(3) : random.below(4);
  const rm = random.below(8);
  const byte = (mod << 6) | ((digit ?? random.below(8)) << 3) | rm;
  if (mod === 3) return [byte];
  if (view !== undefined) return [byte, ...address32(mod, rm, random, view)];
  return [byte, ...littleEndian(anyNumber(random), mod === 0 ? (rm === 6 ? 2 : 0) : mod)];
}

function address32(mod: number, rm: number, random: Random, view: View): number[] {
  const sib = rm === 4 ? [random.below(256)] : [];
  const baseNumber = rm === 4 ? sib[0] & 7 : rm;
  const noBase = mod === 0 && baseNumber === 5;
  if (mod === 1) return [...sib, random.below(256)];
  if (mod === 0 && !noBase) return sib;
  const indexNumber = rm === 4 ? (sib[0] >> 3) & 7 : 4;
  const base = noBase ? 0 : view.general[baseNumber];
  const index = indexNumber === 4 ? 0 : view.general[indexNumber] * 2 ** (sib[0] >> 6);
  const target = random.oneIn(60) ? anyNumber(random) : random.below(0xffff);
  return [...sib, ...littleEndian((target - base - index) % 2 ** 32, 4)];
}

// What follows the address, for one operand (Intel SDM volume 2, appendix A.2).
function immediate(operand: string, random: Random, operandBytes: number, addressBytes: number): number[] {
  switch (operand) {
    case 'Ob':
    case 'Ov':
      return littleEndian(random.oneIn(60) ? anyNumber(random) : random.below(0xffff), addressBytes);
    case 'Ap':
      return [...littleEndian(random.below(0xff00), operandBytes), ...littleEndian(random.integer(0x100, 0x8f00), 2)];
    case 'Ib':
    case 'Ix':
      return [anyNumber(random) & 0xff];
    case 'Iw':
      return littleEndian(random.oneIn(2) ? random.below(64) : anyNumber(random), 2);
    case 'Iz':
      return littleEndian(anyNumber(random), operandBytes);
    case 'Jb':
      return [random.oneIn(4) ? random.below(256) : random.below(24)];
    case 'Jz':
      return littleEndian(random.oneIn(4) ? random.integer(-0x800, 0x800) : random.below(40), operandBytes);
    default:
      return [];
  }
}

const SPECIAL = [
  0, 1, 2, 7, 8, 15, 16, 31, 32, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** 32 bits: special ones, small ones, or any. */
export function anyNumber(random: Random): number {
  switch (random.below(4)) {
    case 0:
      return random.pick(SPECIAL);
    case 1:
      return random.below(0x100);
    default:
      return random.integer(0, 0xffffffff);
  }
}

/** The bytes of a number, of which the upper bits may be too many. */
export function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, n) => (value >> (8 * n)) & 0xff);
}
