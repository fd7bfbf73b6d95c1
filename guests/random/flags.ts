import { RFLAGS } from '@picovm/core/x86';
import type { DecodedInstruction } from '@picovm/x86-interp';
import { flagBits } from './compare.ts';
import type { View } from './view.ts';

const SHIFTS = /^(SHL|SHR|SAR|SHLD|SHRD|ROL|ROR|RCL|RCR)$/;
const ALL = RFLAGS.CF | RFLAGS.PF | RFLAGS.AF | RFLAGS.ZF | RFLAGS.SF | RFLAGS.OF;

/**
 * The status flags that are undefined behind an instruction (Intel SDM volume 1, appendix A, and the pages of the
 * instructions), as bits of RFLAGS. Rather too many than too few.
 * @param before those that were undefined before it @param view of the guest before it
 */
export function undefinedBehind(before: number, instruction: DecodedInstruction, view: View): number {
  const { form, repeat } = instruction;
  const written = flagBits(form.flags.written);
  const undefinedNow = flagBits(form.flags.undefined);
  if (SHIFTS.test(form.mnemonic)) return behindShift(before, instruction, view);
  // Repeated no times, it leaves flags alone.
  if (form.repeat !== 'none' && repeat !== 'none') return before;
  return (before & ~written) | undefinedNow;
}

/** Whether an instruction's result depends on flags that are undefined. */
export function readsUndefined(undefinedFlags: number, { form }: DecodedInstruction): boolean {
  return (flagBits(form.flags.read) & undefinedFlags) !== 0;
}

/** The count of a shift or rotation, as the processor takes it: 0 to 31. */
export function countOf(instruction: DecodedInstruction, view: View): number {
  const last = instruction.operands[instruction.operands.length - 1];
  return (view.value(last, instruction) ?? 0) & 31;
}

/** Bits of what a shift or rotation is done to. */
export function shiftedBits({ form, operandSize }: DecodedInstruction): number {
  return form.operands[0].endsWith('b') ? 8 : operandSize;
}

function behindShift(before: number, instruction: DecodedInstruction, view: View): number {
  const count = countOf(instruction, view);
  if (count === 0) return before;
  const bits = shiftedBits(instruction);
  const { mnemonic } = instruction.form;
  const overflow = count === 1 ? 0 : RFLAGS.OF;
  if (/^R/.test(mnemonic)) {
    // Through the carry, some counts are as good as 0: what was undefined may still be so.
    const same = /^RC/.test(mnemonic) && count % (bits + 1) === 0 ? before : 0;
    return (before & ~(RFLAGS.CF | RFLAGS.OF)) | overflow | same;
  }
  if (/D$/.test(mnemonic) && count > bits) return ALL;
  const carry = mnemonic !== 'SAR' && count >= bits ? RFLAGS.CF : 0;
  return RFLAGS.AF | overflow | carry;
}
