import { writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { encodePng, renderRgba, type VgaText } from '@picovm/device-vga';
import { UsageError } from '../usage-error.ts';

/**
 * Writes a picture of the screen.
 * @throws UsageError if the file cannot be written
 */
export function writePng(vga: VgaText, path: string): void {
  const png = encodePng(renderRgba(vga.screen()), { deflate: (data) => deflateSync(data) });
  try {
    writeFileSync(path, png);
  } catch (error) {
    throw new UsageError(`--png: cannot write ${path}: ${(error as Error).message}`);
  }
}
