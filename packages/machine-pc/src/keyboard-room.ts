import { isKeyBufferFull } from '@picovm/bios';
import type { GuestMemory, Vm } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';

const PAGING = 1n << 31n;
/** The keyboard buffer of a BIOS: where the next key is read and written, as offsets from 400h (BIOS data area). */
const HEAD = 0x41a;
const TAIL = 0x41c;

/** What a machine that starts by its firmware begins with: the keyboard buffer is there when the firmware has set it up. */
export function forgetKeyboardBuffer(memory: GuestMemory): void {
  memory.writeU16(HEAD, 0);
  memory.writeU16(TAIL, 0);
}

/**
 * Whether a BIOS has room for another key: it keeps 15, and drops what comes then, and what comes before it has set up the
 * keyboard. In protected mode it is not the BIOS that reads the keyboard, or only now and then.
 */
export function keyboardHasRoom({ memory, vcpu }: Pick<Vm<X86Vcpu>, 'memory' | 'vcpu'>, byFirmware: boolean): boolean {
  const { cr0 } = vcpu.getSpecialRegisters();
  const head = memory.readU16(HEAD);
  const tail = memory.readU16(TAIL);
  // Some firmware sets up the machine in protected mode, without paging.
  if (byFirmware && head === 0 && tail === 0 && (cr0 & PAGING) === 0n) return false;
  return !isKeyBufferFull({ memory, vcpu });
}
