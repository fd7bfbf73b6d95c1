import { copyFloat, type Float, KIND, setIndefinite } from './float.ts';
import { FLAG, type FloatStatus } from './status.ts';

/** How an operation with two NaNs chooses the result: SSE takes the first operand, the x87 the larger significand. */
export type NanRule = 'sse' | 'x87';

/** A division of a finite number by zero: reported. Like a NaN it is looked at before denormal operands are. */
export function dividedByZero(status: FloatStatus): void {
  status.flags = (status.flags & ~FLAG.DE) | FLAG.ZE;
}

/** Whether a value is a NaN. */
export function isNan(a: Float): boolean {
  return a.kind >= KIND.QUIET_NAN;
}

/** The result of an operation of which an operand is a NaN. */
export function propagateNan(r: Float, a: Float, b: Float, rule: NanRule, status: FloatStatus): void {
  status.flags &= ~FLAG.DE;
  if (a.kind === KIND.SIGNALING_NAN || b.kind === KIND.SIGNALING_NAN) status.flags |= FLAG.IE;
  copyFloat(r, chosen(a, b, rule));
  quiet(r);
}

/** Makes a NaN quiet; a signaling one is reported. */
export function quietNan(r: Float, a: Float, status: FloatStatus): void {
  if (a.kind === KIND.SIGNALING_NAN) status.flags |= FLAG.IE;
  copyFloat(r, a);
  quiet(r);
}

/** An invalid operation: reported, and the result is the indefinite NaN. */
export function invalid(r: Float, status: FloatStatus): void {
  status.flags = (status.flags & ~FLAG.DE) | FLAG.IE;
  setIndefinite(r);
}

function quiet(r: Float): void {
  r.kind = KIND.QUIET_NAN;
  r.hi |= 0x40000000;
}

function chosen(a: Float, b: Float, rule: NanRule): Float {
  if (!isNan(b)) return a;
  if (!isNan(a)) return b;
  if (rule === 'sse') return a;
  // A signaling and a quiet one: the quiet one (Intel SDM volume 1, table 4-7).
  if (a.kind !== b.kind) return a.kind === KIND.QUIET_NAN ? a : b;
  const ah = a.hi >>> 0;
  const bh = b.hi >>> 0;
  if (ah !== bh) return ah > bh ? a : b;
  const al = a.lo >>> 0;
  const bl = b.lo >>> 0;
  if (al !== bl) return al > bl ? a : b;
  return a.sign === 0 ? a : b;
}
