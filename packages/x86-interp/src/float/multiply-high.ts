/** The upper half of the product of two unsigned 32-bit numbers, as int32. */
export function mulHigh(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  // (2^16-1)^2 + 2^16-1 fits 32 bits: neither sum overflows.
  const middle = (Math.imul(ah, bl) + (Math.imul(al, bl) >>> 16)) | 0;
  const other = (Math.imul(al, bh) + (middle & 0xffff)) | 0;
  return (Math.imul(ah, bh) + (middle >>> 16) + (other >>> 16)) | 0;
}
