import { CS, DS, ES, FS, GS, REG, SLOT, SS } from '../cpu/state-layout.ts';
import type { InstructionForm } from '../isa/opcodes.ts';
import { AUX, EA, RECORD, RECORD_SHIFT } from './record.ts';

/** A segment register. */
export type DecodedSegment = 'es' | 'cs' | 'ss' | 'ds' | 'fs' | 'gs';

/** An operand of a decoded instruction. */
export type DecodedOperand =
  | {
      readonly kind: 'register';
      /** As in the manuals, in lower case: `al`, `ax`, `eax`, `ds`, `cr0`, `dr7`, `tr6`, `st0`, `mm0`, `xmm0`. */
      readonly name: string;
    }
  | {
      readonly kind: 'memory';
      /** The segment that is used: that of a prefix, or the usual one. */
      readonly segment: DecodedSegment;
      /** Registers of 16 or 32 bits, as the address size says. `al` is the index of XLAT. */
      readonly base: string | undefined;
      readonly index: string | undefined;
      readonly scale: 1 | 2 | 4 | 8;
      /** Signed, 16 or 32 bits. */
      readonly displacement: number;
      /** Bytes; undefined if nothing is read or written there. */
      readonly size: number | undefined;
    }
  | {
      readonly kind: 'immediate';
      /** Unsigned; what is sign-extended is so to the size of the operands. */
      readonly value: number;
    }
  | {
      readonly kind: 'relative';
      /** From the end of the instruction to the target of a jump, signed. */
      readonly displacement: number;
    }
  | {
      readonly kind: 'far';
      readonly selector: number;
      /** Unsigned. */
      readonly offset: number;
    };

const BYTES = ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh'];
const WORDS = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'];
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;
const SEGMENT_SLOTS = [ES, CS, SS, DS, FS, GS];
/** Bytes of a memory operand, by its type: letters of the Intel SDM (volume 2, appendix A.2.2). */
const SIZES: Readonly<Record<string, number>> = {
  b: 1, w: 2, d: 4, q: 8, t: 10, s: 6, ss: 4, sd: 8, dq: 16, ps: 16, pd: 16,
}; // biome-ignore format: a table
/** Images of the x87 and of SSE in memory, with 16- and 32-bit operands. */
const IMAGES: Readonly<Record<string, readonly [number, number]>> = {
  FLDENV: [14, 28], FNSTENV: [14, 28], FNSAVE: [94, 108], FRSTOR: [94, 108], FXSAVE: [512, 512], FXRSTOR: [512, 512],
}; // biome-ignore format: a table
/** What stores a register of the operand size, but a word in memory. */
const WORDS_IN_MEMORY = ['SLDT', 'STR', 'SMSW'];
const BYTE = 8;
const WORD = 16;

/**
 * The operands of a decoded instruction, one for each that its form has, read back from its record.
 * @param code where the record is @param base arena offset of the state that it refers to
 */
export function operandsOf(form: InstructionForm, code: Int32Array, rec: number, base: number): DecodedOperand[] {
  const reader = new RecordReader(form, code.subarray(rec, rec + (1 << RECORD_SHIFT)), base);
  return form.operands.map((operand) => reader.operand(operand));
}

class RecordReader {
  readonly #form: InstructionForm;
  readonly #record: Int32Array;
  readonly #base: number;
  readonly #operandBits: number;
  readonly #addressBits: number;
  #immediates = 0;

  constructor(form: InstructionForm, record: Int32Array, base: number) {
    this.#form = form;
    this.#record = record;
    this.#base = base;
    this.#operandBits = (record[RECORD.AUX] & AUX.OPERAND32) !== 0 ? 32 : WORD;
    this.#addressBits = (record[RECORD.AUX] & AUX.ADDRESS32) !== 0 ? 32 : WORD;
  }

