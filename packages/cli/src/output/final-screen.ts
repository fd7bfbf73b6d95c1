import { renderAnsi, renderText, type Screen } from '@picovm/device-vga';

/** The rows of a screen as text: right-trimmed, NULs as blanks, the empty rows at the end dropped. */
export function screenLines(screen: Screen): string[] {
  return withoutEmptyEnd(renderText(screen));
}

/** The same for a terminal, in colour. */
export function colourLines(screen: Screen): string[] {
  return withoutEmptyEnd(renderAnsi(screen));
}

function withoutEmptyEnd(lines: readonly string[]): string[] {
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
}
