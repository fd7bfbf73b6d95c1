import type { Guest } from '../guest/guest.ts';

const NOT_IN_EFFECT = 0x80;
const UNSUPPORTED = 0x86;
const ALL_DEVICES = 0x0001;
const OFF = 3;
const IDLING = 1;

/**
 * INT 15h, AH=53h: of Advanced Power Management 1.2 (Intel, Microsoft) what programs use in real mode: to be idle, and to power
 * off. There is no interface of protected mode.
 */
export function apm(guest: Guest): void {
  const { registers } = guest;
  guest.carry = false;
  switch (registers.al) {
    case 0x00:
      registers.ax = 0x0102;
      registers.bx = 0x504d; // 'PM'
      registers.cx = 0;
      return;
    case 0x05:
      // Until the next interrupt.
      if (guest.token === 0) guest.wait(IDLING);
      else guest.goOn();
      return;
    case 0x07:
      if (registers.bx === ALL_DEVICES && registers.cx === OFF) guest.host.systemEvent('shutdown');
      registers.ah = 0;
      return;
    case 0x0a:
      // On line, no battery.
      registers.bx = 0x01ff;
      registers.cx = 0x80ff;
      return;
    case 0x0b:
      registers.ah = NOT_IN_EFFECT; // no event
      guest.carry = true;
      return;
    case 0x0e:
      registers.ax = 0x0102;
      return;
    case 0x01:
    case 0x04:
    case 0x06:
    case 0x08:
    case 0x0d:
    case 0x0f:
      registers.ah = 0;
      return;
    default:
      registers.ah = UNSUPPORTED;
      guest.carry = true;
  }
}
