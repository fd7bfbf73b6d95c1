import { EBDA, EBDA_BASE } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';

const LAST_SEGMENT = 0xef80;
/** ROMs begin on multiples of 2 KiB, and say their length in units of 512 bytes. */
const STEP = 0x80;
const UNIT = 512;
const NEXT = EBDA_BASE + EBDA.ROM_SCAN;

/** The next option ROM between C8000h and EFFFFh whose checksum is right: its segment in AX, or 0 at the end. */
export function nextOptionRom(guest: Guest): void {
  const { memory, registers, connection } = guest;
  registers.ax = 0;
  if (connection.optionRoms !== true) return;
  for (let segment = memory.read16(NEXT); segment >= 0xc800 && segment <= LAST_SEGMENT; segment += STEP) {
    const at = segment * 16;
    const length = memory.read8(at + 2) * UNIT;
    if (memory.read16(at) !== 0xaa55 || length === 0 || at + length > 0xf0000) continue;
    if (memory.readBytes(at, length).reduce((sum, byte) => (sum + byte) & 0xff, 0) !== 0) continue;
    memory.write16(NEXT, Math.ceil((segment + length / 16) / STEP) * STEP);
    registers.ax = segment;
    return;
  }
}
