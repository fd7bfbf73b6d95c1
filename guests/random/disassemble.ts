import { Decoder, DecoderOptions, Formatter, FormatterSyntax } from 'iced-x86';

/** An instruction of a 16-bit segment in NASM's words, by a disassembler that is not ours. */
export function disassemble(bytes: Uint8Array, offset: number): string {
  const decoder = new Decoder(16, bytes, DecoderOptions.None);
  decoder.ip = BigInt(offset);
  const instruction = decoder.decode();
  const formatter = new Formatter(FormatterSyntax.Nasm);
  try {
    return formatter.format(instruction);
  } finally {
    for (const each of [formatter, instruction, decoder]) each.free();
  }
}
