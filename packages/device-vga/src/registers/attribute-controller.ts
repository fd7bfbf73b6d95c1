/** Numbers of its registers behind the 16 of the palette. */
const MODE_CONTROL = 0x10;
const COLOR_PLANE_ENABLE = 0x12;
const HORIZONTAL_PANNING = 0x13;
const COLOR_SELECT = 0x14;

/** Mode control: attribute bit 7 means blinking. */
const BLINK = 0x08;
/** Mode control: bits 4 and 5 of a colour come from the colour select register. */
const P54S = 0x80;

/** The bits that registers 00h to 14h have. */
export const ATTRIBUTE_MASKS: readonly number[] = [...Array(16).fill(0x3f), 0xef, 0xff, 0x3f, 0x0f, 0x0f];

// What a video BIOS programs for mode 3: the colours of the EGA, blinking on, all planes.
const MODE_3 = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x0c, 0x00, 0x0f,
  0x08, 0x00,
];

const PALETTE_ADDRESS_SOURCE = 0x20;
/** Bits 0 to 4 choose a register, bit 5 (palette address source) turns the picture on. */
const REGISTER = 0x1f;
/** The bits that the index register has. */
export const ATTRIBUTE_INDEX_MASK = 0x3f;

/** The attribute controller, whose port 3C0h takes an index and a value by turns. */
export class AttributeController {
  readonly values: Uint8Array = Uint8Array.from(MODE_3);
  /** The last index written, with bit 5. */
  index = 0x20;
  /** Whether the next write to 3C0h is a value. */
  expectsData = false;

  reset(): void {
    this.values.set(MODE_3);
    this.index = 0x20;
    this.expectsData = false;
  }

  /** What 3C1h reads. */
  get data(): number {
    const register = this.index & REGISTER;
    return register < this.values.length ? this.values[register] : 0;
  }

  /** Writes 3C0h. */
  write(value: number): void {
    const register = this.index & REGISTER;
    if (!this.expectsData) this.index = value & ATTRIBUTE_INDEX_MASK;
    else if (register < this.values.length) this.values[register] = value & ATTRIBUTE_MASKS[register];
    this.expectsData = !this.expectsData;
  }

  /** Whether attribute bit 7 means blinking; otherwise it is the intensity of the background. */
  get blink(): boolean {
    return (this.values[MODE_CONTROL] & BLINK) !== 0;
  }

  /** Whether the picture is on: bit 5 of the index register. */
  get shown(): boolean {
    return (this.index & PALETTE_ADDRESS_SOURCE) !== 0;
  }

  /** By how many dots the picture is shifted to the left. */
  get panning(): number {
    return this.values[HORIZONTAL_PANNING];
  }

  /** The entry of the DAC that one of the 16 colours of an attribute byte ends up at, 0 to 255. */
  dacEntry(color: number): number {
    const { values } = this;
    const select = values[COLOR_SELECT];
    let entry = values[color & values[COLOR_PLANE_ENABLE] & 0x0f];
    if ((values[MODE_CONTROL] & P54S) !== 0) entry = (entry & 0x0f) | ((select & 0x03) << 4);
    return entry | ((select & 0x0c) << 4);
  }
}
