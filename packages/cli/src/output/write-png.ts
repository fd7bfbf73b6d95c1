import { writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { encodePng, renderRgba } from '@picovm/device-vga';
import type { ScreenSource } from '../machines/machine.ts';
import type { PictureSetting } from '../options/run-settings.ts';
import { UsageError } from '../usage-error.ts';

/**
 * Writes a picture of the screen.
 * @throws UsageError if the file cannot be written
 */
export function writePng(vga: ScreenSource, { option, path }: PictureSetting): void {
  const png = encodePng(renderRgba(vga.screen()), { deflate: (data) => deflateSync(data) });
  try {
    writeFileSync(path, png);
  } catch (error) {
    throw new UsageError(`${option}: cannot write ${path}: ${(error as Error).message}`);
  }
}
