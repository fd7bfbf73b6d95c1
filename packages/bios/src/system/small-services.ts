import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';

const PRINTER_TIMED_OUT = 0x01;

/** INT 11h: the equipment. */
export function int11({ registers, memory }: Guest): void {
  registers.ax = memory.read16(BDA.EQUIPMENT);
}

/** INT 12h: KiB of memory below the extended BIOS data area. */
export function int12({ registers, memory }: Guest): void {
  registers.ax = memory.read16(BDA.MEMORY);
}

/** INT 17h: there is no printer. */
export function int17({ registers }: Guest): void {
  registers.ah = PRINTER_TIMED_OUT;
}
