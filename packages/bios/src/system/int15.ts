import { EBDA_BASE } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { ROM_AT, ROM_SEGMENT } from '../rom/rom-image.ts';
import { a20Service } from './a20.ts';
import { apm } from './apm.ts';
import { blockMove } from './block-move.ts';
import { extendedMemory, memoryMap } from './memory-map.ts';
import { mouseService } from './mouse.ts';
import { wait, waitForEvent } from './waits.ts';

const UNSUPPORTED = 0x86;
const SMAP = 0x534d4150;
const ENTRY = 20;
/** KiB that AH=88h tells at most: systems that ask nothing else have all up to 64 MiB. */
const MOST_EXTENDED = 0xfc00;

/** INT 15h: the rest of the system. */
export function int15(guest: Guest): void {
  const serve = SERVICES[guest.registers.ah];
  if (serve !== undefined) {
    serve(guest);
    return;
  }
  guest.registers.ah = UNSUPPORTED;
  guest.carry = true;
}

const SERVICES: Readonly<Record<number, (guest: Guest) => void>> = {
  36: a20Service,
  79: (guest) => {
    guest.carry = true; // the scan code is to be handled
  },
  83: apm,
  131: waitForEvent,
  133: succeed,
  134: wait,
  135: blockMove,
  136: (guest) => {
    const { kib, blocks } = extendedMemory(guest.connection);
    guest.registers.ax = Math.min(MOST_EXTENDED, kib + 64 * blocks);
    guest.carry = false;
  },
  144: succeed,
  145: succeed,
  192: (guest) => {
    guest.registers.setEs(ROM_SEGMENT);
    guest.registers.bx = ROM_AT.configuration;
    succeed(guest);
  },
  193: (guest) => {
    guest.registers.setEs(EBDA_BASE >> 4);
    guest.carry = false;
  },
  194: mouseService,
  232: memorySizes,
};

function succeed(guest: Guest): void {
  guest.registers.ah = 0;
  guest.carry = false;
}

function memorySizes(guest: Guest): void {
  const { registers, connection } = guest;
  guest.carry = false;
  switch (registers.al) {
    case 0x01: {
      const { kib, blocks } = extendedMemory(connection);
      registers.ax = kib;
      registers.cx = kib;
      registers.bx = blocks;
      registers.dx = blocks;
      return;
    }
    case 0x20:
      nextRange(guest);
      return;
    default:
      registers.ah = UNSUPPORTED;
      guest.carry = true;
  }
}

// EBX counts the ranges: 0 begins, and is given with the last.
function nextRange(guest: Guest): void {
  const { registers, memory, connection } = guest;
  const map = memoryMap(connection);
  const range = map[registers.ebx];
  if (registers.edx !== SMAP || registers.ecx < ENTRY || range === undefined) {
    registers.ah = UNSUPPORTED;
    guest.carry = true;
    return;
  }
  const entry = new Uint8Array(ENTRY);
  const view = new DataView(entry.buffer);
  view.setBigUint64(0, BigInt(range.base), true);
  view.setBigUint64(8, BigInt(range.length), true);
  view.setUint32(16, range.type, true);
  memory.writeBytes(registers.es(registers.di), entry);
  registers.eax = SMAP;
  registers.ecx = ENTRY;
  registers.ebx = registers.ebx + 1 < map.length ? registers.ebx + 1 : 0;
}
