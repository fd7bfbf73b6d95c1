import type { InstructionForm } from '../isa/opcodes.ts';

/** What the `rm` field of a form may name. */
export type RmKind = 'none' | 'register' | 'memory' | 'both';

const RM_KINDS: Readonly<Record<string, RmKind>> = {
  E: 'both', Q: 'both', W: 'both', M: 'memory', R: 'register', N: 'register', U: 'register',
}; // biome-ignore format: a table

const REG_LETTERS = 'GSCDTPV';
const SEGMENTS = ['ES', 'CS', 'SS', 'DS', 'FS', 'GS'];

function isTyped(operand: string): boolean {
  return /^[A-Z]([a-z].*)?$/.test(operand) && !SEGMENTS.includes(operand);
}

/** What the `rm` field is. */
export function rmKind({ operands, digit }: InstructionForm): RmKind {
  for (const operand of operands) {
    const kind = isTyped(operand) ? RM_KINDS[operand[0]] : undefined;
    if (kind !== undefined) return kind;
  }
  return digit === undefined ? 'none' : 'register';
}

/** The letter of the operand in the `reg` field, or undefined. */
export function regLetter({ operands }: InstructionForm): string | undefined {
  return operands.find((operand) => isTyped(operand) && REG_LETTERS.includes(operand[0]))?.[0];
}

/** Whether a ModR/M byte follows the opcode. */
export function hasModrm(form: InstructionForm): boolean {
  return (
    form.digit !== undefined || form.modrm !== undefined || rmKind(form) !== 'none' || regLetter(form) !== undefined
  );
}

const WIDTHS: Readonly<Record<string, number>> = {
  b: 1, w: 2, d: 4, q: 8, t: 10, s: 6, ps: 16, pd: 16, dq: 16, ss: 4, sd: 8,
}; // biome-ignore format: a table
const AREAS: Readonly<Record<string, number>> = { FXSAVE: 512, FXRSTOR: 512, FNSAVE: 108, FRSTOR: 108 };

/** Bytes of the operand in memory. @param size bytes of the operand size */
export function memoryBytes({ mnemonic, operands }: InstructionForm, size: 2 | 4): number {
  const operand = operands.find((word) => isTyped(word) && 'EQWMO'.includes(word[0])) ?? '';
  const type = operand.slice(1);
  if (type === 'v') return size;
  if (type === 'p') return size + 2;
  if (type === 'a') return size * 2;
  return WIDTHS[type] ?? AREAS[mnemonic] ?? 28;
}
