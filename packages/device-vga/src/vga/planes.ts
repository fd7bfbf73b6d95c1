/** Bytes of each of the four planes. */
export const PLANE_SIZE = 0x10000;

/** For each set of planes (bit n is plane n) the bytes of a word that belong to them. */
export const PLANE_MASKS: Int32Array = /* @__PURE__ */ Int32Array.from({ length: 16 }, (_, set) => {
  let mask = 0;
  for (let plane = 0; plane < 4; plane++) if ((set & (1 << plane)) !== 0) mask |= 0xff << (8 * plane);
  return mask;
});

/**
 * The 256 KiB of a VGA: four planes, whose bytes at one address lie side by side, as the shifters take them. A word is the
 * bytes of the four planes, plane 0 lowest.
 */
export class Planes {
  readonly bytes: Uint8Array = new Uint8Array(4 * PLANE_SIZE);
  readonly words: Int32Array = new Int32Array(this.bytes.buffer);
}
