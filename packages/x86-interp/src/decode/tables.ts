import { CPU_MODELS, MODEL } from '../cpu/models.ts';
import type { Processor } from '../cpu/processor.ts';
import { HANDLER_NAMES } from '../exec/handlers.ts';
import { formsOf, type InstructionForm } from '../isa/opcodes.ts';

/** What the decoder does for an operand. */
export const STEP = {
  /** r/m operand: register or memory. */
  E: 0,
  /** Memory only; a register is #UD. */
  M: 1,
  /** r/m field that is always a register of 32 bits. */
  R: 2,
  /** Register in the low bits of the opcode. */
  Z: 3,
  /** AL, AX or EAX as the r/m operand. */
  ACC_RM: 4,
  /** AL, AX or EAX as the register operand. */
  ACC_REG: 5,
  /** Memory at an offset that follows the opcode. */
  O: 6,
  /** Register of the `reg` field. */
  G: 7,
  /** Segment register of the `reg` field. */
  S: 8,
  /** Control, debug or test register of the `reg` field. */
  SPECIAL: 9,
  /** A fixed segment register, in `value`. */
  FIXED_S: 10,
  /** Byte. */
  IB: 11,
  /** Byte, sign-extended to the operand size. */
  IX: 12,
  IW: 13,
  /** Of the operand size, 32 bits at most. */
  IZ: 14,
  /** The constant 1. */
  ONE: 15,
  JB: 16,
  JZ: 17,
  /** Far pointer. */
  A: 18,
  /** Source of a string instruction: only the segment matters. */
  X: 19,
  /** Register of the x87 stack in the low bits of the ModR/M byte. */
  STACK: 20,
  /** The 11 bits that the x87 keeps of its last opcode, as the immediate. */
  FOP: 21,
  /** MMX register of the `reg` field. */
  P: 22,
  /** MMX register or memory. */
  Q: 23,
  /** XMM register of the `reg` field. */
  V: 24,
  /** XMM register or memory. */
  W: 25,
  /** MMX register of the `rm` field. */
  N: 26,
  /** XMM register of the `rm` field. */
  U: 27,
} as const;

/** One operand, for the decoder. */
export interface Step {
  readonly kind: number;
  /** Whether it is a byte operand. */
  readonly byte: boolean;
  readonly value: number;
}

/** A form as the decoder uses it. */
export interface CompiledForm {
  readonly form: InstructionForm;
  readonly modrm: boolean;
  readonly steps: readonly Step[];
  /** Handler numbers for 8, 16 and 32 bits. */
  readonly ops: readonly [number, number, number];
  /** 0: bytes, 1: words, 2: double words, -1: by the operand size. */
  readonly column: number;
  /** The condition code, or 0. */
  readonly condition: number;
}

/**
 * The forms of an opcode that mandatory prefixes and the ModR/M byte choose from: 256 by the ModR/M byte, for no prefix, 66, F2
 * and F3 in turn.
 */
export interface OpcodeGroup {
  readonly forms: (CompiledForm | undefined)[];
  /** Whether there is a ModR/M byte. If not, the first form of each 256 is meant. */
  readonly modrm: boolean;
}

/** An opcode: a form, or one for each prefix and ModR/M byte, or nothing. */
export type Entry = CompiledForm | OpcodeGroup | undefined;

/** The opcode maps of one model. An opcode is looked up in the table of the instruction set when it is first met. */
export class DecodeTables {
  readonly #processor: Processor;
  readonly #entries: Record<InstructionForm['map'], (Entry | null)[]> = { 'one-byte': [], '0f': [], '0f38': [] };

  constructor(processor: Processor) {
    this.#processor = processor;
  }

