import { distance80 } from './distance.test-util.ts';
import { FX } from './fx.test-util.ts';
import { GPR, IN, OUT, WINDOW, WINDOW_BYTES } from './layout.test-util.ts';
import type { Outcome } from './outcome.test-util.ts';

/** A word of an answer that is not as it should be. */
export interface Difference {
  readonly what: string;
  /** Where it is in the answer. */
  readonly at: number;
  /** The bits that differ. */
  readonly bits: number;
}

interface Rule {
  readonly mnemonics: RegExp;
  /** Why it is right on both sides. */
  readonly reason: string;
  excuses(outcome: Outcome, difference: Difference): boolean;
}

const C1 = 0x2000000;
const TRANSCENDENTAL = /^(F2XM1|FYL2X|FYL2XP1|FPTAN|FPATAN|FSIN|FCOS|FSINCOS)$/;

/** What the processor of this machine and the interpreter do each in its own right. */
const RULES: readonly Rule[] = [
  {
    mnemonics: /^/,
    reason:
      'which null selector it is: a return from Linux, after a signal or an interrupt, makes each 0 (Intel SDM volume 2, IRET)',
    excuses: ({ expected, got }, { at }) =>
      at >= OUT.SELECTORS &&
      at < OUT.BESIDE &&
      [at, at + 2].every((half) => {
        const e = expected.getUint16(half, true);
        return e === got.getUint16(half, true) || (e === 0 && got.getUint16(half, true) < 4);
      }),
  },
  {
    mnemonics: /^PUSH$/,
    reason:
      'of a segment register that is pushed as 32 bits, Intel writes the lower half, and AMD zeros into the upper one too (Intel SDM volume 2, PUSH)',
    excuses: (outcome, difference) => {
      const slot = outcome.stackTop(true);
      return /^[C-S]S$|^[FG]S$/.test(outcome.form.operands[0]) && isWithin(difference, slot + 2, slot + 4);
    },
  },
  {
    mnemonics: /^(CALLF|ENTER)$/,
    reason: 'what is below the stack pointer after a fault: AMD writes before it has checked all',
    excuses: (outcome, difference) => {
      const top = outcome.stackTop();
      return outcome.exception >= 0 && isWithin(difference, top - 0x100, top);
    },
  },
  {
    mnemonics: /^CMPS$/,
    reason: 'which of the two operands is read first, if both fault: AMD reads that in ES first, but for REPE CMPSB',
    excuses: bothFault,
  },
  {
    mnemonics: /^(RETF|IRET|FLDENV|FNSTENV|FNSAVE|FRSTOR)$/,
    reason:
      'which part of an area is touched first, and so which of several faults it is, and where; and AMD reads the stack of an outer level before it looks at the selector',
    excuses: bothFault,
  },
  {
    mnemonics: /^ENTER$/,
    reason: 'the upper half of EBP if the stack has 16 bits and the operand 32: for AMD it is that of ESP',
    excuses: ({ expected, input }, { at, bits }) =>
      at === OUT.GPR + 4 * GPR.BP &&
      (bits & 0xffff) === 0 &&
      expected.getUint16(at + 2, true) === input.getUint16(IN.GPR + 4 * GPR.SP + 2, true),
  },
  {
    mnemonics: /^POPA$/,
    reason: 'AMD sets registers before a later one faults; the instruction is as restartable with them',
    excuses: (outcome, { at }) => outcome.exception >= 0 && at >= OUT.GPR && at < OUT.SELECTORS,
  },
  {
    mnemonics: /^FU?COMIP?$/,
    reason: 'C1: Intel clears it (SDM volume 2, FCOMI), AMD leaves it',
    excuses: (_, { at, bits }) => at === OUT.FX && (bits & ~C1) === 0,
  },
  {
    mnemonics: TRANSCENDENTAL,
    reason: 'the last bit of a transcendental result, and the direction in which it was rounded',
    excuses: ({ expected, got }, { at, bits }) => {
      if (at === OUT.FX) return (bits & ~C1) === 0;
      const register = (at - OUT.FX - FX.ST) >> 4;
      return (
        (register === 0 || register === 1) && Math.abs(distance80(expected, got, OUT.FX + FX.ST + register * 16)) <= 1
      );
    },
  },
  {
    mnemonics: /^(RCP|RSQRT)[PS]S$/,
    reason:
      'approximations: their relative error is 1.5 · 2^-12 at most (Intel SDM volume 2, RCPPS), and each processor has its own',
    excuses: ({ expected, got }, { at }) => {
      const e = expected.getFloat32(at, true);
      return Math.abs(got.getFloat32(at, true) - e) <= Math.abs(e) * 3 * 2 ** -12;
    },
  },
  {
    mnemonics: /^FXSAVE$/,
    reason: 'MXCSR_MASK: AMD has a bit more, for misaligned operands',
    excuses: ({ target }, difference) => isWithin(difference, target + 28, target + 32),
  },
  {
    mnemonics: /^FX(SAVE|RSTOR)$/,
    reason: '#AC or #GP if the area is not aligned: left to the processor (Intel SDM volume 2, FXSAVE)',
    excuses: bothFault,
  },
  {
    mnemonics: /^MASKMOVQ$/,
    reason: 'AMD makes the registers those of MMX even if the write faults',
    excuses: (outcome, { at }) =>
      outcome.exception >= 0 && at >= OUT.FX && outcome.expected.getUint8(OUT.FX + FX.FTW) === 0xff,
  },
  {
    mnemonics: /^INT1$/,
    reason:
      'EIP: behind the instruction (Intel SDM volume 3A, table 6-1); a hypervisor of AMD processors that intercepts #DB leaves it at the instruction',
    excuses: ({ expected, input }, { at }) =>
      at === OUT.EIP && expected.getUint32(OUT.EIP, true) === input.getUint32(IN.EIP, true),
  },
];

/** Whether a difference is one of those that processors have among themselves. */
export function isExcused(outcome: Outcome, difference: Difference): boolean {
  return RULES.some((rule) => rule.mnemonics.test(outcome.mnemonic) && rule.excuses(outcome, difference));
}

// Whether both raised an exception, and the difference is which.
function bothFault(outcome: Outcome, { at }: Difference): boolean {
  return outcome.exception >= 0 && outcome.gotException >= 0 && (at === OUT.TRAP || at === OUT.ERROR || at === OUT.CR2);
}

// Whether all bytes of memory that differ are in a range of linear addresses. Outside of the window all that is known is whether
// something differs.
function isWithin({ at, bits }: Difference, from: number, to: number): boolean {
  if (at === OUT.BESIDE) return from < WINDOW || to > WINDOW + WINDOW_BYTES;
  if (at < OUT.WINDOW || at >= OUT.WINDOW + WINDOW_BYTES) return false;
  const linear = WINDOW + at - OUT.WINDOW;
  for (let i = 0; i < 4; i++) {
    const differs = ((bits >>> (8 * i)) & 0xff) !== 0;
    if (differs && (linear + i < from || linear + i >= to)) return false;
  }
  return true;
}
