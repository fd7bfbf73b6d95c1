import { IndexedRegisters } from './indexed-registers.ts';

/** Numbers of CRTC registers (IBM VGA technical reference, "CRT controller registers"). */
const HORIZONTAL_DISPLAY_END = 0x01;
const OVERFLOW = 0x07;
const MAXIMUM_SCAN_LINE = 0x09;
const CURSOR_START = 0x0a;
const CURSOR_END = 0x0b;
const START_ADDRESS = 0x0c;
const CURSOR_LOCATION = 0x0e;
const VERTICAL_RETRACE_END = 0x11;
const VERTICAL_DISPLAY_END = 0x12;
const OFFSET = 0x13;
const LINE_COMPARE = 0x18;

/** Bit 7 of the vertical retrace end register: registers 00h to 07h ignore writes. */
const PROTECT = 0x80;
/** The bit of the overflow register that is never protected: bit 8 of the line compare. */
const LINE_COMPARE_8 = 0x10;
/** Bit 5 of the cursor start register: no cursor. */
const CURSOR_OFF = 0x20;
/** Bits 0 to 4 of the cursor registers: a scan line of the cell. */
const SCAN_LINE = 0x1f;
const SCAN_LINES_PER_ROW = 16;

// Registers 00h to 18h; a bit that is 0 does not exist in a VGA.
const MASKS = [
  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0x3f, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0xff, 0x7f, 0xff, 0xff, 0xef, 0xff,
];

// What a video BIOS programs for mode 3: 80x25 characters of 16 scan lines, cursor on the lines 13 and 14.
const MODE_3 = [
  0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e, 0x00, 0x00, 0x00, 0x00, 0x9c, 0x8e, 0x8f,
  0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff,
];

function initialValues(columns: number, rows: number): number[] {
  const values = [...MODE_3];
  const lastLine = rows * SCAN_LINES_PER_ROW - 1;
  values[HORIZONTAL_DISPLAY_END] = columns - 1;
  values[OFFSET] = columns / 2;
  values[VERTICAL_DISPLAY_END] = lastLine & 0xff;
  // Bits 1 and 6 of the overflow register are bits 8 and 9 of the last line.
  values[OVERFLOW] = (values[OVERFLOW] & ~0x42) | ((lastLine >> 7) & 0x02) | ((lastLine >> 3) & 0x40);
  return values;
}

/** The CRT controller: all registers can be stored and read back; those for the cursor and the start address act. */
export class Crtc {
  readonly registers: IndexedRegisters;

  constructor(columns: number, rows: number) {
    this.registers = new IndexedRegisters(MASKS, initialValues(columns, rows), 0x1f);
  }

  /** Writes the data port (3D5h). */
  write(value: number): void {
    const { registers } = this;
    const locked = registers.index <= OVERFLOW && (registers.values[VERTICAL_RETRACE_END] & PROTECT) !== 0;
    if (!locked) registers.data = value;
    else if (registers.index === OVERFLOW) {
      registers.data = (registers.data & ~LINE_COMPARE_8) | (value & LINE_COMPARE_8);
    }
  }

  /** The cell in the upper left corner of the screen, counted from the beginning of text memory. 16 bits. */
  get startAddress(): number {
    return this.#word(START_ADDRESS);
  }

  /** The cell with the cursor, counted from the beginning of text memory. 16 bits. */
  get cursorLocation(): number {
    return this.#word(CURSOR_LOCATION);
  }

  /** The first scan line of the cursor. */
  get cursorStart(): number {
    return this.registers.values[CURSOR_START] & SCAN_LINE;
  }

  /** The last scan line of the cursor. */
  get cursorEnd(): number {
    return this.registers.values[CURSOR_END] & SCAN_LINE;
  }

  /** Whether the cursor is on. */
  get cursorEnabled(): boolean {
    return (this.registers.values[CURSOR_START] & CURSOR_OFF) === 0;
  }

  /** How many scan lines are displayed: 1 to 1024. */
  get displayedLines(): number {
    const { values } = this.registers;
    const overflow = values[OVERFLOW];
    return (values[VERTICAL_DISPLAY_END] | ((overflow & 0x02) << 7) | ((overflow & 0x40) << 3)) + 1;
  }

  /** The last scan line before memory is shown from its beginning on, 0 to 1023. */
  get lineCompare(): number {
    const { values } = this.registers;
    const high = ((values[OVERFLOW] & LINE_COMPARE_8) << 4) | ((values[MAXIMUM_SCAN_LINE] & 0x40) << 3);
    return values[LINE_COMPARE] | high;
  }

  /** Whether the cursor is on and has a scan line to show. */
  get cursorShown(): boolean {
    return this.cursorEnabled && this.cursorStart <= this.cursorEnd && this.cursorStart < SCAN_LINES_PER_ROW;
  }

  #word(high: number): number {
    const { values } = this.registers;
    return (values[high] << 8) | values[high + 1];
  }
}
