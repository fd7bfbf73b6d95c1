import { type AccessSize, truncate } from '../bus/access.ts';

/**
 * What a handler put into the `data` of a read, as the guest gets it: cut to `size` bytes. JavaScript handlers may put
 * anything there, and none of it may throw into the guest's path: what is no number is 0.
 */
export function answerOf(data: unknown, size: AccessSize): number {
  if (typeof data === 'number') return truncate(data, size);
  return typeof data === 'bigint' ? Number(BigInt.asUintN(8 * size, data)) : 0;
}

/** The same for 8 bytes. */
export function answer64Of(data: unknown): bigint {
  if (typeof data === 'bigint') return BigInt.asUintN(64, data);
  return typeof data === 'number' && Number.isFinite(data) ? BigInt.asUintN(64, BigInt(Math.trunc(data))) : 0n;
}
