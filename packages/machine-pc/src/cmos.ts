import type { Floppy } from '@picovm/device-disk';
import type { BootDrive } from './pc-types.ts';

const FLOPPY_TYPES = 0x10;
const EQUIPMENT = 0x14;
const BOOT_ORDER_3 = 0x38;
const BOOT_ORDER_1_2 = 0x3d;
const SIZE = 128;

/** Bits of the equipment byte: an FPU, a mouse; the number of floppy drives, less one, from bit 6 on. */
const FPU = 0x02;
const MOUSE = 0x04;
const HAS_FLOPPIES = 0x01;

/** How a firmware for QEMU's machines has its boot order, four bits a drive. */
const BOOT_CODES: Readonly<Record<BootDrive, number>> = { floppy: 1, disk: 2, cdrom: 3 };

/** What a set-up program writes into the CMOS memory of a PC: drives, equipment, and in which order to boot. */
export function cmosOf(drives: Floppy['drives'], bootOrder: readonly BootDrive[]): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  const [first = 0, second = 0] = drives.map(({ cmosType }) => cmosType);
  bytes[FLOPPY_TYPES] = (first << 4) | second;
  bytes[EQUIPMENT] = FPU | MOUSE | (drives.length > 0 ? HAS_FLOPPIES | ((drives.length - 1) << 6) : 0);
  const [one = 0, two = 0, three = 0] = bootOrder.map((drive) => BOOT_CODES[drive]);
  bytes[BOOT_ORDER_1_2] = one | (two << 4);
  // Bit 0: what a disk begins with need not carry the signature 55 AA.
  bytes[BOOT_ORDER_3] = (three << 4) | 0x01;
  return bytes;
}
