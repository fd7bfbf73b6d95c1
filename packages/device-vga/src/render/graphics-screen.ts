import type { TextScreen } from './text-screen.ts';

/** A picture: what a canvas takes as `ImageData`. */
export interface RgbaImage {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows of pixels. */
  readonly height: number;
  /** Row by row, four bytes a pixel: red, green, blue, alpha (255 is opaque). `4 * width * height` bytes. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** What a screen in a graphics mode shows at one moment. */
export interface GraphicsScreen extends RgbaImage {
  /** Tells it from a text screen. */
  readonly kind: 'graphics';
}

/** What a screen shows at one moment: plain data, which the renderers turn into text, ANSI or pixels. */
export type Screen = TextScreen | GraphicsScreen;
