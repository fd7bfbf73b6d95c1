/** How the memory of a mode is laid out. */
export type ModeLayout = 'text' | 'cga' | 'planar' | 'packed';

/** Which colours the DAC gets. */
export type ModePalette = 'ega' | 'cga' | 'mono' | 'vga';

/** A video mode: register values as the IBM VGA has them (IBM PS/2 hardware interface reference, "Video subsystem"). */
export interface VideoMode {
  /** In AL. */
  readonly number: number;
  readonly layout: ModeLayout;
  readonly columns: number;
  readonly rows: number;
  /** Scan lines of a character. */
  readonly charHeight: number;
  /** Bytes of a page, as 40:4C has them. */
  readonly pageSize: number;
  /** Physical address of the memory. */
  readonly base: number;
  /** Pixels, of text modes those of the characters. */
  readonly width: number;
  readonly height: number;
  /** Bits of a pixel. */
  readonly depth: number;
  readonly palette: ModePalette;
  /** Miscellaneous output. */
  readonly misc: number;
  /** Sequencer registers 1 to 4. */
  readonly sequencer: string;
  /** CRT controller registers 0 to 18h. */
  readonly crtc: string;
  /** Graphics controller registers 0 to 8. */
  readonly graphics: string;
  /** Attribute controller registers 0 to 14h. */
  readonly attribute: string;
}

type Row = readonly [
  number: number,
  layout: ModeLayout,
  columns: number,
  rows: number,
  charHeight: number,
  pageSize: number,
  base: number,
  depth: number,
  palette: ModePalette,
  misc: number,
  sequencer: string,
  crtc: string,
  graphics: string,
  attribute: string,
];

const TEXT_40 = '2d2728902ba0bf1f004f0d0e000000009c8e8f141f96b9a3ff';
const TEXT_80 = '5f4f50825581bf1f004f0d0e000000009c8e8f281f96b9a3ff';
const MONO_80 = '5f4f50825581bf1f004f0d0e000000009c8e8f280d96b9a3ff';
const EGA_COLORS = '0001020304051407 38393a3b3c3d3e3f';
const CGA_COLORS = '0001020304050607 1011121314151617';
const PLANAR = '000000000000050fff';
const TEXT = '0000000000100e00ff';

// biome-ignore format: a table is read by its columns.
const ROWS: readonly Row[] = [
  [0x00, 'text', 40, 25, 16, 0x0800, 0xb8000, 4, 'ega', 0x67, '08030002', TEXT_40, TEXT, `${EGA_COLORS}0c000f0800`],
  [0x01, 'text', 40, 25, 16, 0x0800, 0xb8000, 4, 'ega', 0x67, '08030002', TEXT_40, TEXT, `${EGA_COLORS}0c000f0800`],
  [0x02, 'text', 80, 25, 16, 0x1000, 0xb8000, 4, 'ega', 0x67, '00030002', TEXT_80, TEXT, `${EGA_COLORS}0c000f0800`],
  [0x03, 'text', 80, 25, 16, 0x1000, 0xb8000, 4, 'ega', 0x67, '00030002', TEXT_80, TEXT, `${EGA_COLORS}0c000f0800`],
  [0x04, 'cga', 40, 25, 8, 0x4000, 0xb8000, 2, 'cga', 0x63, '09030002',
    '2d2728902b80bf1f00c10000000000009c8e8f140096b9a2ff', '0000000000300f00ff', '00131517020406071011121314151617 0100030000'],
  [0x05, 'cga', 40, 25, 8, 0x4000, 0xb8000, 2, 'cga', 0x63, '09030002',
    '2d2728902b80bf1f00c10000000000009c8e8f140096b9a2ff', '0000000000300f00ff', '00131517020406071011121314151617 0100030000'],
  [0x06, 'cga', 80, 25, 8, 0x4000, 0xb8000, 1, 'cga', 0x63, '01010006',
    '5f4f50825480bf1f00c10000000000009c8e8f280096b9c2ff', '0000000000000d00ff', '00171717171717171717171717171717 0100010000'],
  [0x07, 'text', 80, 25, 16, 0x1000, 0xb0000, 1, 'mono', 0x66, '00030002', MONO_80, '0000000000100a00ff',
    '00080808080808081018181818181818 0e000f0800'],
  [0x0d, 'planar', 40, 25, 8, 0x2000, 0xa0000, 4, 'cga', 0x63, '090f0006',
    '2d2728902b80bf1f00c00000000000009c8e8f140096b9e3ff', PLANAR, `${CGA_COLORS}01000f0000`],
  [0x0e, 'planar', 80, 25, 8, 0x4000, 0xa0000, 4, 'cga', 0x63, '010f0006',
    '5f4f50825480bf1f00c00000000000009c8e8f280096b9e3ff', PLANAR, `${CGA_COLORS}01000f0000`],
  [0x10, 'planar', 80, 25, 14, 0x8000, 0xa0000, 4, 'ega', 0xa3, '010f0006',
    '5f4f50825480bf1f004000000000000083855d280f63bae3ff', PLANAR, `${EGA_COLORS}01000f0000`],
  [0x11, 'planar', 80, 30, 16, 0xa000, 0xa0000, 1, 'ega', 0xe3, '010f0006',
    '5f4f508254800b3e0040000000000000ea8cdf2800e704c3ff', '000000000000050fff', '003f3f3f3f3f3f3f3f3f3f3f3f3f3f3f 01000f0000'],
  [0x12, 'planar', 80, 30, 16, 0xa000, 0xa0000, 4, 'ega', 0xe3, '010f0006',
    '5f4f508254800b3e0040000000000000ea8cdf2800e704e3ff', PLANAR, `${EGA_COLORS}01000f0000`],
  [0x13, 'packed', 40, 25, 8, 0x2000, 0xa0000, 8, 'vga', 0x63, '010f000e',
    '5f4f50825480bf1f00410000000000009c8e8f284096b9a3ff', '000000000040050fff', '000102030405060708090a0b0c0d0e0f 41000f0000'],
];

/** All modes of the VGA but 0Fh. */
const VIDEO_MODES: readonly VideoMode[] = ROWS.map(
  ([
    number,
    layout,
    columns,
    rows,
    charHeight,
    pageSize,
    base,
    depth,
    palette,
    misc,
    sequencer,
    crtc,
    graphics,
    attribute,
  ]) => ({
    ...{ number, layout, columns, rows, charHeight, pageSize, base, depth, palette, misc },
    ...{ sequencer, crtc, graphics, attribute },
    width: columns * 8,
    height: rows * charHeight,
  }),
);

/** The mode with a number of 7 bits. */
export function videoMode(number: number): VideoMode | undefined {
  return VIDEO_MODES.find((mode) => mode.number === number);
}

/** The bytes of a string of hexadecimal digits, in which blanks do not count. */
export function bytesOf(hex: string): number[] {
  return (hex.replaceAll(' ', '').match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
}
