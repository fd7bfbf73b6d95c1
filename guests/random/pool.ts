import { type InstructionForm, opcodes } from '@picovm/x86-interp';

const STATE_OF_OTHERS = 'it is about the x87, MMX or SSE, which have judges of their own';
const THIS_PROCESSOR = 'what it gives is not the same on any two processors';
const MODE = 'it changes the mode of the processor or its tables, or waits';
/** What real-mode programs are not made of, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  HLT: 'it ends a program',
  CPUID: THIS_PROCESSOR,
  RDTSC: THIS_PROCESSOR,
  RDPMC: THIS_PROCESSOR,
  RDMSR: THIS_PROCESSOR,
  WRMSR: THIS_PROCESSOR,
  SYSENTER: MODE,
  SYSEXIT: MODE,
  RSM: MODE,
  LGDT: MODE,
  LIDT: MODE,
  LMSW: MODE,
  MONITOR: MODE,
  MWAIT: MODE,
  EMMS: STATE_OF_OTHERS,
  FXSAVE: STATE_OF_OTHERS,
  FXRSTOR: STATE_OF_OTHERS,
  LDMXCSR: STATE_OF_OTHERS,
  STMXCSR: STATE_OF_OTHERS,
};
/** Registers of the x87, MMX and SSE; control, debug and test registers. */
const OTHER_OPERANDS = /^([PVQWNUCDT][a-z]|STi?$)/;
const X87 = { first: 0xd8, last: 0xdf } as const;

/** The general instructions by mnemonic, each with all its encodings. */
export const POOL: ReadonlyMap<string, readonly InstructionForm[]> = byMnemonic(opcodes().filter(isGeneral));
/** Every encoding of them. */
export const FORMS: readonly InstructionForm[] = [...POOL.values()].flat();
export const MNEMONICS: readonly string[] = [...POOL.keys()];

function isGeneral({ map, opcode, mnemonic, operands, protectedOnly }: InstructionForm): boolean {
  if (protectedOnly || mnemonic in LEFT_OUT) return false;
  if (map === 'one-byte' && opcode >= X87.first && opcode <= X87.last) return false;
  return !operands.some((operand) => OTHER_OPERANDS.test(operand));
}

function byMnemonic(forms: readonly InstructionForm[]): Map<string, InstructionForm[]> {
  const pool = new Map<string, InstructionForm[]>();
  for (const form of forms) {
    const same = pool.get(form.mnemonic);
    if (same === undefined) pool.set(form.mnemonic, [form]);
    else same.push(form);
  }
  return pool;
}
