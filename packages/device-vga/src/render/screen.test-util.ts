import { CP437, type TextScreen } from '../index.ts';

/** The 16 colours of mode 3. */
export const PALETTE: readonly number[] = [
  0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa, 0x555555, 0x5555ff, 0x55ff55,
  0x55ffff, 0xff5555, 0xff55ff, 0xffff55, 0xffffff,
];

/**
 * A screen of one row a string, 0x07 unless `attributes` says another one by row; its width is that of the first row.
 * Characters are those of code page 437, and `\0` is NUL.
 */
export function screenOf(
  lines: readonly string[],
  options: {
    attributes?: readonly (readonly number[])[];
    blink?: boolean;
    cursor?: Partial<TextScreen['cursor']>;
  } = {},
): TextScreen {
  const columns = lines[0].length;
  const cells = new Uint8Array(2 * columns * lines.length);
  lines.forEach((line, row) => {
    for (let column = 0; column < columns; column++) {
      const character = line[column] ?? ' ';
      const at = 2 * (row * columns + column);
      cells[at] = character === '\0' ? 0 : character === ' ' ? 0x20 : CP437.indexOf(character);
      cells[at + 1] = options.attributes?.[row]?.[column] ?? 0x07;
    }
  });
  return {
    columns,
    rows: lines.length,
    cells,
    cursor: { column: 0, row: 0, visible: false, start: 13, end: 14, ...options.cursor },
    blink: options.blink ?? true,
    palette: PALETTE,
  };
}
