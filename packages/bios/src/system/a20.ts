import type { Guest } from '../guest/guest.ts';

const PORT_92 = 0x92;
const GATE = 0x02;
const RESET = 0x01;
const I8042_DATA = 0x60;
const I8042_COMMAND = 0x64;
const WRITE_OUTPUT_PORT = 0xd1;
/** Its output port with A20 off; with it on, bit 1 is set. */
const A20_OFF = 0xdd;
const UNSUPPORTED = 0x86;

/**
 * INT 15h, AH=24h: the gate of address line A20. Port 92h and the keyboard controller drive it together, either is enough: to
 * close it both are told.
 */
export function a20Service(guest: Guest): void {
  const { registers } = guest;
  const port = guest.in8(PORT_92) & ~RESET;
  registers.ah = 0;
  guest.carry = false;
  switch (registers.al) {
    case 0x00:
      guest.out8(PORT_92, port & ~GATE);
      guest.out8(I8042_COMMAND, WRITE_OUTPUT_PORT);
      guest.out8(I8042_DATA, A20_OFF);
      return;
    case 0x01:
      guest.out8(PORT_92, port | GATE);
      return;
    case 0x02:
      registers.al = guest.a20 ? 1 : 0;
      return;
    case 0x03:
      registers.bx = 0x0003; // the keyboard controller, and port 92h
      return;
    default:
      registers.ah = UNSUPPORTED;
      guest.carry = true;
  }
}
