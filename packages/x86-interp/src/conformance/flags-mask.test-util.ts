import { readFileSync } from 'node:fs';

interface OpcodeMetadata {
  readonly 'flags-mask'?: number;
  readonly reg?: Readonly<Record<string, OpcodeMetadata>>;
}

let metadata: Readonly<Record<string, OpcodeMetadata>> | undefined;

/** The defined bits of FLAGS after an opcode of the 8086 set, as its metadata has them. @param file as in `D0.4` */
export function flagsMask8086(path: string, file: string): number {
  metadata ??= JSON.parse(readFileSync(path, 'utf8')).opcodes as Record<string, OpcodeMetadata>;
  const [opcode, digit] = file.split('.');
  const entry = metadata[opcode];
  return (digit === undefined ? entry : entry?.reg?.[digit])?.['flags-mask'] ?? 0xffff;
}

/** The same for the 80286 set, which comes with no masks: those of the 8086, or of an instruction alike. */
export function flagsMask80286(path: string, file: string): number {
  const [opcode, digit] = file.split('.');
  if (opcode === 'C0' || opcode === 'C1') return flagsMask8086(path, `${opcode === 'C0' ? 'D2' : 'D3'}.${digit}`);
  if (opcode === '69' || opcode === '6B') return flagsMask8086(path, 'F7.5');
  return flagsMask8086(path, file);
}
