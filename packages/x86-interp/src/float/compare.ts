import { type Float, KIND } from './float.ts';
import { isNan } from './nan.ts';
import { FLAG, type FloatStatus } from './status.ts';

/** What a comparison finds. */
export const ORDER = { LESS: -1, EQUAL: 0, GREATER: 1, UNORDERED: 2 } as const;

/** Compares. @param quiet only signaling NaNs are invalid; else all are */
export function compare(a: Float, b: Float, quiet: boolean, status: FloatStatus): number {
  if (isNan(a) || isNan(b)) {
    status.flags &= ~FLAG.DE;
    if (!quiet || a.kind === KIND.SIGNALING_NAN || b.kind === KIND.SIGNALING_NAN) status.flags |= FLAG.IE;
    return ORDER.UNORDERED;
  }
  if (a.kind === KIND.ZERO && b.kind === KIND.ZERO) return ORDER.EQUAL;
  if (a.kind === KIND.ZERO) return b.sign === 1 ? ORDER.GREATER : ORDER.LESS;
  if (b.kind === KIND.ZERO) return a.sign === 1 ? ORDER.LESS : ORDER.GREATER;
  if (a.sign !== b.sign) return a.sign === 1 ? ORDER.LESS : ORDER.GREATER;
  const order = compareMagnitude(a, b);
  return a.sign === 1 && order !== 0 ? -order : order;
}

function compareMagnitude(a: Float, b: Float): number {
  if (a.kind !== b.kind) return a.kind === KIND.INFINITY ? 1 : -1;
  if (a.kind === KIND.INFINITY) return 0;
  if (a.exp !== b.exp) return a.exp > b.exp ? 1 : -1;
  if (a.hi !== b.hi) return a.hi >>> 0 > b.hi >>> 0 ? 1 : -1;
  if (a.lo !== b.lo) return a.lo >>> 0 > b.lo >>> 0 ? 1 : -1;
  return 0;
}
