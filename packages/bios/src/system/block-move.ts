import type { Guest } from '../guest/guest.ts';

const MOST_WORDS = 0x8000;
const SOURCE = 0x10;
const TARGET = 0x18;

/**
 * INT 15h, AH=87h: moves words anywhere below 4 GiB. ES:SI is a table of descriptors: the third is the source, the fourth the
 * target. What a program cannot reach in real mode, the host can.
 */
export function blockMove(guest: Guest): void {
  const { registers, memory } = guest;
  const table = registers.es(registers.si);
  const words = registers.cx;
  if (words > MOST_WORDS) {
    registers.ah = 0x02; // beyond the limit of a segment
    guest.carry = true;
    return;
  }
  const [source, target] = [baseOf(guest, table + SOURCE), baseOf(guest, table + TARGET)];
  // The move is made with A20 on.
  const data = guest.withA20(() => memory.readBytes(source, 2 * words));
  guest.withA20(() => memory.writeBytes(target, data));
  registers.ah = 0;
  guest.carry = false;
  guest.zero = true;
}

function baseOf({ memory }: Guest, descriptor: number): number {
  const low = memory.read16(descriptor + 2) | (memory.read8(descriptor + 4) << 16);
  return (low | (memory.read8(descriptor + 7) << 24)) >>> 0;
}
