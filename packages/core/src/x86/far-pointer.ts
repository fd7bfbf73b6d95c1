/** A real-mode address: segment and offset, 16 bits each. */
export interface FarPointer {
  /** Times 16, it is where the segment begins. */
  readonly segment: number;
  /** From there on. */
  readonly offset: number;
}

/** Formats an address of a segment, or a selector, and an offset as `07c0:0005`. @param digits of the offset; default 4 */
export function formatFarPointer(segment: number, offset: number | bigint, digits = 4): string {
  return `${segment.toString(16).padStart(4, '0')}:${offset.toString(16).padStart(digits, '0')}`;
}
