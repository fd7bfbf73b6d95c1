import { Decoder, DecoderOptions, RflagsBits } from 'iced-x86';
import type { InstructionForm } from '../isa/opcodes.ts';
import { GPR } from './layout.test-util.ts';
import type { Outcome } from './outcome.test-util.ts';

const BITS: readonly (readonly [number, number])[] = [
  [RflagsBits.OF, 0x800],
  [RflagsBits.SF, 0x80],
  [RflagsBits.ZF, 0x40],
  [RflagsBits.AF, 0x10],
  [RflagsBits.PF, 4],
  [RflagsBits.CF, 1],
];
/** Opcodes whose count is in CL, and those with an immediate. */
const WITH_COUNT: Readonly<Record<string, number>> = {
  'one-byte d2': 0xc0, 'one-byte d3': 0xc1, '0f a5': 0xa4, '0f ad': 0xac,
}; // biome-ignore format: a table
const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);

const known = new Map<InstructionForm, Map<number, number>>();

/**
 * The flags that are undefined after an instruction, as bits of EFLAGS. A shift by CL is asked about as the shift by an
 * immediate that it is, of which it is known what the count leaves undefined.
 */
export function undefinedFlags(outcome: Outcome): number {
  const { form, code } = outcome;
  const immediate = WITH_COUNT[`${form.map} ${form.opcode.toString(16)}`];
  const count = immediate === undefined ? code[code.length - 1] : outcome.before(GPR.CX) & 0xff;
  let masks = known.get(form);
  if (masks === undefined) {
    masks = new Map();
    known.set(form, masks);
  }
  // Nothing but a count, which comes last, makes cases of a form differ.
  let mask = masks.get(count);
  if (mask === undefined) {
    mask = decode(immediate === undefined ? code : withCount(form, code, immediate, count), outcome.bitness);
    masks.set(count, mask);
  }
  return mask;
}

function withCount({ map }: InstructionForm, code: Uint8Array, opcode: number, count: number): Uint8Array {
  const bytes = [...code, count];
  // Prefixes that are repeated make it too long, with the immediate.
  while (PREFIXES.has(bytes[0]) && bytes[0] === bytes[1]) bytes.shift();
  bytes[bytes.findIndex((byte) => !PREFIXES.has(byte)) + (map === 'one-byte' ? 0 : 1)] = opcode;
  return Uint8Array.from(bytes);
}

function decode(bytes: Uint8Array, bitness: 16 | 32): number {
  const decoder = new Decoder(bitness, bytes, DecoderOptions.NoInvalidCheck);
  const instruction = decoder.decode();
  const bits = instruction.rflagsUndefined;
  instruction.free();
  decoder.free();
  return BITS.reduce((mask, [bit, flag]) => mask | ((bits & bit) === 0 ? 0 : flag), 0);
}