  /** What stands at an opcode. */
  entry(map: InstructionForm['map'], opcode: number): Entry {
    const known = this.#entries[map][opcode];
    if (known !== undefined) return known ?? undefined;
    const entry = compile(map, opcode, this.#processor);
    this.#entries[map][opcode] = entry ?? null;
    return entry;
  }
}

const cache = new WeakMap<Processor, DecodeTables>();

/** The tables of a processor, which all its CPUs share. */
export function decodeTables(processor: Processor): DecodeTables {
  let tables = cache.get(processor);
  if (tables === undefined) {
    tables = new DecodeTables(processor);
    cache.set(processor, tables);
  }
  return tables;
}

function compile(map: InstructionForm['map'], opcode: number, processor: Processor): Entry {
  // Before the 80286, 0F led to no second map: it was POP CS, or nothing.
  if (map !== 'one-byte' && processor.model < MODEL.I80286) return undefined;
  const forms = formsOf(map, opcode).filter((form) => exists(form, processor));
  if (forms.length === 0) return undefined;
  const last = forms[forms.length - 1];
  if (!forms.some(isChosen)) return compileForm(last);
  const group = new Array<CompiledForm | undefined>(4 * 256);
  let modrm = false;
  for (const form of forms) {
    const compiled = compileForm(form);
    modrm ||= compiled.modrm;
    for (let i = 0; i < group.length; i++) if (fits(form, i >> 8, i & 0xff)) group[i] = compiled;
  }
  return { forms: group, modrm };
}

function exists({ since, until, feature }: InstructionForm, { model, features }: Processor): boolean {
  if (feature !== undefined) return features.has(feature);
  return model >= CPU_MODELS.indexOf(since) && model <= CPU_MODELS.indexOf(until);
}

// Whether other forms may stand at the same opcode.
function isChosen(form: InstructionForm): boolean {
  return form.digit !== undefined || form.modrm !== undefined || form.prefix !== undefined || mods(form) !== 'any';
}

// Behind 0F, a register may stand for another instruction than memory.
function mods({ map, operands }: InstructionForm): 'any' | 'memory' | 'register' {
  if (map === 'one-byte') return 'any';
  if (operands.some((operand) => operand[0] === 'M')) return 'memory';
  return operands.some((operand) => operand[0] === 'N' || operand[0] === 'U') ? 'register' : 'any';
}

const GROUP_PREFIXES = ['none', 0x66, 0xf2, 0xf3] as const;

function fits(form: InstructionForm, prefix: number, byte: number): boolean {
  if (form.prefix !== undefined && form.prefix !== GROUP_PREFIXES[prefix]) return false;
  if (form.modrm !== undefined) return form.modrm === byte;
  if (form.digit !== undefined && form.digit !== ((byte >> 3) & 7)) return false;
  const mod = mods(form);
  return mod === 'any' || (mod === 'register') === byte >= 0xc0;
}

const SEGMENT_NAMES = ['ES', 'CS', 'SS', 'DS', 'FS', 'GS'];
const NEEDS_MODRM = new Set<number>([
  STEP.E,
  STEP.M,
  STEP.R,
  STEP.G,
  STEP.S,
  STEP.SPECIAL,
  STEP.P,
  STEP.Q,
  STEP.V,
  STEP.W,
  STEP.N,
  STEP.U,
]);
/** Operands that are implied by the instruction. */
const IMPLIED = new Set(['CL', 'DX', 'ST', 'AX']);

/** A form as the decoder uses it. */
export function compileForm(form: InstructionForm): CompiledForm {
  const { operands } = form;
  // The accumulator is the register operand where something else is the r/m operand.
  const accumulatorIsReg = operands.some((operand) => operand[0] === 'Z' || operand[0] === 'O');
  const steps = operands.flatMap((operand) => step(operand, accumulatorIsReg));
  if (isX87(form)) steps.push({ kind: STEP.FOP, byte: false, value: form.opcode & 7 });
  return {
    form,
    modrm: form.digit !== undefined || form.modrm !== undefined || steps.some(({ kind }) => NEEDS_MODRM.has(kind)),
    steps,
    ops: handlersOf(form),
    column: columnOf(form),
    condition: form.condition ?? 0,
  };
}

function isX87({ map, opcode, mnemonic }: InstructionForm): boolean {
  return map === 'one-byte' && opcode >= 0xd8 && opcode <= 0xdf && mnemonic !== 'ESC';
}

function step(operand: string, accumulatorIsReg: boolean): Step[] {
  const byte = operand === 'AL' || operand.endsWith('b');
  const of = (kind: number, value = 0): Step[] => [{ kind, byte, value }];
  if (IMPLIED.has(operand)) return [];
  if (operand === 'AL' || operand === 'eAX') return of(accumulatorIsReg ? STEP.ACC_REG : STEP.ACC_RM);
  if (operand === '1') return of(STEP.ONE);
  if (operand === 'STi') return of(STEP.STACK);
  const segment = SEGMENT_NAMES.indexOf(operand);
  if (segment >= 0) return of(STEP.FIXED_S, segment);
  switch (operand[0]) {
    case 'E':
      return of(STEP.E);
    case 'M':
      return of(STEP.M);
    case 'R':
      return of(STEP.R);
    case 'Z':
      return of(STEP.Z);
    case 'O':
      return of(STEP.O);
    case 'G':
      return of(STEP.G);
    case 'S':
      return of(STEP.S);
    case 'C':
    case 'D':
    case 'T':
      return of(STEP.SPECIAL);
    case 'J':
      return of(byte ? STEP.JB : STEP.JZ);
    case 'A':
      return of(STEP.A);
    case 'X':
      return of(STEP.X);
    case 'P':
      return of(STEP.P);
    case 'Q':
      return of(STEP.Q);
    case 'V':
      return of(STEP.V);
    case 'W':
      return of(STEP.W);
    case 'N':
      return of(STEP.N);
    case 'U':
      return of(STEP.U);
    case 'I':
      return of({ b: STEP.IB, x: STEP.IX, w: STEP.IW, z: STEP.IZ }[operand[1]] as number);
    default:
      return [];
  }
}

/** The operands without their types, as in `E,G`: handlers are named by mnemonic and shape. */
function shapeOf(form: InstructionForm): string {
  return form.operands
    .map((operand) => {
      if (IMPLIED.has(operand)) return operand;
      if (SEGMENT_NAMES.includes(operand)) return 'S';
      if (operand === '1') return 'I';
      if (operand === 'AL' || operand === 'eAX') {
        return form.operands.some((other) => other[0] === 'Z' || other[0] === 'O') ? 'G' : 'E';
      }
      return operand[0] === 'Z' || operand[0] === 'O' ? 'E' : operand[0];
    })
    .join(',');
}

function handlersOf(form: InstructionForm): [number, number, number] {
  const { mnemonic, operands } = form;
  const names = [`${mnemonic} ${operands.join(',')}`, `${mnemonic} ${shapeOf(form)}`, mnemonic];
  for (const name of names) {
    const numbers = HANDLER_NAMES.get(name);
    if (numbers !== undefined) return numbers;
  }
  throw new Error(`the opcode table has ${names[0]}, which no handler executes`);
}

function columnOf({ operands, sized }: InstructionForm): number {
  if (sized) return -1;
  const typed = operands.filter((operand) => /^(AL|eAX)$|^[EGMOXYZSRCDT][a-z]/.test(operand));
  const operand = typed[0] ?? operands.find((word) => /^[IJA][a-z]/.test(word));
  if (operand === undefined) return 1;
  if (operand[0] === 'J' || operand === 'eAX') return -1;
  if (operand === 'AL' || operand.endsWith('b')) return 0;
  if (operand.endsWith('w')) return 1;
  return operand.endsWith('d') ? 2 : -1;
}
