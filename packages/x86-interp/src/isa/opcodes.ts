import { CPU_FEATURES, type CpuFeature } from '../cpu/features.ts';
import { CPU_MODELS, type CpuModel, featuresOf } from '../cpu/models.ts';
import { type FlagEffects, flagEffects } from './flag-effects.ts';
import { MMX_MAP } from './mmx-map.ts';
import { ONE_BYTE_MAP } from './one-byte-map.ts';
import { SSE_MAP } from './sse-map.ts';
import { THREE_BYTE_MAP } from './three-byte-map.ts';
import { TWO_BYTE_MAP } from './two-byte-map.ts';
import { X87_MAP } from './x87-map.ts';

/** One encoding of an instruction. */
export interface InstructionForm {
  /** The opcode map: one byte, or behind 0F, or behind 0F 38. */
  readonly map: 'one-byte' | '0f' | '0f38';
  /**
   * The mandatory prefix, which belongs to the opcode: 66, F2, F3 (of which the last F2 or F3 counts, and 66 only without
   * one), or none of these. Undefined if prefixes have their usual meaning.
   */
  readonly prefix: 'none' | 0x66 | 0xf2 | 0xf3 | undefined;
  /** The (last) opcode byte. */
  readonly opcode: number;
  /** The `reg` field of the ModR/M byte that belongs to the opcode; undefined if it is an operand, or there is none. */
  readonly digit: number | undefined;
  /**
   * The whole ModR/M byte that belongs to the opcode: a register form of its own (`mod` is 3), beside which other forms of
   * the opcode are for memory. Undefined for all other forms.
   */
  readonly modrm: number | undefined;
  /** In upper case, without condition: `ADD`, `Jcc`. Far transfers are `CALLF`, `JMPF` and `RETF`. */
  readonly mnemonic: string;
  /**
   * Operands in the letters of the Intel SDM (volume 2, appendix A.2): addressing (E G I J M O S X Y …) and type
   * (b w v z p …). `P` and `V` are MMX and XMM registers of the `reg` field, `Q` and `W` such registers or memory, `N` and `U`
   * such registers of the `rm` field. `Z` is a register in the low three bits of the opcode, `Ix` a sign-extended byte, `STi` a register of
   * the x87 stack in the low three bits of the ModR/M byte.
   */
  readonly operands: readonly string[];
  /** The condition code of Jcc and SETcc, 0 to 15. */
  readonly condition: number | undefined;
  /** The first model that has the form; the last of all, if only a processor of one's own has its feature. */
  readonly since: CpuModel;
  /** The last model that has it. */
  readonly until: CpuModel;
  /** The feature that a processor must have for it: what counts then, whatever its model. */
  readonly feature: CpuFeature | undefined;
  /** LOCK is allowed, if the first operand is in memory. */
  readonly lock: boolean;
  /** What the prefixes F2 and F3 do: nothing, repeat, or repeat while ZF is right. */
  readonly repeat: 'none' | 'rep' | 'repe';
  /** The operand size is that of the code segment and the prefix 66, although no operand says so. */
  readonly sized: boolean;
  /** Undefined in real mode: #UD. */
  readonly protectedOnly: boolean;
  /** What it does to the flags. */
  readonly flags: FlagEffects;
}

/** The instruction set, one entry an encoding: what the decoder is made from. Made at the first call; all of it is frozen. */
export function opcodes(): readonly InstructionForm[] {
  all ??= Object.freeze(MAPS.flatMap((map) => range(256).flatMap((opcode) => [...formsOf(map, opcode)])));
  return all;
}

/** The encodings that share an opcode: one, several that the `reg` field or the model chooses from, or none. */
export function formsOf(map: InstructionForm['map'], opcode: number): readonly InstructionForm[] {
  return (linesOf(map)[opcode] ?? []).flatMap((line) => {
    return parseLine(line.split(' '), map)
      .filter((form) => form.opcode === opcode)
      .map(frozen);
  });
}

// What users get is what the decoder works with.
function frozen(form: InstructionForm): InstructionForm {
  Object.freeze(form.operands);
  Object.freeze(form.flags);
  return Object.freeze(form);
}

