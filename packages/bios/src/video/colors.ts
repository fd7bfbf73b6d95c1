import type { ModePalette } from './mode-table.ts';
import type { Rgb } from './vga-ports.ts';

/** Two thirds and one third of full intensity, six bits. */
const HIGH = 0x2a;
const LOW = 0x15;
const FULL = 0x3f;
const COLORS = 256;
const EGA_COLORS = 64;
/** The greys of mode 13h. */
const GREYS = [0x00, 0x05, 0x08, 0x0b, 0x0e, 0x11, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x28, 0x2d, 0x32, 0x38, 0x3f];
/** The hues of mode 13h: five levels from the least to the most, for three intensities of three saturations. */
const LEVELS = [
  [0x00, 0x10, 0x1f, 0x2f, 0x3f],
  [0x1f, 0x27, 0x2f, 0x37, 0x3f],
  [0x2d, 0x31, 0x36, 0x3a, 0x3f],
  [0x00, 0x07, 0x0e, 0x15, 0x1c],
  [0x0e, 0x11, 0x15, 0x18, 0x1c],
  [0x14, 0x16, 0x18, 0x1a, 0x1c],
  [0x00, 0x04, 0x08, 0x0c, 0x10],
  [0x08, 0x0a, 0x0c, 0x0e, 0x10],
  [0x0b, 0x0c, 0x0d, 0x0f, 0x10],
];
/** Around the circle from blue: red rises, blue falls, green rises, red falls, blue rises, green falls. */
const HUES = 24;

/** The colours that a mode begins with. */
export function defaultColors(palette: ModePalette): Rgb[] {
  if (palette === 'vga') return vgaColors();
  return Array.from({ length: EGA_COLORS }, (_, n) => {
    if (palette === 'mono') return grey([0, HIGH, LOW, FULL][(n >> 3) & 3]);
    return palette === 'cga' ? cgaColor((n & 7) | ((n & 0x10) >> 1)) : egaColor(n);
  });
}

/** What a colour looks like without colours: 30 % red, 59 % green, 11 % blue. */
export function greyOf([red, green, blue]: Rgb): Rgb {
  return grey(Math.min(FULL, Math.round(red * 0.3 + green * 0.59 + blue * 0.11)));
}

function grey(level: number): Rgb {
  return [level, level, level];
}

// Bits 0 to 2 are two thirds of blue, green and red, bits 3 to 5 one third.
function egaColor(n: number): Rgb {
  const part = (bit: number): number => ((n >> bit) & 1) * HIGH + ((n >> (bit + 3)) & 1) * LOW;
  return [part(2), part(1), part(0)];
}

// Of the sixteen, dark yellow is brown.
function cgaColor(n: number): Rgb {
  const base = n & 8 ? LOW : 0;
  const part = (bit: number): number => base + ((n >> bit) & 1) * HIGH;
  return n === 6 ? [HIGH, LOW, 0] : [part(2), part(1), part(0)];
}

function vgaColors(): Rgb[] {
  const colors: Rgb[] = Array.from({ length: 16 }, (_, n) => cgaColor(n));
  for (const level of GREYS) colors.push(grey(level));
  for (const levels of LEVELS) for (let n = 0; n < HUES; n++) colors.push(hue(levels, n));
  while (colors.length < COLORS) colors.push(grey(0));
  return colors;
}

function hue(levels: readonly number[], n: number): Rgb {
  const step = n % 4;
  const [up, down, least, most] = [levels[step], levels[4 - step], levels[0], levels[4]];
  switch (Math.floor(n / 4)) {
    case 0:
      return [up, least, most];
    case 1:
      return [most, least, down];
    case 2:
      return [most, up, least];
    case 3:
      return [down, most, least];
    case 4:
      return [least, most, up];
    default:
      return [least, down, most];
  }
}
