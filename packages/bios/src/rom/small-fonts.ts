import { vgaFont8x16 } from '@picovm/device-vga';

const GLYPHS = 256;
const TALL = 16;
const SHORT = 8;
/** Box drawing, blocks and shades, which must meet their neighbours. */
const FIRST_BOX = 0xb0;
const LAST_BOX = 0xdf;
/**
 * Rows of the 16 that make up a letter: above the x-height, the x-height down to the base line, below it; and how many of the 8
 * rows each part gets.
 */
const ZONES: readonly (readonly [first: number, end: number, rows: number])[] = [
  [1, 5, 2],
  [5, 12, 5],
  [12, 16, 1],
];

let small: Uint8Array | undefined;

/** The 8x16 font without its first and last row: 256 glyphs of 14 bytes. */
export function font8x14(): Uint8Array {
  const { rows } = vgaFont8x16();
  const font = new Uint8Array(GLYPHS * 14);
  for (let code = 0; code < GLYPHS; code++) font.set(rows.subarray(code * TALL + 1, code * TALL + 15), code * 14);
  return font;
}

/**
 * A font of 8x8 made of the 8x16 one: of each part of a letter those rows go that repeat their neighbours. 256 glyphs of 8
 * bytes.
 */
export function font8x8(): Uint8Array {
  small ??= shrink();
  return small;
}

function shrink(): Uint8Array {
  const { rows } = vgaFont8x16();
  const font = new Uint8Array(GLYPHS * SHORT);
  for (let code = 0; code < GLYPHS; code++) {
    const tall = rows.subarray(code * TALL, code * TALL + TALL);
    const box = code >= FIRST_BOX && code <= LAST_BOX;
    font.set(box ? halved(tall) : code < 0x20 ? joined(tall) : thinned(tall), code * SHORT);
  }
  return font;
}

// Every other row, but a line is never lost.
function halved(tall: Uint8Array): Uint8Array {
  const shade = tall.every((row, at) => row === tall[at % 4]) && tall[0] !== tall[1];
  return Uint8Array.from({ length: SHORT }, (_, y) => (shade ? tall[y] : tall[2 * y] | tall[2 * y + 1]));
}

function joined(tall: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: SHORT }, (_, y) => tall[2 * y] | tall[2 * y + 1]);
}

function thinned(tall: Uint8Array): Uint8Array {
  return Uint8Array.from(ZONES.flatMap(([first, end, rows]) => fewer([...tall.subarray(first, end)], rows)));
}

// Rows go one by one: the one that differs least from the row above it, empty ones last.
function fewer(rows: number[], count: number): number[] {
  while (rows.length > count) {
    // An empty row on top goes first: letters of the same height then keep the same one.
    let best = 0;
    let least = rows[0] === 0 ? -1 : Number.POSITIVE_INFINITY;
    for (let y = 1; y < rows.length; y++) {
      const difference = bits(rows[y] ^ rows[y - 1]) + (rows[y] !== 0 && rows[y - 1] === 0 ? 4 : 0);
      if (difference < least) [least, best] = [difference, y];
    }
    const [gone] = rows.splice(best, 1);
    if (best > 0) rows[best - 1] |= gone;
  }
  return rows;
}

function bits(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}
