import { BDA, EBDA, EBDA_BASE } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import type { LinearMemory } from '../guest/linear-memory.ts';
import { defaultColors } from './colors.ts';
import { setMode } from './set-mode.ts';
import { DISPI, DISPI_ENABLE, hasDispi, readDispi, writeDispi } from './vbe-ports.ts';
import { type Rgb, VgaPorts } from './vga-ports.ts';

const OK = 0x004f;
const FAILED = 0x014f;
/** Where the linear frame buffer is. */
const FRAME_BUFFER = 0xe000_0000;
const BANK_SIZE = 0x1_0000;
const DEFAULT_MEMORY = 0x1_000000;
const MODE_BITS = 0x1ff;
const KEEP = 0x8000;
const LINEAR = 0x4000;

/** Mode numbers of VESA (VBE 2.0), and of Bochs for 32 bits: width, height, bits. */
const MODES: readonly (readonly [number: number, width: number, height: number, bits: number])[] = [
  [0x100, 640, 400, 8],
  [0x101, 640, 480, 8],
  [0x103, 800, 600, 8],
  [0x105, 1024, 768, 8],
  [0x107, 1280, 1024, 8],
  [0x10d, 320, 200, 15],
  [0x10e, 320, 200, 16],
  [0x10f, 320, 200, 24],
  [0x110, 640, 480, 15],
  [0x111, 640, 480, 16],
  [0x112, 640, 480, 24],
  [0x113, 800, 600, 15],
  [0x114, 800, 600, 16],
  [0x115, 800, 600, 24],
  [0x116, 1024, 768, 15],
  [0x117, 1024, 768, 16],
  [0x118, 1024, 768, 24],
  [0x119, 1280, 1024, 15],
  [0x11a, 1280, 1024, 16],
  [0x11b, 1280, 1024, 24],
  [0x140, 320, 200, 32],
  [0x141, 640, 400, 32],
  [0x142, 640, 480, 32],
  [0x143, 800, 600, 32],
  [0x144, 1024, 768, 32],
  [0x145, 1280, 1024, 32],
];

/** Sizes and positions of red, green, blue and the rest. */
const CHANNELS: Readonly<Record<number, readonly number[]>> = {
  8: [0, 0, 0, 0, 0, 0, 0, 0],
  15: [5, 10, 5, 5, 5, 0, 1, 15],
  16: [5, 11, 6, 5, 5, 0, 0, 0],
  24: [8, 16, 8, 8, 8, 0, 0, 0],
  32: [8, 16, 8, 8, 8, 0, 8, 24],
};

/** INT 10h, AH=4Fh: VESA's BIOS extensions 2.0, over the Bochs interface. Without that, AX stays as it is. */
export function vbe(guest: Guest): void {
  if (!hasDispi(guest)) return;
  const serve = SERVICES[guest.registers.al];
  guest.registers.ax = serve?.(guest) === true ? OK : FAILED;
}

const SERVICES: Readonly<Record<number, (guest: Guest) => boolean>> = {
  0: controllerInfo,
  1: modeInfo,
  2: setVbeMode,
  3: currentMode,
  5: window,
  6: scanLine,
  7: displayStart,
  8: dacWidth,
  9: palette,
};

function controllerInfo(guest: Guest): boolean {
  const { memory, registers } = guest;
  const at = registers.es(registers.di);
  const two = memory.read32(at) === 0x3245_4256; // 'VBE2'
  const segment = Math.floor(at / 16) & 0xffff;
  const offset = at & 15;
  const info = new Uint8Array(two ? 512 : 256);
  const view = new DataView(info.buffer);
  const list = 0x40;
  const name = 0x80;
  info.set([0x56, 0x45, 0x53, 0x41, 0x00, 0x02]); // 'VESA', 2.0
  const pointer = (where: number, to: number): void => {
    view.setUint16(where, offset + to, true);
    view.setUint16(where + 2, segment, true);
  };
  for (const where of [0x06, 0x16, 0x1a, 0x1e]) pointer(where, name);
  view.setUint32(0x0a, 1, true);
  pointer(0x0e, list);
  view.setUint16(0x12, Math.floor(memoryOf(guest) / BANK_SIZE), true);
  available(guest).forEach(([number], n) => {
    view.setUint16(list + 2 * n, number, true);
  });
  view.setUint16(list + 2 * available(guest).length, 0xffff, true);
  info.set(new TextEncoder().encode('Picovm'), name);
  memory.writeBytes(at, info);
  return true;
}

