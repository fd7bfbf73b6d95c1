import { expect, test } from 'vitest';
import { fpatan } from './arctangent.ts';
import { CAPTURES } from './captures.test-util.ts';
import { f2xm1, fyl2x, fyl2xp1 } from './exp-log.ts';
import { Float } from './float.ts';
import { pack, unpack } from './format.test-util.ts';
import { invalid } from './nan.ts';
import { FloatStatus } from './status.ts';
import { fcos, fptan, fsin, isAngle } from './trigonometric.ts';

type Function1 = (r: Float, a: Float, status: FloatStatus) => void;
type Function2 = (r: Float, y: Float, x: Float, status: FloatStatus) => void;
const ONE: Record<string, Function1> = { f2xm1, fsin, fcos, fptan };
const TWO: Record<string, Function2> = { fyl2x, fyl2xp1, fpatan };

const x = new Float();
const y = new Float();
const r = new Float();
const status = new FloatStatus();

/** The number of an extF80 in the order of its values. */
function place(digits: string): bigint {
  const magnitude =
    (BigInt(`0x${digits.slice(0, 4)}`) & 0x7fffn) * 2n ** 63n + (BigInt(`0x${digits.slice(4)}`) & (2n ** 63n - 1n));
  return Number.parseInt(digits.slice(0, 4), 16) >= 0x8000 ? -magnitude : magnitude;
}

const groups = new Map<string, string[][]>();
for (const line of CAPTURES.trim().split('\n')) {
  const [name, ...values] = line.split(' ');
  groups.set(name, [...(groups.get(name) ?? []), values]);
}

test.each([...groups])('%s is within 1 ulp of the hardware', (name, captures) => {
  const wrong: string[] = [];
  for (const [st0, st1, expected] of captures) {
    const valid = unpack(x, 'extF80', st0, status) && unpack(y, 'extF80', st1, status);
    if (!valid) invalid(r, status);
    else if (name in TWO) TWO[name](r, y, x, status);
    else if (name !== 'f2xm1' && x.kind === 1 && !isAngle(x)) continue;
    else ONE[name](r, x, status);
    const got = pack(r, 'extF80');
    const distance = place(got) - place(expected);
    if (distance < -1n || distance > 1n) wrong.push(`${st0} ${st1}: ${got}, the hardware gives ${expected}`);
  }
  expect(captures.length).toBeGreaterThanOrEqual(24);
  expect(wrong).toEqual([]);
});
