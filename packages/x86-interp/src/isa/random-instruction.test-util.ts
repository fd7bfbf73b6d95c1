import type { Random } from '@picovm/testkit';
import type { InstructionForm } from '../index.ts';

/** How an instruction is to be made. */
export interface Encoding {
  /** Bits of the code segment. */
  readonly size: 16 | 32;
  /** Prefixes that have no meaning for the opcode may be put before it. Default false. */
  readonly prefixes?: boolean;
  /** Displacements are at most this. Default: any of their size. */
  readonly reach?: number;
}

const PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3];
/** Operands of which a part is in the ModR/M byte; those that are never in memory, and those that are nowhere else. */
const IN_MODRM = /^([EGMSCDTPQVWNUR][a-z]|M$|STi)/;
const REGISTER_ONLY = /^[NURCDT][a-z]/;
const MEMORY_ONLY = /^M/;
const OPERAND_SIZE = 0x66;
const ADDRESS_SIZE = 0x67;

/** The bytes of an instruction of a form, with random operands. */
export function randomInstruction(form: InstructionForm, random: Random, encoding: Encoding): number[] {
  return new Encoder(form, random, encoding).bytes();
}

/** Whether a form has a ModR/M byte. */
export function hasModrm({ digit, modrm, operands }: InstructionForm): boolean {
  return digit !== undefined || modrm !== undefined || operands.some((operand) => IN_MODRM.test(operand));
}

class Encoder {
  readonly #form: InstructionForm;
  readonly #random: Random;
  readonly #reach: number;
  readonly #prefixes: number[];
  readonly #operandBytes: number;
  readonly #addressBytes: number;

  constructor(form: InstructionForm, random: Random, { size, prefixes = false, reach = 0xffffffff }: Encoding) {
    this.#form = form;
    this.#random = random;
    this.#reach = reach;
    this.#prefixes = this.#choosePrefixes(prefixes);
    const other = size === 16 ? 4 : 2;
    this.#operandBytes = this.#prefixes.includes(OPERAND_SIZE) ? other : size / 8;
    this.#addressBytes = this.#prefixes.includes(ADDRESS_SIZE) ? other : size / 8;
  }

  bytes(): number[] {
    const { map, opcode } = this.#form;
    const maps = { 'one-byte': [], '0f': [0x0f], '0f38': [0x0f, 0x38] };
    return [
      ...this.#prefixes,
      ...maps[map],
      opcode,
      ...this.#modrm(),
      ...this.#form.operands.flatMap((o) => this.#rest(o)),
    ];
  }

  #choosePrefixes(any: boolean): number[] {
    const random = this.#random;
    const { prefix } = this.#form;
    const prefixes: number[] = [];
    while (any && prefixes.length < 4 && random.oneIn(3)) prefixes.push(random.pick(PREFIXES));
    if (prefix === undefined) return prefixes;
    // Where 66, F2 and F3 belong to the opcode, no other of them may be there.
    const kept = prefixes.filter((byte) => byte !== OPERAND_SIZE && byte !== 0xf2 && byte !== 0xf3);
    return prefix === 'none' ? kept : [...kept, prefix];
  }

  #modrm(): number[] {
    const { digit, modrm, operands } = this.#form;
    if (modrm !== undefined) return [modrm];
    if (!hasModrm(this.#form)) return [];
    const random = this.#random;
    const mod = operands.some((operand) => MEMORY_ONLY.test(operand))
      ? random.below(3)
      : operands.some((operand) => REGISTER_ONLY.test(operand))
        ? 3
        : random.below(4);
    const rm = random.below(8);
    const byte = (mod << 6) | ((digit ?? random.below(8)) << 3) | rm;
    if (mod === 3) return [byte];
    return this.#addressBytes === 2 ? [byte, ...this.#address16(mod, rm)] : [byte, ...this.#address32(mod, rm)];
  }

  #address16(mod: number, rm: number): number[] {
    if (mod === 0) return rm === 6 ? this.#displacement(2) : [];
    return this.#displacement(mod);
  }

  #address32(mod: number, rm: number): number[] {
    const sib = rm === 4 ? [this.#random.below(256)] : [];
    const base = rm === 4 ? sib[0] & 7 : rm;
    const bytes = mod === 1 ? 1 : mod === 2 || base === 5 ? 4 : 0;
    return [...sib, ...this.#displacement(bytes)];
  }

  #displacement(bytes: number): number[] {
    return littleEndian(bytes === 1 ? this.#random.next() : this.#random.next() % (this.#reach + 1), bytes);
  }

  // What follows the address, for one operand.
  #rest(operand: string): number[] {
    const value = this.#random.next();
    if (operand[0] === 'O') return this.#displacement(this.#addressBytes);
    if (operand[0] === 'A') return littleEndian(value, this.#operandBytes).concat(littleEndian(this.#random.next(), 2));
    if (!/^[IJ][bxwz]$/.test(operand)) return [];
    const sizes: Record<string, number> = { b: 1, x: 1, w: 2, z: this.#operandBytes };
    return littleEndian(value, sizes[operand[1]]);
  }
}

function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, n) => (value >>> (8 * n)) & 0xff);
}
