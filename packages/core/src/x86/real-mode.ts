import { checkNames, showValue } from '../arguments.ts';
import { VmError } from '../errors.ts';
import type { FarPointer } from './far-pointer.ts';
import { X86_SEGMENTS } from './registers.ts';
import { realModeSegment } from './reset-state.ts';
import type { X86Vcpu } from './vcpu.ts';

/**
 * Puts a vCPU at `entry` in real mode, as a boot loader would: CS is `entry.segment`, the other segments are
 * `dataSegment`, RFLAGS is 2 (interrupts off), and the general-purpose registers are 0.
 * @param dataSegment 16 bits; 0 if not given
 * @throws VmError `ERR_INVALID_ARGUMENT` if a part of the address has more than 16 bits
 */
export function enterRealMode(vcpu: X86Vcpu, entry: FarPointer, dataSegment = 0): void {
  checkNames('the entry of enterRealMode()', entry, ['segment', 'offset'], 'field');
  for (const [what, value] of [
    ['segment', entry.segment],
    ['offset', entry.offset],
    ['data segment', dataSegment],
  ] as const) {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
      throw new VmError(
        'ERR_INVALID_ARGUMENT',
        `the ${what} of a real-mode address has 16 bits, ${showValue(value)} does not fit`,
      );
    }
  }
  vcpu.reset();
  const data = realModeSegment(dataSegment);
  const segments = Object.fromEntries(X86_SEGMENTS.map((name) => [name, data]));
  vcpu.setSpecialRegisters({ ...segments, cs: { ...realModeSegment(entry.segment), type: 11 } });
  vcpu.setRegisters({ rip: BigInt(entry.offset), rflags: 2n, rdx: 0n });
}
