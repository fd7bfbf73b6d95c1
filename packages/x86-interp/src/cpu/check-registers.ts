import { type SnapshotDifference, VmError } from '@picovm/core';
import {
  checkX86Registers,
  checkX86SpecialRegisters,
  type X86Registers,
  type X86SpecialRegisters,
} from '@picovm/core/x86';
import type { Processor } from './processor.ts';
import { registerDifferences, specialDifferences } from './register-differences.ts';

/**
 * Makes sure that `setRegisters` can take what it was given.
 * @returns a copy @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function checkRegisters(processor: Processor, registers: Partial<X86Registers>): Partial<X86Registers> {
  const checked = checkX86Registers(registers);
  refuse('setRegisters', processor, registerDifferences(checked));
  return checked;
}

/** The same for `setSpecialRegisters`, by the rules by which a saved state is taken. */
export function checkSpecialRegisters(
  processor: Processor,
  special: Partial<X86SpecialRegisters>,
): Partial<X86SpecialRegisters> {
  const checked = checkX86SpecialRegisters(special);
  refuse('setSpecialRegisters', processor, specialDifferences(processor, checked));
  return checked;
}

function refuse(name: string, processor: Processor, differences: readonly SnapshotDifference[]): void {
  if (differences.length === 0) return;
  const list = differences.map(({ what, snapshot, machine }) => `${what} would be ${snapshot}, and has ${machine}`);
  throw new VmError('ERR_INVALID_ARGUMENT', `${name}() on a ${processor.name}: ${list.join('; ')}`, { differences });
}
