import type { Guest } from '../guest/guest.ts';

const INDEX = 0x1ce;
const DATA = 0x1cf;
const ID = 0;
const PRESENT = 0xb0c0;

/** Registers of the Bochs VBE interface. */
export const DISPI = {
  XRES: 1,
  YRES: 2,
  BPP: 3,
  ENABLE: 4,
  BANK: 5,
  VIRTUAL_WIDTH: 6,
  VIRTUAL_HEIGHT: 7,
  X_OFFSET: 8,
  Y_OFFSET: 9,
  /** Memory in units of 64 KiB, from version 4 on. */
  MEMORY: 10,
} as const;

/** Bits of the enable register. */
export const DISPI_ENABLE = { ON: 0x01, DAC_8: 0x20, LINEAR: 0x40, KEEP: 0x80 } as const;

/** A register. */
export function readDispi(guest: Guest, index: number): number {
  guest.out16(INDEX, index);
  return guest.in16(DATA);
}

/** Sets a register. */
export function writeDispi(guest: Guest, index: number, value: number): void {
  guest.out16(INDEX, index);
  guest.out16(DATA, value);
}

/** Whether the adapter has the interface. */
export function hasDispi(guest: Guest): boolean {
  return (readDispi(guest, ID) & 0xfff0) === PRESENT;
}

/** Back to the modes of the VGA. */
export function vbeOff(guest: Guest): void {
  if (hasDispi(guest)) writeDispi(guest, DISPI.ENABLE, 0);
}