const MAPS = ['one-byte', '0f', '0f38'] as const;
const TEXTS = {
  'one-byte': [ONE_BYTE_MAP, X87_MAP],
  '0f': [TWO_BYTE_MAP, MMX_MAP, SSE_MAP],
  '0f38': [THREE_BYTE_MAP],
};
const PREFIXES = { 'p=np': 'none', 'p=66': 0x66, 'p=F2': 0xf2, 'p=F3': 0xf3 } as const;
const lines: { [M in InstructionForm['map']]?: string[][] } = {};
let all: readonly InstructionForm[] | undefined;

// The lines of a map by opcode. A program executes a small part of the instruction set, and pays for parsing that alone.
function linesOf(map: InstructionForm['map']): string[][] {
  let byOpcode = lines[map];
  if (byOpcode === undefined) {
    byOpcode = [];
    for (const line of TEXTS[map].flatMap((text) => text.trim().split('\n'))) {
      const first = Number.parseInt(line.slice(0, 2), 16);
      const count = line.startsWith('+r', 2) ? 8 : line.startsWith('+cc', 2) ? 16 : 1;
      for (let opcode = first; opcode < first + count; opcode++) {
        byOpcode[opcode] ??= [];
        byOpcode[opcode].push(line);
      }
    }
    lines[map] = byOpcode;
  }
  return byOpcode;
}

// The columns are: opcode, mnemonic, operands (only if they have an operand's form), attributes.
function parseLine([place, mnemonic, ...rest]: string[], map: InstructionForm['map']): InstructionForm[] {
  const operands = rest[0] !== undefined && isOperands(rest[0]) ? rest[0].split(',') : [];
  const only = rest.find((word) => word.startsWith('='))?.slice(1) as CpuModel | undefined;
  const last = rest.find((word) => word.startsWith('-'))?.slice(1) as CpuModel | undefined;
  const feature = rest.find((word) => CPU_FEATURES.includes(word as CpuFeature)) as CpuFeature | undefined;
  const named = only ?? (rest.find((word) => CPU_MODELS.includes(word as CpuModel)) as CpuModel | undefined);
  const prefix = rest.find((word) => word in PREFIXES) as keyof typeof PREFIXES | undefined;
  const form: InstructionForm = {
    map,
    prefix: prefix && PREFIXES[prefix],
    opcode: Number.parseInt(place.slice(0, 2), 16),
    digit: undefined,
    modrm: undefined,
    mnemonic,
    operands,
    condition: undefined,
    since: named ?? (feature === undefined ? oldest(map) : firstWith(feature)),
    until: only ?? last ?? CPU_MODELS[CPU_MODELS.length - 1],
    feature,
    lock: rest.includes('lock'),
    repeat: rest.includes('repe') ? 'repe' : rest.includes('rep') ? 'rep' : 'none',
    sized: rest.includes('size=v'),
    protectedOnly: rest.includes('protected'),
    flags: flagEffects(mnemonic, undefined),
  };
  return expand(place, form);
}

function isOperands(word: string): boolean {
  return /^([A-Z][a-z]{0,2}|[A-Z]{2}|STi|eAX|1)(,|$)/.test(word) && !CPU_MODELS.includes(word as CpuModel);
}

function oldest(map: InstructionForm['map']): CpuModel {
  return map === 'one-byte' ? '8086' : '80286';
}

function firstWith(feature: CpuFeature): CpuModel {
  return CPU_MODELS.find((model) => featuresOf(model).has(feature)) ?? CPU_MODELS[CPU_MODELS.length - 1];
}

function expand(place: string, form: InstructionForm): InstructionForm[] {
  const { opcode } = form;
  if (/^[0-9A-F]{4}/.test(place)) {
    const modrm = Number.parseInt(place.slice(2, 4), 16);
    return range(place.endsWith('+i') ? 8 : 1).map((i) => ({ ...form, modrm: modrm + i }));
  }
  if (place.endsWith('+r')) return range(8).map((i) => ({ ...form, opcode: opcode + i }));
  if (place.endsWith('+cc')) {
    return range(16).map((i) => ({
      ...form,
      opcode: opcode + i,
      condition: i,
      flags: flagEffects(form.mnemonic, i),
    }));
  }
  if (!place.includes('/')) return [form];
  const [first, last] = place.split('/')[1].split('-').map(Number);
  return range((last ?? first) - first + 1).map((i) => ({ ...form, digit: first + i }));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
