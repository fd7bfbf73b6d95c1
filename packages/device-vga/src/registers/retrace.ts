/** Nanoseconds of a scan line: 900 dots of 28.322 MHz. */
const LINE = 31_777;
/** Nanoseconds of it that are displayed: 720 dots. */
const LINE_DISPLAYED = 25_422;
/** Scan lines of a frame, which make 70.1 Hz. */
const LINES = 449;
const LINES_DISPLAYED = 400;
/** The vertical retrace lasts two lines, from registers 10h and 11h of mode 3 (0x19C to 0x19E). */
const RETRACE_START = 412;
const RETRACE_END = 414;

/** Bit 0: nothing is displayed, because of a horizontal or vertical blank. */
const DISPLAY_DISABLED = 0x01;
const VERTICAL_RETRACE = 0x08;

/** Input status register 1 (3DAh) at a moment of guest time in nanoseconds: where the beam is in an 80x25 text mode. */
export function inputStatus1(now: number): number {
  const inFrame = now % (LINE * LINES);
  const line = Math.floor(inFrame / LINE);
  if (line >= LINES_DISPLAYED) {
    return line >= RETRACE_START && line < RETRACE_END ? DISPLAY_DISABLED | VERTICAL_RETRACE : DISPLAY_DISABLED;
  }
  return inFrame % LINE >= LINE_DISPLAYED ? DISPLAY_DISABLED : 0;
}
