/** Bytes that one access to a port or to a memory-mapped register moves. */
export type AccessSize = 1 | 2 | 4;

/** The largest unsigned value of `size` bytes; also what an unmapped address reads as. */
export function allOnes(size: AccessSize): number {
  return size === 4 ? 0xffffffff : size === 2 ? 0xffff : 0xff;
}

/** Cuts `value` to the unsigned range of `size` bytes. NaN and infinities become 0. */
export function truncate(value: number, size: AccessSize): number {
  return size === 4 ? value >>> 0 : size === 2 ? value & 0xffff : value & 0xff;
}
