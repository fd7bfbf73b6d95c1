import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import { ROM_AT, ROM_SEGMENT } from '../rom/rom-image.ts';
import { Screen } from './screen.ts';

const DONE = 0x12;
const COLOR_VGA = 0x08;
/** 40:89: bits 7 and 4 are the number of scan lines, 3 no default colours, 1 greys. */
const LINES = 0x90;
const LINES_OF = [0x80, 0x00, 0x10];
const VIDEO_MEMORY_OFF = 0x02;

/** INT 10h, AH=12h: selects by BL. */
export function select(guest: Guest): void {
  const { registers, memory } = guest;
  const { al, bl } = registers;
  switch (bl) {
    case 0x10:
      // Colour, 256 KiB, switches.
      registers.bx = 0x0003;
      registers.cx = memory.read8(BDA.VIDEO_SWITCHES) & 0x0f;
      return;
    case 0x30:
      if (al > 2) return;
      changeFlags(guest, LINES_OF[al], LINES);
      break;
    case 0x31:
      changeFlags(guest, (al & 1) << 3, 0x08);
      break;
    case 0x32:
      guest.out8(0x3c2, al & 1 ? guest.in8(0x3cc) & ~VIDEO_MEMORY_OFF : guest.in8(0x3cc) | VIDEO_MEMORY_OFF);
      break;
    case 0x33:
      changeFlags(guest, al & 1 ? 0 : 0x02, 0x02);
      break;
    case 0x34:
      memory.write8(BDA.VIDEO_CONTROL, (memory.read8(BDA.VIDEO_CONTROL) & ~1) | (al & 1));
      break;
    case 0x36: {
      const { vga } = new Screen(guest);
      const clocking = vga.readSequencer(1);
      vga.sequencer(1, al & 1 ? clocking | 0x20 : clocking & ~0x20);
      break;
    }
    default:
      return;
  }
  registers.al = DONE;
}

function changeFlags({ memory }: Guest, set: number, clear: number): void {
  memory.write8(BDA.VGA_FLAGS, (memory.read8(BDA.VGA_FLAGS) & ~clear) | set);
}

/** INT 10h, AH=1Ah: a VGA with a colour screen, and nothing else. */
export function displayCombination({ registers, memory }: Guest): void {
  if (registers.al === 0) {
    registers.bl = COLOR_VGA;
    registers.bh = 0;
  } else if (registers.al === 1) memory.write8(BDA.DISPLAY_COMBINATION, registers.bl);
  else return;
  registers.al = 0x1a;
}

/** INT 10h, AH=1Bh: 64 bytes at ES:DI about the state of the screen. */
export function functionality(guest: Guest): void {
  const { registers, memory } = guest;
  if (registers.bx !== 0) return;
  const info = new Uint8Array(64);
  info.set([ROM_AT.videoFunctionality & 0xff, ROM_AT.videoFunctionality >> 8, ROM_SEGMENT & 0xff, ROM_SEGMENT >> 8]);
  info.set(memory.readBytes(BDA.VIDEO_MODE, 30), 4);
  info.set([memory.read8(BDA.ROWS) + 1, memory.read8(BDA.CHAR_HEIGHT), memory.read8(BDA.CHAR_HEIGHT + 1)], 0x22);
  const text = new Screen(guest).mode?.layout === 'text';
  const scanLines = (memory.read8(BDA.VGA_FLAGS) & 0x10) !== 0 ? 2 : (memory.read8(BDA.VGA_FLAGS) & 0x80) !== 0 ? 0 : 1;
  info.set([COLOR_VGA, 0, 16, 0, text ? 8 : 1, scanLines, 0, 0, 0x01], 0x25);
  info[0x31] = 3; // 256 KiB
  memory.writeBytes(registers.es(registers.di), info);
  registers.al = 0x1b;
}
