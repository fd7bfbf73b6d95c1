import type { AccessSize } from '@picovm/core';
import { FakeMachine } from '@picovm/testkit';
import { type GraphicsScreen, type TextScreen, type Vga, type VgaOptions, vga } from '../index.ts';

/** What a video BIOS writes for a mode (IBM VGA technical reference, "Register values of the modes"). */
interface ModeTable {
  readonly misc: number;
  readonly sequencer: readonly number[];
  readonly crtc: readonly number[];
  readonly graphics: readonly number[];
  readonly attribute: readonly number[];
}

const EGA = [0, 1, 2, 3, 4, 5, 0x14, 7, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f];
const LINES_200 = [0xbf, 0x1f, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f];

/** The modes of the tests. */
export const MODES = {
  '03h': {
    misc: 0x67,
    sequencer: [3, 0, 3, 0, 2],
    crtc: [0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0, 0x4f, 0x0d, 0x0e, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff],
    graphics: [0, 0, 0, 0, 0, 0x10, 0x0e, 0, 0xff],
    attribute: [...EGA, 0x0c, 0, 0x0f, 8, 0],
  },
  '07h': {
    misc: 0x66,
    sequencer: [3, 0, 3, 0, 2],
    crtc: [0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0, 0x4f, 0x0d, 0x0e, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x28, 0x0f, 0x96, 0xb9, 0xa3, 0xff],
    graphics: [0, 0, 0, 0, 0, 0x10, 0x0a, 0, 0xff],
    attribute: [0, 8, 8, 8, 8, 8, 8, 8, 0x10, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x0e, 0, 0x0f, 8, 0],
  },
  '04h': {
    misc: 0x63,
    sequencer: [3, 9, 3, 0, 2],
    crtc: [0x2d, 0x27, 0x28, 0x90, 0x2b, 0x80, 0xbf, 0x1f, 0, 0xc1, 0, 0, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x14, 0, 0x96, 0xb9, 0xa2, 0xff],
    graphics: [0, 0, 0, 0, 0, 0x30, 0x0f, 0, 0xff],
    attribute: [0, 0x13, 0x15, 0x17, 2, 4, 6, 7, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 1, 0, 3, 0, 0],
  },
  '06h': {
    misc: 0x63,
    sequencer: [3, 1, 1, 0, 6],
    crtc: [0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0xbf, 0x1f, 0, 0xc1, 0, 0, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x28, 0, 0x96, 0xb9, 0xc2, 0xff],
    graphics: [0, 0, 0, 0, 0, 0, 0x0d, 0, 0xff],
    attribute: [0, ...Array(15).fill(0x17), 1, 0, 1, 0, 0],
  },
  '0Dh': {
    misc: 0x63,
    sequencer: [3, 9, 0x0f, 0, 6],
    crtc: [0x2d, 0x27, 0x28, 0x90, 0x2b, 0x80, ...LINES_200, 0x14, 0, 0x96, 0xb9, 0xe3, 0xff],
    graphics: [0, 0, 0, 0, 0, 0, 5, 0x0f, 0xff],
    attribute: [0, 1, 2, 3, 4, 5, 6, 7, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 1, 0, 0x0f, 0, 0],
  },
  '12h': {
    misc: 0xe3,
    sequencer: [3, 1, 0x0f, 0, 6],
    crtc: [0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0x0b, 0x3e, 0, 0x40, 0, 0, 0, 0, 0, 0, 0xea, 0x8c, 0xdf, 0x28, 0, 0xe7, 4, 0xe3, 0xff],
    graphics: [0, 0, 0, 0, 0, 0, 5, 0x0f, 0xff],
    attribute: [...EGA, 1, 0, 0x0f, 0, 0],
  },
  '13h': {
    misc: 0x63,
    sequencer: [3, 1, 0x0f, 0, 0x0e],
    crtc: [0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0xbf, 0x1f, 0, 0x41, 0, 0, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x28, 0x40, 0x96, 0xb9, 0xa3, 0xff],
    graphics: [0, 0, 0, 0, 0, 0x40, 5, 0x0f, 0xff],
    attribute: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x41, 0, 0x0f, 0, 0],
  },
} as const satisfies Record<string, ModeTable>; // biome-ignore format: a row a register file

/** A VGA in a machine, as a program meets it. */
export class VgaProgram extends FakeMachine {
  readonly vga: Vga;

  constructor(options: VgaOptions & { readonly memory?: ConstructorParameters<typeof FakeMachine>[1] } = {}) {
    const { memory, ...rest } = options;
    const device = vga({ frameBufferSize: 1 << 20, ...rest });
    super(device, memory);
    this.vga = device;
  }

  override readMmio(address: number, size: AccessSize = 1): number {
    return super.readMmio(address, size);
  }

  override writeMmio(address: number, value: number, size: AccessSize = 1): void {
    super.writeMmio(address, value, size);
  }

  /** Writes a register behind an index port. */
  set(port: number, index: number, value: number): void {
    this.writePort(port, index);
    this.writePort(port + 1, value);
  }

  /** Sets a mode as a video BIOS does; video memory stays. */
  setMode(name: keyof typeof MODES): void {
    const { misc, sequencer, crtc, graphics, attribute } = MODES[name];
    this.writePort(0x3c2, misc);
    const base = (misc & 1) !== 0 ? 0x3d0 : 0x3b0;
    sequencer.forEach((value, i) => void this.set(0x3c4, i, value));
    this.set(base + 4, 0x11, 0);
    crtc.forEach((value, i) => void this.set(base + 4, i, value));
    graphics.forEach((value, i) => void this.set(0x3ce, i, value));
    this.readPort(base + 0xa);
    attribute.forEach((value, i) => {
      this.writePort(0x3c0, i);
      this.writePort(0x3c0, value);
    });
    this.writePort(0x3c0, 0x20);
  }

  /** Sets a register of the Bochs display interface. */
  vbe(index: number, value: number): void {
    this.writePort(0x1ce, index, 2);
    this.writePort(0x1cf, value, 2);
  }

  readVbe(index: number): number {
    this.writePort(0x1ce, index, 2);
    return this.readPort(0x1cf, 2);
  }

  /** Sets a colour of the DAC, components of 6 bits. */
  color(index: number, red: number, green: number, blue: number): void {
    this.writePort(0x3c8, index);
    for (const value of [red, green, blue]) this.writePort(0x3c9, value);
  }

  text(): TextScreen {
    const screen = this.vga.screen();
    if (screen.kind === 'graphics') throw new Error('the screen is in a graphics mode');
    return screen;
  }

  picture(): GraphicsScreen {
    const screen = this.vga.screen();
    if (screen.kind !== 'graphics') throw new Error('the screen is in a text mode');
    return screen;
  }

  /** The colour of a pixel, 0xRRGGBB. */
  pixel(x: number, y: number): number {
    const { width, data } = this.picture();
    const at = 4 * (y * width + x);
    return (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
  }
}
