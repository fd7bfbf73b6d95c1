/** One opaque pixel as a word: every platform with a JavaScript engine is little-endian, so red comes first. @param rgb 0xRRGGBB */
export function pixelOf(rgb: number): number {
  return (0xff000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | ((rgb >> 16) & 0xff)) >>> 0;
}
