import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';

/** Registers of a 16550A by their offsets. */
const DATA = 0;
const DIVISOR_HIGH = 1;
const LINE_CONTROL = 3;
const MODEM_CONTROL = 4;
const LINE_STATUS = 5;
const MODEM_STATUS = 6;
const DLAB = 0x80;
const RECEIVED = 0x01;
const CAN_SEND = 0x20;
const TIMED_OUT = 0x80;
/** Divisors of 115200 by the upper three bits of AL: 110 to 9600 baud. */
const DIVISORS = [1047, 768, 384, 192, 96, 48, 24, 12];
const PORTS = 4;

/** INT 14h: serial ports. Nothing is waited for: what is not there at once is a time-out. */
export function int14(guest: Guest): void {
  const { registers, memory } = guest;
  const base = registers.dx < PORTS ? memory.read16(BDA.COM + 2 * registers.dx) : 0;
  if (base === 0) {
    registers.ah = TIMED_OUT;
    return;
  }
  switch (registers.ah) {
    case 0x00:
      initialize(guest, base);
      status(guest, base);
      return;
    case 0x01:
      send(guest, base);
      return;
    case 0x02:
      receive(guest, base);
      return;
    case 0x03:
      status(guest, base);
      return;
  }
}

function initialize(guest: Guest, base: number): void {
  const { al } = guest.registers;
  const divisor = DIVISORS[al >> 5];
  guest.out8(base + LINE_CONTROL, DLAB);
  guest.out8(base + DATA, divisor);
  guest.out8(base + DIVISOR_HIGH, divisor >> 8);
  guest.out8(base + LINE_CONTROL, al & 0x1f);
  guest.out8(base + MODEM_CONTROL, 0x03);
}

function send(guest: Guest, base: number): void {
  const line = guest.in8(base + LINE_STATUS);
  if ((line & CAN_SEND) !== 0) guest.out8(base + DATA, guest.registers.al);
  guest.registers.ah = (line & CAN_SEND) !== 0 ? line & 0x7f : line | TIMED_OUT;
}

function receive(guest: Guest, base: number): void {
  const line = guest.in8(base + LINE_STATUS);
  const there = (line & RECEIVED) !== 0;
  if (there) guest.registers.al = guest.in8(base + DATA);
  guest.registers.ah = there ? line & 0x1e : TIMED_OUT;
}

function status(guest: Guest, base: number): void {
  guest.registers.ah = guest.in8(base + LINE_STATUS) & 0x7f;
  guest.registers.al = guest.in8(base + MODEM_STATUS);
}
