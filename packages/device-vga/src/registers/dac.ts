const ENTRIES = 256;
/** Bytes of the whole table. */
export const DAC_BYTES: number = 3 * ENTRIES;
/** A component has 6 bits, unless the DAC is told to have 8. */
export const COMPONENT = 0x3f;

// The 64 colours of the EGA: bits 2, 1, 0 are two thirds of red, green, blue, and bits 5, 4, 3 one third.
function initialColors(): Uint8Array {
  const values = new Uint8Array(DAC_BYTES);
  for (let color = 0; color < 64; color++) {
    for (let component = 0; component < 3; component++) {
      const strong = (color >> (2 - component)) & 1;
      const weak = (color >> (5 - component)) & 1;
      values[3 * color + component] = 0x2a * strong + 0x15 * weak;
    }
  }
  return values;
}

/** The digital-to-analog converter: 256 colours of three times 6 bits behind ports 3C6h to 3C9h. */
export class Dac {
  readonly values: Uint8Array = initialColors();
  /** Port 3C6h: is ANDed to every entry that is looked up. */
  pixelMask = 0xff;
  /** The entry that 3C9h reads or writes. */
  index = 0;
  /** The component of it that is next: red, green, blue. */
  component = 0;
  /** Whether the index came from 3C7h, for reading. */
  reading = false;
  /** Whether a component has 8 bits: an addition of later chips. */
  wide = false;

  reset(): void {
    this.values.set(initialColors());
    this.pixelMask = 0xff;
    this.wide = false;
    this.select(0, false);
  }

  /** Writes 3C7h (`reading`) or 3C8h. */
  select(index: number, reading: boolean): void {
    this.index = index;
    this.component = 0;
    this.reading = reading;
  }

  /** What 3C7h reads: 3 after an index for reading, 0 after one for writing. */
  get state(): number {
    return this.reading ? 3 : 0;
  }

  /** Reads 3C9h: the next component. */
  readData(): number {
    const value = this.values[3 * this.index + this.component];
    this.#advance();
    return value;
  }

  /** Writes 3C9h: the next component. */
  writeData(value: number): void {
    this.values[3 * this.index + this.component] = this.wide ? value : value & COMPONENT;
    this.#advance();
  }

  /** The colour of an entry, 0xRRGGBB. */
  rgb(entry: number): number {
    const at = 3 * (entry & this.pixelMask);
    const [red, green, blue] = this.values.subarray(at, at + 3);
    if (this.wide) return (red << 16) | (green << 8) | blue;
    return (to8Bits(red) << 16) | (to8Bits(green) << 8) | to8Bits(blue);
  }

  #advance(): void {
    this.component++;
    if (this.component < 3) return;
    this.component = 0;
    this.index = (this.index + 1) % ENTRIES;
  }
}

function to8Bits(component: number): number {
  const six = component & COMPONENT;
  return (six << 2) | (six >> 4);
}
