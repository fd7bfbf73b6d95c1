import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { absent, filesIn, VECTORS } from '../conformance/data.test-util.ts';
import { add } from './add.ts';
import { compare, ORDER } from './compare.ts';
import { convert, integer, roundToInteger, toInteger } from './convert.ts';
import { divide } from './divide.ts';
import { Float } from './float.ts';
import { digits, type FormatName, pack, unpack } from './format.test-util.ts';
import { multiply } from './multiply.ts';
import { invalid } from './nan.ts';
import { remainder } from './remainder.ts';
import { F32, F64, F80 } from './round.ts';
import { squareRoot } from './square-root.ts';
import { FLAG, FloatStatus, ROUND } from './status.ts';

const FORMATS = { f32: F32, f64: F64, extF80: F80 };
const ROUNDINGS: Record<string, number> = {
  near_even: ROUND.NEAREST,
  min: ROUND.DOWN,
  max: ROUND.UP,
  minMag: ROUND.ZERO,
};
/** SoftFloat names the precision by the format that has it. */
const PRECISIONS: Record<string, number> = { pc32: 24, pc64: 53 };
const FLAGS: readonly (readonly [number, number])[] = [
  [FLAG.PE, 1],
  [FLAG.UE, 2],
  [FLAG.OE, 4],
  [FLAG.ZE, 8],
  [FLAG.IE, 16],
];

const a = new Float();
const b = new Float();
const r = new Float();
const status = new FloatStatus();

// The result of an operation, in the digits of the vectors.
function calculate(format: FormatName, operation: string, operands: readonly string[]): string {
  const valid =
    unpack(a, format, operands[0], status) && (operands[1] === undefined || unpack(b, format, operands[1], status));
  const rule = format === 'extF80' ? 'x87' : 'sse';
  const target = (/^to_(.+)$/.exec(operation)?.[1] ?? format) as 'f32' | 'f64' | 'extF80';
  const limits = FORMATS[format as 'f32'];
  const precision = format === 'extF80' ? status.precision : (limits?.precision ?? 64);
  if (!valid) invalid(r, status);
  else if (operation === 'add' || operation === 'sub')
    add(r, a, b, operation === 'sub', limits, precision, rule, status);
  else if (operation === 'mul') multiply(r, a, b, limits, precision, rule, status);
  else if (operation === 'div') divide(r, a, b, limits, precision, rule, status);
  else if (operation === 'sqrt') squareRoot(r, a, limits, precision, status);
  else if (operation === 'rem') remainder(r, a, b, true, true, rule, status);
  else if (operation === 'roundToInt') roundToInteger(r, a, status.rounding, false, status);
  else if (operation === 'to_i32' || operation === 'to_i64') return toIntegerDigits(operation);
  else if (operation.startsWith('to_')) convert(r, a, FORMATS[target], status);
  else return compareDigit(operation);
  return pack(r, target);
}

function toIntegerDigits(operation: string): string {
  toInteger(a, operation === 'to_i32' ? 32 : 64, status.rounding, status);
  return operation === 'to_i32' ? digits(integer.lo) : digits(integer.hi) + digits(integer.lo);
}

function compareDigit(operation: string): string {
  const order = compare(a, b, operation === 'eq' || operation.endsWith('_quiet'), status);
  const [relation] = operation.split('_');
  const holds = (relation !== 'lt' && order === ORDER.EQUAL) || (relation !== 'eq' && order === ORDER.LESS);
  return holds ? '1' : '0';
}

// Of Berkeley TestFloat 3e.
const files = filesIn(VECTORS, /\.txt\.gz$/);
test('the vectors of TestFloat: values and flags', { timeout: 300_000 }, (context) => {
  context.skip(files.length === 0, absent(VECTORS));
  const wrong: string[] = [];
  let count = 0;
  for (const file of files) {
    const [name, ...settings] = file.replace('.txt.gz', '').split('.');
    const [, format, operation] = /^(f32|f64|extF80|i32|i64)_(.+)$/.exec(name) as unknown as [
      string,
      FormatName,
      string,
    ];
    status.rounding = ROUND.NEAREST;
    status.precision = 64;
    for (const setting of settings) {
      if (setting in PRECISIONS) status.precision = PRECISIONS[setting];
      else status.rounding = ROUNDINGS[setting];
    }
    for (const line of gunzipSync(readFileSync(`${VECTORS}/${file}`))
      .toString()
      .trim()
      .split('\n')) {
      if (line === '') continue;
      const words = line.split(' ');
      const flags = Number.parseInt(words.pop() as string, 16);
      const expected = words.pop();
      status.flags = 0;
      const result = calculate(format, operation, words);
      const got = FLAGS.reduce((sum, [ours, theirs]) => sum | ((status.flags & ours) !== 0 ? theirs : 0), 0);
      count++;
      if (result !== expected || got !== flags) wrong.push(`${file}: ${line}, not ${result} ${got}`);
    }
  }
  expect(count, 'vectors were run').toBeGreaterThan(200_000);
  expect(wrong.slice(0, 20)).toEqual([]);
});
