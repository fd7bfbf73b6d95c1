import { FONT_8X16_ROWS } from './font-data.ts';

/** A bitmap font for code page 437 with glyphs 8 pixels wide. */
export interface BitmapFont {
  /** Rows of a glyph, 1 to 32. */
  readonly height: number;
  /** 256 glyphs of `height` bytes: one byte a row from the top, the most significant bit is the leftmost pixel. */
  readonly rows: Uint8Array;
}

let font8x16: BitmapFont | undefined;

/**
 * The built-in 8x16 font, complete for code page 437: Spleen 8x16 with the missing glyphs drawn in its style. It is no
 * copy of a ROM; its licence is in the package's NOTICE. Decoded at the first call.
 */
export function vgaFont8x16(): BitmapFont {
  font8x16 ??= {
    height: 16,
    rows: Uint8Array.from(
      FONT_8X16_ROWS.flatMap((glyph) => glyph.match(/../g) as string[]),
      (row) => Number.parseInt(row, 16),
    ),
  };
  return font8x16;
}
