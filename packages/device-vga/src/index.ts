export { type BitmapFont, vgaFont8x16 } from './font/font.ts';
export { encodePng, type PngOptions } from './png/png.ts';
export { type AnsiOptions, renderAnsi } from './render/ansi.ts';
export { CP437 } from './render/cp437.ts';
export { type RgbaImage, type RgbaOptions, renderRgba } from './render/rgba.ts';
export { renderText, type TextOptions } from './render/text.ts';
export type { TextCursor, TextScreen } from './render/text-screen.ts';
export { type VgaText, type VgaTextOptions, vgaText } from './vga-text.ts';
