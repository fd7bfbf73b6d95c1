import { CP437 } from './cp437.ts';
import type { Screen } from './graphics-screen.ts';

/** How {@link renderText} writes a screen. */
export interface TextOptions {
  /** Leaves out the blanks at the end of each row. Default true. */
  readonly trim?: boolean;
}

/**
 * The characters of a screen as Unicode, one string a row. NUL becomes a space; colours and the cursor are left out. A screen
 * in a graphics mode has no characters, and so no rows.
 */
export function renderText(screen: Screen, options: TextOptions = {}): string[] {
  if (screen.kind === 'graphics') return [];
  const { columns, rows, cells } = screen;
  return Array.from({ length: rows }, (_, row) => {
    let line = '';
    for (let column = 0; column < columns; column++) line += CP437[cells[2 * (row * columns + column)]];
    return (options.trim ?? true) ? line.trimEnd() : line;
  });
}
