import type { RgbaImage } from './graphics-screen.ts';

/**
 * A picture as rows of upper half blocks, whose foreground is the upper pixel of a cell and whose background the lower one.
 * @param columns at most so many cells in a row: each pixel is then the mean of those that it stands for
 */
export function renderBlocks(image: RgbaImage, columns: number): string[] {
  const scale = Math.max(1, image.width / columns);
  const width = Math.floor(image.width / scale);
  const height = Math.max(2, 2 * Math.floor(image.height / scale / 2));
  return Array.from({ length: height / 2 }, (_, row) => {
    let line = '';
    let last = '';
    for (let x = 0; x < width; x++) {
      const upper = mean(image, x, 2 * row, scale);
      const lower = mean(image, x, 2 * row + 1, scale);
      const colours = `\x1b[38;2;${upper};48;2;${lower}m`;
      line += `${colours === last ? '' : colours}▀`;
      last = colours;
    }
    return `${line}\x1b[0m`;
  });
}

/** The mean colour of the pixels that one of the smaller picture stands for, as escape sequences have it. */
function mean({ width, height, data }: RgbaImage, x: number, y: number, scale: number): string {
  const [left, top] = [Math.floor(x * scale), Math.floor(y * scale)];
  const right = Math.min(width, Math.max(left + 1, Math.floor((x + 1) * scale)));
  const bottom = Math.min(height, Math.max(top + 1, Math.floor((y + 1) * scale)));
  const sums = [0, 0, 0];
  for (let line = top; line < bottom; line++) {
    for (let column = left; column < right; column++) {
      const at = 4 * (line * width + column);
      for (let c = 0; c < 3; c++) sums[c] += data[at + c];
    }
  }
  const count = Math.max(1, (right - left) * (bottom - top));
  return sums.map((sum) => Math.round(sum / count)).join(';');
}
