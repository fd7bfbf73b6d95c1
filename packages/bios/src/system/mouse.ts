import { readTime, writeTime } from '../clock/guest-time.ts';
import { endWaitTick, startWaitTick } from '../clock/wait-tick.ts';
import { EBDA, EBDA_BASE } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';

const DATA = 0x60;
const STATUS = 0x64;
const COMMAND = 0x64;
/** Status of the 8042: a byte is there; it is the mouse's. */
const FULL = 0x01;
const FROM_MOUSE = 0x20;
const TO_MOUSE = 0xd4;
const WRITE_CONFIG = 0x60;
const ENABLE_MOUSE = 0xa8;
const SLAVE_MASK = 0xa1;
const MOUSE_IRQ = 0x10;
/** Both interrupts, self-test passed, translation to scan code set 1. */
const CONFIG = 0x47;
const ACK = 0xfa;

const DEADLINE = EBDA_BASE + EBDA.WAIT_UNTIL;
/** Nanoseconds after which a mouse is none. */
const PATIENCE = 1e9;
const HANDLER = EBDA_BASE + EBDA.MOUSE_HANDLER;
const COUNT = EBDA_BASE + EBDA.MOUSE_COUNT;
const FLAGS = EBDA_BASE + EBDA.MOUSE_FLAGS;
const PACKET = EBDA_BASE + EBDA.MOUSE_PACKET;
const WORDS = EBDA_BASE + EBDA.MOUSE_WORDS;
const HAS_HANDLER = 0x80;
const PACKET_BYTES = 3;
const DRAIN = 32;

const FUNCTION_ERROR = 0x01;
const INPUT_ERROR = 0x02;
const INTERFACE_ERROR = 0x03;
const NO_HANDLER = 0x05;
const RATES = [10, 20, 40, 60, 80, 100, 200];

/** INT 15h, AH=C2h: the PS/2 mouse. */
export function mouseService(guest: Guest): void {
  const { registers } = guest;
  const status = serve(guest);
  if (status === undefined) return;
  registers.ah = status;
  guest.carry = status !== 0;
}

/** @returns a status for AH, or undefined: the call waits */
function serve(guest: Guest): number | undefined {
  const { registers, memory } = guest;
  const { al, bh } = registers;
  switch (al) {
    case 0x00:
      if (bh > 1) return INPUT_ERROR;
      if (bh === 1 && (memory.read8(FLAGS) & HAS_HANDLER) === 0) return NO_HANDLER;
      return command(guest, [bh === 1 ? 0xf4 : 0xf5]);
    case 0x01:
    case 0x05: {
      if (al === 0x05 && bh !== PACKET_BYTES) return INPUT_ERROR;
      if (guest.token === 0) enable(guest);
      memory.write8(COUNT, 0);
      const status = command(guest, [0xff], 2);
      if (status === 0) registers.bx = 0x00aa; // it is well, and a mouse
      return status;
    }
    case 0x02:
      return bh < RATES.length ? command(guest, [0xf3, RATES[bh]]) : INPUT_ERROR;
    case 0x03:
      return bh < 4 ? command(guest, [0xe8, bh]) : INPUT_ERROR;
    case 0x04:
      registers.bh = 0;
      return 0;
    case 0x06:
      if (bh === 1) return command(guest, [0xe6]);
      return bh === 2 ? command(guest, [0xe7]) : INPUT_ERROR;
    case 0x07:
      memory.write16(HANDLER, registers.bx);
      memory.write16(HANDLER + 2, registers.special.es.selector);
      memory.write8(FLAGS, registers.special.es.selector === 0 && registers.bx === 0 ? 0 : HAS_HANDLER | PACKET_BYTES);
      return 0;
    default:
      return FUNCTION_ERROR;
  }
}

function enable(guest: Guest): void {
  guest.out8(COMMAND, ENABLE_MOUSE);
  guest.out8(COMMAND, WRITE_CONFIG);
  guest.out8(DATA, CONFIG);
}

/**
 * Sends bytes to the mouse, each of which it answers by FA, and takes what it says besides. A step a round, where it takes its
 * time: the token is the next step and one.
 * @returns a status for AH, or undefined: the call waits
 */
function command(guest: Guest, bytes: readonly number[], more = 0): number | undefined {
  const { clock } = guest.host;
  const waited = guest.token !== 0;
  if (!waited) {
    // Its interrupt would take the answers.
    guest.out8(SLAVE_MASK, guest.in8(SLAVE_MASK) | MOUSE_IRQ);
    for (let n = 0; n < DRAIN && fromMouse(guest); n++) guest.in8(DATA);
    writeTime(guest, DEADLINE, clock.now() + PATIENCE);
  }
  let status = 0;
  const steps = 2 * bytes.length + more;
  for (let step = waited ? guest.token - 1 : 0; step < steps; ) {
    const sends = step < 2 * bytes.length && step % 2 === 0;
    if (sends) {
      guest.out8(COMMAND, TO_MOUSE);
      guest.out8(DATA, bytes[step / 2]);
      step++;
    } else if (fromMouse(guest)) {
      const byte = guest.in8(DATA);
      if (step >= 2 * bytes.length || byte === ACK) step++;
    } else if (clock.now() < readTime(guest, DEADLINE)) {
      startWaitTick(guest);
      guest.wait(step + 1);
      return undefined;
    } else {
      status = INTERFACE_ERROR;
      break;
    }
  }
  if (waited) endWaitTick(guest);
  guest.goOn();
  guest.out8(SLAVE_MASK, guest.in8(SLAVE_MASK) & ~MOUSE_IRQ);
  return status;
}

function fromMouse(guest: Guest): boolean {
  return (guest.in8(STATUS) & (FULL | FROM_MOUSE)) === (FULL | FROM_MOUSE);
}

/** INT 74h, IRQ 12: a byte of a packet. AL bit 0: the packet is complete, and the stub calls the program's handler. */
export function int74(guest: Guest): void {
  const { registers, memory } = guest;
  registers.al = 0;
  if (!fromMouse(guest)) return;
  const byte = guest.in8(DATA);
  const count = memory.read8(COUNT) & 7;
  memory.write8(PACKET + count, byte);
  if (count + 1 < PACKET_BYTES) {
    memory.write8(COUNT, count + 1);
    return;
  }
  memory.write8(COUNT, 0);
  if ((memory.read8(FLAGS) & HAS_HANDLER) === 0) return;
  for (let n = 0; n < 4; n++) memory.write16(WORDS + 2 * n, n < PACKET_BYTES ? memory.read8(PACKET + n) : 0);
  registers.al = 1;
}
