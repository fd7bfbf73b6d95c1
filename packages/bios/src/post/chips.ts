import { RTC, RTC_B, readRtc, writeRtc } from '../clock/rtc.ts';
import type { Guest } from '../guest/guest.ts';

const MASTER = 0x20;
const SLAVE = 0xa0;
/** Vectors of IRQ 0 and IRQ 8. */
const VECTORS: readonly (readonly [port: number, vector: number, wiring: number])[] = [
  [MASTER, 0x08, 0x04],
  [SLAVE, 0x70, 0x02],
];
/** Open: timer, keyboard, cascade, floppy; FPU, disk. */
const MASTER_MASK = 0xb8;
const SLAVE_MASK = 0x9f;
const I8042_DATA = 0x60;
const I8042_COMMAND = 0x64;
/** Keyboard interrupt, self-test passed, translation to scan code set 1, mouse off. */
const I8042_CONFIG = 0x65;
const DRAIN = 32;

/** Programs the chips of the PC as its BIOS leaves them. */
export function setUpChips(guest: Guest): void {
  for (const [port, vector, wiring] of VECTORS) {
    guest.out8(port, 0x11);
    guest.out8(port + 1, vector);
    guest.out8(port + 1, wiring);
    guest.out8(port + 1, 0x01);
  }
  guest.out8(MASTER + 1, MASTER_MASK);
  guest.out8(SLAVE + 1, SLAVE_MASK);
  setUpTimer(guest);
  setUpKeyboard(guest);
  writeRtc(guest, RTC.A, 0x26);
  writeRtc(guest, RTC.B, (readRtc(guest, RTC.B) & RTC_B.DAYLIGHT) | RTC_B.HOURS_24);
  readRtc(guest, RTC.C);
  readRtc(guest, RTC.D);
}

// Channel 0: square waves of 65536 cycles; channel 1: the refresh that nothing needs; channel 2: silent.
function setUpTimer(guest: Guest): void {
  guest.out8(0x43, 0x36);
  guest.out8(0x40, 0);
  guest.out8(0x40, 0);
  guest.out8(0x43, 0x54);
  guest.out8(0x41, 18);
  guest.out8(0x43, 0xb6);
  guest.out8(0x42, 0);
  guest.out8(0x42, 0);
  guest.out8(0x61, guest.in8(0x61) & 0xfc);
}

function setUpKeyboard(guest: Guest): void {
  for (let n = 0; n < DRAIN && (guest.in8(I8042_COMMAND) & 1) !== 0; n++) guest.in8(I8042_DATA);
  guest.out8(I8042_COMMAND, 0xae);
  guest.out8(I8042_COMMAND, 0x60);
  guest.out8(I8042_DATA, I8042_CONFIG);
}
