import type { Instruction } from 'iced-x86';
import type { DecodeOptions, decodeInstruction } from '../decode/decode-instruction.ts';

/** A processor, as options name it. */
export type ProcessorOption = NonNullable<DecodeOptions['cpuModel']>;

/** What both decoders made of some bytes. */
export interface Comparison {
  readonly bytes: Uint8Array;
  readonly size: 16 | 32;
  readonly cpuModel: ProcessorOption;
  readonly ours: ReturnType<typeof decodeInstruction>;
  readonly iced: Instruction;
  /** Features that iced-x86 says the instruction needs, and that the processor lacks. */
  readonly lacking: readonly string[];
}