  operand(operand: string): DecodedOperand {
    const record = this.#record;
    if (operand === 'ST') return register('st0');
    if (operand === 'STi') return register(`st${record[RECORD.REG]}`);
    if (operand === 'eAX') return register(general(REG.AX, this.#operandBits));
    if (operand === '1') return { kind: 'immediate', value: record[RECORD.IMM] };
    const fixed = operand.toLowerCase();
    if (isFixed(fixed)) return register(fixed);
    switch (operand[0]) {
      case 'S':
        return register(SEGMENTS[record[RECORD.REG]]);
      case 'C':
      case 'D':
      case 'T':
        return register(`${fixed[0]}r${record[RECORD.REG]}`);
      case 'G':
      case 'P':
      case 'V':
        return this.#register(operand, record[RECORD.REG]);
      case 'I':
        return this.#immediate(operand);
      case 'J':
        return { kind: 'relative', displacement: record[RECORD.IMM] - (record[RECORD.LENGTH] >> RECORD_SHIFT) };
      case 'A':
        return { kind: 'far', selector: record[RECORD.AUX] & AUX.IMM2, offset: record[RECORD.IMM] >>> 0 };
      case 'X':
      case 'Y':
        return this.#stringOperand(operand);
      default:
        return record[RECORD.RM] >= 0 ? this.#register(operand, record[RECORD.RM]) : this.#memory(operand);
    }
  }

  // A register operand is the place of the register in the arena.
  #register(operand: string, at: number): DecodedOperand {
    const offset = at - this.#base;
    if (offset >= SLOT.XMM * 4) return register(`xmm${(offset - SLOT.XMM * 4) >> 4}`);
    if (offset >= SLOT.X87 * 4) return register(`mm${(offset - SLOT.X87 * 4) >> 4}`);
    const bits = this.#bitsOf(operand);
    return register(general(bits === BYTE ? ((offset & 1) << 2) | (offset >> 3) : offset >> 3, bits));
  }

  #bitsOf(operand: string): number {
    if (operand.endsWith('b')) return BYTE;
    if (operand.endsWith('w')) return WORD;
    return operand.endsWith('d') ? 32 : this.#operandBits;
  }

  #immediate(operand: string): DecodedOperand {
    // ENTER has a second one.
    const second = this.#immediates++ > 0;
    const value = second ? this.#record[RECORD.AUX] & AUX.IMM2 : this.#record[RECORD.IMM];
    const wide = operand === 'Ix' || operand === 'Iz';
    return { kind: 'immediate', value: wide && this.#operandBits === WORD ? value & 0xffff : value >>> 0 };
  }

  #memory(operand: string): DecodedOperand {
    const ea = this.#record[RECORD.EA];
    const displacement = this.#record[RECORD.DISP];
    return {
      kind: 'memory',
      segment: segmentOf(ea),
      base: this.#addressRegister(ea & 0xff),
      index: this.#addressRegister((ea >> EA.INDEX_SHIFT) & 0xff),
      scale: (1 << ((ea >> EA.SCALE_SHIFT) & 3)) as 1 | 2 | 4 | 8,
      displacement: this.#addressBits === WORD ? (displacement << WORD) >> WORD : displacement,
      size: this.#sizeOf(operand.slice(1)),
    };
  }

  #addressRegister(word: number): string | undefined {
    return word === SLOT.ZERO ? undefined : general(word >> 1, this.#addressBits);
  }

  // The registers of string instructions, of XLAT, MONITOR and MASKMOVQ are implied.
  #stringOperand(operand: string): DecodedOperand {
    const { mnemonic } = this.#form;
    const number =
      mnemonic === 'XLAT'
        ? REG.BX
        : mnemonic === 'MONITOR'
          ? REG.AX
          : operand[0] === 'Y' || mnemonic.startsWith('MASK')
            ? REG.DI
            : REG.SI;
    return {
      kind: 'memory',
      segment: operand[0] === 'Y' ? 'es' : segmentOf(this.#record[RECORD.EA]),
      base: general(number, this.#addressBits),
      index: mnemonic === 'XLAT' ? 'al' : undefined,
      scale: 1,
      displacement: 0,
      size: this.#sizeOf(operand.slice(1)),
    };
  }

  #sizeOf(type: string): number | undefined {
    const { mnemonic, operands } = this.#form;
    const bytes = this.#operandBits / 8;
    if (WORDS_IN_MEMORY.includes(mnemonic) || operands[1] === 'Sw') return 2;
    if (mnemonic in IMAGES) return IMAGES[mnemonic][bytes === 4 ? 1 : 0];
    if (type === 'v') return bytes;
    if (type === 'p') return bytes + 2;
    return type === 'a' ? bytes * 2 : SIZES[type];
  }
}

function register(name: string): DecodedOperand {
  return { kind: 'register', name };
}

function isFixed(name: string): boolean {
  return BYTES.includes(name) || WORDS.includes(name) || (SEGMENTS as readonly string[]).includes(name);
}

function general(number: number, bits: number): string {
  if (bits === BYTE) return BYTES[number];
  return bits === WORD ? WORDS[number] : `e${WORDS[number]}`;
}

function segmentOf(ea: number): DecodedSegment {
  return SEGMENTS[SEGMENT_SLOTS.indexOf((ea >> EA.SEGMENT_SHIFT) & 0x1ff)];
}
