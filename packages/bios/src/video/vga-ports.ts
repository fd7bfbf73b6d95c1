import type { Guest } from '../guest/guest.ts';

const ATTRIBUTE = 0x3c0;
const ATTRIBUTE_READ = 0x3c1;
const SEQUENCER = 0x3c4;
const DAC_MASK = 0x3c6;
const DAC_READ_INDEX = 0x3c7;
const DAC_INDEX = 0x3c8;
const DAC_DATA = 0x3c9;
const GRAPHICS = 0x3ce;
const COLOR_CRTC = 0x3d4;
const MONO_CRTC = 0x3b4;
/** The attribute controller's palette belongs to the screen, not to the CPU. */
const SHOW = 0x20;

/** A colour of the DAC, six bits each. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The registers of the VGA, as its guest reaches them. */
export class VgaPorts {
  readonly #guest: Guest;
  /** 3D4h, or 3B4h in monochrome modes. */
  readonly crtcPort: number;

  /** @param crtcPort what the BIOS data area has; anything but the monochrome port is the colour one */
  constructor(guest: Guest, crtcPort: number) {
    this.#guest = guest;
    this.crtcPort = crtcPort === MONO_CRTC ? MONO_CRTC : COLOR_CRTC;
  }

  /** Miscellaneous output. */
  set misc(value: number) {
    this.#guest.out8(0x3c2, value);
  }

  /** A register of the sequencer. */
  sequencer(index: number, value: number): void {
    this.#guest.out8(SEQUENCER, index);
    this.#guest.out8(SEQUENCER + 1, value);
  }

  /** What a register of the sequencer has. */
  readSequencer(index: number): number {
    this.#guest.out8(SEQUENCER, index);
    return this.#guest.in8(SEQUENCER + 1);
  }

  /** A register of the graphics controller. */
  graphics(index: number, value: number): void {
    this.#guest.out8(GRAPHICS, index);
    this.#guest.out8(GRAPHICS + 1, value);
  }

  /** A register of the CRT controller. */
  crtc(index: number, value: number): void {
    this.#guest.out8(this.crtcPort, index);
    this.#guest.out8(this.crtcPort + 1, value);
  }

  /** What a register of the CRT controller has. */
  readCrtc(index: number): number {
    this.#guest.out8(this.crtcPort, index);
    return this.#guest.in8(this.crtcPort + 1);
  }

  /** Two registers, the high byte first. */
  crtcWord(index: number, value: number): void {
    this.crtc(index, value >> 8);
    this.crtc(index + 1, value);
  }

  /** A register of the attribute controller. The screen stays on. */
  attribute(index: number, value: number): void {
    this.#flipFlop();
    this.#guest.out8(ATTRIBUTE, index);
    this.#guest.out8(ATTRIBUTE, value);
    this.#guest.out8(ATTRIBUTE, SHOW);
  }

  /** What a register of the attribute controller has. */
  readAttribute(index: number): number {
    this.#flipFlop();
    this.#guest.out8(ATTRIBUTE, index);
    const value = this.#guest.in8(ATTRIBUTE_READ);
    this.#flipFlop();
    this.#guest.out8(ATTRIBUTE, SHOW);
    return value;
  }

  /** Sets colours of the DAC from `first` on. */
  dac(first: number, colors: readonly Rgb[]): void {
    this.#guest.out8(DAC_INDEX, first);
    for (const color of colors) for (const part of color) this.#guest.out8(DAC_DATA, part);
  }

  /** A colour of the DAC. */
  readDac(index: number): Rgb {
    this.#guest.out8(DAC_READ_INDEX, index);
    const next = (): number => this.#guest.in8(DAC_DATA);
    return [next(), next(), next()];
  }

  /** The mask of pixels. */
  get dacMask(): number {
    return this.#guest.in8(DAC_MASK);
  }

  set dacMask(value: number) {
    this.#guest.out8(DAC_MASK, value);
  }

  // Reading input status 1 makes 3C0h expect an index.
  #flipFlop(): void {
    this.#guest.in8(this.crtcPort + 6);
  }
}
