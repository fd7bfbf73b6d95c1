import { CpuidFeature, Decoder, DecoderOptions, Instruction, MandatoryPrefix, Mnemonic } from 'iced-x86';
import type { CpuFeature } from '../cpu/features.ts';
import { processorOf } from '../cpu/processor.ts';
import { type DecodedInstruction, decodeInstruction } from '../decode/decode-instruction.ts';
import { formKey } from '../hardware/forms.test-util.ts';
import { codeInfo } from './code-bytes.test-util.ts';
import type { Comparison, ProcessorOption } from './comparison.test-util.ts';
import { EXPLAINED, type Explanation } from './explained.test-util.ts';
import { icedOperands } from './iced-text.test-util.ts';
import { icedMnemonic } from './mnemonic.test-util.ts';
import { oursText } from './ours-text.test-util.ts';

/** The room of one instruction: more than the 15 bytes that it may have. */
export const SLOT_BYTES = 16;

// What our processors do not do, newer than all of them, in the place of older instructions with a meaningless prefix.
const OPTIONS =
  DecoderOptions.NoMPFX_0FBC | DecoderOptions.NoMPFX_0FBD | DecoderOptions.NoWbnoinvd | DecoderOptions.MovTr;

/** Decodes bytes with iced-x86 and with the interpreter's decoder, and compares the two. */
export class IcedJudge {
  /** How often each explanation was needed. */
  readonly explained: Map<Explanation, number> = new Map();
  /** What nothing explains; the first of each kind. */
  readonly differences: string[] = [];
  /** The keys of the forms of the opcode table that both decoded alike. */
  readonly forms: Set<string> = new Set();
  /** Byte strings that were compared, and how many of these are instructions for both. */
  compared = 0;
  agreed = 0;
  readonly #cpuModel: ProcessorOption;
  readonly #features: ReadonlySet<CpuFeature>;
  readonly #model: number;
  readonly #kinds = new Set<string>();

  constructor(cpuModel: ProcessorOption) {
    const { features, model } = processorOf(cpuModel);
    this.#cpuModel = cpuModel;
    this.#features = features;
    this.#model = model;
  }

  /** Compares instructions, each of which has a slot of {@link SLOT_BYTES}. */
  judge(slots: Uint8Array, size: 16 | 32): void {
    const decoder = new Decoder(size, slots, OPTIONS);
    const iced = new Instruction();
    for (let at = 0; at < slots.length; at += SLOT_BYTES) {
      decoder.position = at;
      decoder.ip = 0n;
      decoder.decodeOut(iced);
      this.#compare(slots.subarray(at, at + SLOT_BYTES), size, iced);
    }
    iced.free();
    decoder.free();
  }

  #compare(bytes: Uint8Array, size: 16 | 32, iced: Instruction): void {
    this.compared++;
    const ours = decodeInstruction(bytes, { size, cpuModel: this.#cpuModel });
    if (iced.isInvalid && !ours.valid) return;
    const difference = firstDifference(ours, iced);
    if (difference === undefined) {
      this.agreed++;
      if (ours.valid) this.forms.add(formKey(ours.form));
      return;
    }
    const lacking = iced.isInvalid ? [] : this.#lacking(iced);
    const comparison: Comparison = { bytes, size, cpuModel: this.#cpuModel, ours, iced, lacking };
    const explanation = EXPLAINED.find(({ applies }) => applies(comparison));
    if (explanation === undefined) {
      this.#note(difference, comparison);
      return;
    }
    this.explained.set(explanation, (this.explained.get(explanation) ?? 0) + 1);
    if (ours.valid && explanation.alike) this.forms.add(formKey(ours.form));
  }

  // The difference is told once for each instruction.
  #note(difference: string, { bytes, size, ours, iced }: Comparison): void {
    const kind = `${difference.split(':')[0]} ${ours.valid ? ours.form.mnemonic : ''} ${codeInfo(iced.code).name}`;
    if (this.#kinds.has(kind)) return;
    this.#kinds.add(kind);
    const text = iced.isInvalid ? 'invalid' : iced.toString();
    this.differences.push(`${Buffer.from(bytes).toString('hex')} (${size} bits, ${text}): ${difference}`);
  }

  #lacking(iced: Instruction): string[] {
    return codeInfo(iced.code)
      .features.map((feature) => CpuidFeature[feature])
      .filter((name) => !this.#has(name));
  }

  #has(name: string): boolean {
    if (name in SINCE) return this.#model >= SINCE[name];
    const feature = RENAMED[name] ?? name.toLowerCase();
    return this.#features.has(feature as CpuFeature);
  }
}

/** The first model (see `MODEL`) with what is no feature of CPUID. */
const SINCE: Readonly<Record<string, number>> = {
  INTEL8086: 0, INTEL186: 1, INTEL286: 2, INTEL386: 3, INTEL386_ONLY: 3, INTEL486: 4, FPU: 4, FPU287: 4, FPU287XL_ONLY: 4,
  FPU387: 4, CPUID: 4, RDPMC: 6, MULTIBYTENOP: 7, PAUSE: 0,
}; // biome-ignore format: a table
const RENAMED: Readonly<Record<string, string>> = { CLFSH: 'clfsh', CX8: 'cx8' };

function firstDifference(ours: ReturnType<typeof decodeInstruction>, iced: Instruction): string | undefined {
  if (iced.isInvalid) return 'only we know it';
  if (!ours.valid) return `we say ${ours.reason}`;
  if (ours.length !== iced.length) return `length: ${ours.length}, not ${iced.length}`;
  const name = Mnemonic[iced.mnemonic].toUpperCase();
  if (icedMnemonic(ours) !== name) return `mnemonic: ${icedMnemonic(ours)}, not ${name}`;
  const wrong = prefixDifference(ours, iced);
  if (wrong !== undefined) return wrong;
  const [mine, other] = [explicitText(ours), icedText(ours, iced)].map((texts) => texts.join(', '));
  return mine === other ? undefined : `operands: ${mine}, not ${other}`;
}

function prefixDifference(ours: DecodedInstruction, iced: Instruction): string | undefined {
  const { operandSize, mandatoryPrefix } = codeInfo(iced.code).opCode;
  if (operandSize !== 0 && operandSize !== ours.operandSize) return `operand size: ${ours.operandSize}`;
  if (ours.lock !== iced.hasLockPrefix) return `LOCK: ${ours.lock}`;
  if (mandatoryPrefix !== MandatoryPrefix.None) return undefined;
  const repeat = iced.hasRepPrefix ? 'rep' : iced.hasRepnePrefix ? 'repne' : 'none';
  return repeat === ours.repeat ? undefined : `repeat: ${ours.repeat}`;
}

// It lists no operands for MONITOR, all of which are implied.
function explicitText(ours: DecodedInstruction): string[] {
  return ours.form.mnemonic === 'MONITOR' ? [] : oursText(ours);
}

// iced-x86 lists some registers that the manual's operand columns leave out, and implied memory first.
function icedText({ form }: DecodedInstruction, iced: Instruction): string[] {
  const texts = icedOperands(iced);
  if (form.mnemonic === 'LODS' || form.mnemonic === 'SCAS' || (form.mnemonic === 'FXCH' && texts.length > 1)) {
    return texts.slice(1);
  }
  if (form.mnemonic.startsWith('MASKMOV')) return [...texts.slice(1), texts[0]];
  return form.mnemonic === 'STOS' ? texts.slice(0, 1) : texts;
}