function modeInfo(guest: Guest): boolean {
  const { memory, registers } = guest;
  const mode = available(guest).find(([number]) => number === (registers.cx & MODE_BITS));
  if (mode === undefined) return false;
  const [, width, height, bits] = mode;
  const pitch = width * bytesOfPixel(bits);
  const info = new Uint8Array(256);
  const view = new DataView(info.buffer);
  view.setUint16(0x00, 0x9b, true); // supported, optional data, colour, graphics, linear frame buffer
  info[0x02] = 0x07; // window A: there, readable, writable
  view.setUint16(0x04, BANK_SIZE / 1024, true);
  view.setUint16(0x06, BANK_SIZE / 1024, true);
  view.setUint16(0x08, 0xa000, true);
  view.setUint16(0x10, pitch, true);
  view.setUint16(0x12, width, true);
  view.setUint16(0x14, height, true);
  info.set([8, 16, 1, bits, 1, bits === 8 ? 4 : 6, 0], 0x16);
  info[0x1d] = Math.max(0, Math.min(255, Math.floor(memoryOf(guest) / (pitch * height)) - 1));
  info[0x1e] = 1;
  info.set(CHANNELS[bits], 0x1f);
  view.setUint32(0x28, guest.connection.frameBuffer ?? FRAME_BUFFER, true);
  memory.writeBytes(registers.es(registers.di), info);
  return true;
}

function setVbeMode(guest: Guest): boolean {
  const { registers, memory } = guest;
  const { bx } = registers;
  if ((bx & MODE_BITS) < 0x100) {
    setMode(guest, (bx & 0x7f) | ((bx & KEEP) >> 8));
    return true;
  }
  const mode = available(guest).find(([number]) => number === (bx & MODE_BITS));
  if (mode === undefined) return false;
  const [number, width, height, bits] = mode;
  // The VGA is left as mode 13h has it, colours included.
  setMode(guest, 0x93);
  writeDispi(guest, DISPI.ENABLE, 0);
  writeDispi(guest, DISPI.XRES, width);
  writeDispi(guest, DISPI.YRES, height);
  writeDispi(guest, DISPI.BPP, bits);
  writeDispi(guest, DISPI.BANK, 0);
  const keep = (bx & KEEP) !== 0 ? DISPI_ENABLE.KEEP : 0;
  writeDispi(guest, DISPI.ENABLE, DISPI_ENABLE.ON | ((bx & LINEAR) !== 0 ? DISPI_ENABLE.LINEAR : 0) | keep);
  if (bits === 8) new VgaPorts(guest, 0x3d4).dac(0, defaultColors('vga'));
  memory.write8(BDA.VIDEO_MODE, 0x7f);
  memory.write16(BDA.COLUMNS, width >> 3);
  memory.write8(BDA.ROWS, Math.min(255, (height >> 4) - 1));
  memory.write16(BDA.CHAR_HEIGHT, 16);
  memory.write16(BDA.CURSORS, 0);
  memory.write16(EBDA_BASE + EBDA.VBE_MODE, number | (bx & LINEAR));
  return true;
}

function currentMode({ memory, registers }: Guest): boolean {
  const mode = memory.read8(BDA.VIDEO_MODE);
  registers.bx = mode === 0x7f ? memory.read16(EBDA_BASE + EBDA.VBE_MODE) : mode;
  return true;
}

