import type { CpuFeature } from '../cpu/features.ts';
import { CPU_MODELS } from '../cpu/models.ts';
import { type InstructionForm, opcodes } from '../isa/opcodes.ts';

interface Group {
  /** Of the key: see `formKey`. */
  readonly forms: RegExp;
  readonly reason: string;
}

/** Forms that the processor of this machine cannot judge. */
export const UNJUDGED: readonly Group[] = [
  { forms: / CPUID /, reason: 'what it answers is the model' },
  { forms: / RDTSC /, reason: 'what it answers is the time' },
  { forms: / SYSENTER /, reason: 'processors of Intel enter Linux; for those of AMD it is invalid in IA-32e mode' },
  { forms: / (MONITOR|MWAIT) /, reason: 'invalid outside of privilege level 0' },
  {
    forms: / (SGDT|SIDT|SLDT|STR|SMSW) /,
    reason: 'with CR4.UMIP it is privileged, and Linux answers in its place',
  },
  { forms: /^0f 0dc[8-f] .* NOP /, reason: 'of a register it is invalid for AMD, and reserved for Intel' },
];

/** Forms that a user program cannot execute. What is judged is the exception, which each case must raise. */
export const REFUSED: readonly Group[] = [
  { forms: / (IN|OUT|INS|OUTS) /, reason: 'Linux allows no port, by IOPL and by the permission bit map' },
  { forms: / (CLI|STI) /, reason: 'IOPL is 0' },
  { forms: / (HLT|CLTS|INVD|WBINVD|INVLPG|LGDT|LIDT|LLDT|LTR|LMSW) /, reason: 'privileged' },
  { forms: / MOV (Rd,[CD]d|[CD]d,Rd)$/, reason: 'control and debug registers are privileged' },
  { forms: / (RDMSR|WRMSR|RDPMC|SYSEXIT) /, reason: 'privileged' },
  { forms: / RSM /, reason: 'invalid outside of system management mode' },
];

/** What Linux calls a feature, if not as CPUID does. */
const LINUX_NAMES: Partial<Record<CpuFeature, string>> = { sse3: 'pni', clfsh: 'clflush' };

/** The name of a form; only forms that no model has both of have the same. */
export function formKey({ map, prefix, opcode, digit, modrm, mnemonic, operands }: InstructionForm): string {
  const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
  const extension = modrm !== undefined ? hex(modrm) : digit !== undefined ? `/${digit}` : '';
  const mandatory = typeof prefix === 'number' ? hex(prefix) : prefix;
  return `${map} ${hex(opcode)}${extension} ${mandatory} ${mnemonic} ${operands.join()}`;
}

/** What becomes of a form, and why. */
export interface Verdict {
  readonly kind: 'judged' | 'refused' | 'listed';
  readonly reason: string;
}

/**
 * What becomes of a form.
 * @param features of the processor of this machine, in the words of Linux; by default it has all
 */
export function verdictOf(form: InstructionForm, features?: ReadonlySet<string>): Verdict {
  const key = formKey(form);
  const { feature, until } = form;
  const group = (groups: readonly Group[]): Group | undefined => groups.find(({ forms }) => forms.test(key));
  if (until !== CPU_MODELS[CPU_MODELS.length - 1]) return { kind: 'listed', reason: `of no model after the ${until}` };
  const unjudged = group(UNJUDGED);
  if (unjudged !== undefined) return { kind: 'listed', reason: unjudged.reason };
  if (feature !== undefined && features?.has(LINUX_NAMES[feature] ?? feature) === false) {
    return { kind: 'listed', reason: `the processor of this machine has no ${feature}` };
  }
  const refused = group(REFUSED);
  return refused === undefined ? { kind: 'judged', reason: '' } : { kind: 'refused', reason: refused.reason };
}

/** The keys of all forms that the processor judges, where it has them. */
export function hardwareForms(): ReadonlySet<string> {
  return new Set(
    opcodes()
      .filter((form) => verdictOf(form).kind === 'judged')
      .map(formKey),
  );
}