// BH=0 sets, 1 tells the bank of window A.
function window(guest: Guest): boolean {
  const { registers } = guest;
  if (registers.bl !== 0 || registers.bh > 1) return false;
  if (registers.bh === 1) registers.dx = readDispi(guest, DISPI.BANK);
  else if (registers.dx >= memoryOf(guest) / BANK_SIZE) return false;
  else writeDispi(guest, DISPI.BANK, registers.dx);
  return true;
}

function scanLine(guest: Guest): boolean {
  const { registers } = guest;
  const bytes = bytesOfPixel(readDispi(guest, DISPI.BPP));
  if (registers.bl === 0) writeDispi(guest, DISPI.VIRTUAL_WIDTH, registers.cx);
  else if (registers.bl === 2) writeDispi(guest, DISPI.VIRTUAL_WIDTH, Math.ceil(registers.cx / bytes));
  else if (registers.bl !== 1) return false;
  const width = readDispi(guest, DISPI.VIRTUAL_WIDTH);
  registers.bx = width * bytes;
  registers.cx = width;
  registers.dx = Math.min(0xffff, Math.floor(memoryOf(guest) / Math.max(1, width * bytes)));
  return true;
}

function displayStart(guest: Guest): boolean {
  const { registers } = guest;
  switch (registers.bl) {
    case 0x00:
    case 0x80:
      writeDispi(guest, DISPI.X_OFFSET, registers.cx);
      writeDispi(guest, DISPI.Y_OFFSET, registers.dx);
      return true;
    case 0x01:
      registers.bh = 0;
      registers.cx = readDispi(guest, DISPI.X_OFFSET);
      registers.dx = readDispi(guest, DISPI.Y_OFFSET);
      return true;
    default:
      return false;
  }
}

function dacWidth(guest: Guest): boolean {
  const { registers } = guest;
  const enable = readDispi(guest, DISPI.ENABLE);
  if (registers.bl > 1) return false;
  if (registers.bl === 0) {
    const eight = registers.bh >= 8 ? DISPI_ENABLE.DAC_8 : 0;
    writeDispi(guest, DISPI.ENABLE, (enable & ~DISPI_ENABLE.DAC_8) | eight | DISPI_ENABLE.KEEP);
  }
  registers.bh = (readDispi(guest, DISPI.ENABLE) & DISPI_ENABLE.DAC_8) !== 0 ? 8 : 6;
  return true;
}

// Entries of four bytes: blue, green, red, nothing.
function palette(guest: Guest): boolean {
  const { registers, memory } = guest;
  const count = Math.min(registers.cx, 256 - Math.min(256, registers.dx));
  const at = registers.es(registers.di);
  const vga = new VgaPorts(guest, 0x3d4);
  if (registers.bl === 0x00 || registers.bl === 0x80) {
    vga.dac(
      registers.dx,
      Array.from({ length: count }, (_, n) => readEntry(memory, at + 4 * n)),
    );
    return true;
  }
  if (registers.bl !== 0x01) return false;
  for (let n = 0; n < count; n++) {
    const [red, green, blue] = vga.readDac(registers.dx + n);
    memory.writeBytes(at + 4 * n, Uint8Array.of(blue, green, red, 0));
  }
  return true;
}

function readEntry(memory: LinearMemory, at: number): Rgb {
  const [blue, green, red] = memory.readBytes(at, 3);
  return [red, green, blue];
}

function available(guest: Guest): typeof MODES {
  const bytes = memoryOf(guest);
  return MODES.filter(([, width, height, bits]) => width * height * bytesOfPixel(bits) <= bytes);
}

// An adapter that does not tell has what Bochs' first had or more: 16 MiB.
function memoryOf(guest: Guest): number {
  const units = readDispi(guest, DISPI.MEMORY);
  return units === 0 || units === 0xffff ? DEFAULT_MEMORY : units * BANK_SIZE;
}

function bytesOfPixel(bits: number): number {
  return Math.max(1, Math.ceil(bits / 8));
}
