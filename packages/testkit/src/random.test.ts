import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Random } from './index.ts';

const REFUSED = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
const times = <T>(count: number, value: () => T): T[] => Array.from({ length: count }, value);

describe('the numbers of a seed', () => {
  // A failure that was told with its seed must repeat with later versions, too.
  it.each([
    [0, [1144304738, 1416247, 958946056, 627933444, 2007157716]],
    [1, [2693262067, 11749833, 2265367787, 4213581821, 4159151403]],
    [-1, [3850105811, 813802916, 3073704848, 4054706436, 3630262831]],
  ])('are always the same (seed %i)', (seed, numbers) => {
    const random = new Random(seed);
    expect(times(5, () => random.next())).toEqual(numbers);
  });

  it('go by its lower 32 bits', () => {
    expect(new Random(2 ** 32 + 5).next()).toBe(new Random(5).next());
    expect(new Random(6).next()).not.toBe(new Random(5).next());
  });
});

describe('below', () => {
  it.each([1, 2, 3, 10, 256])('gives every integer from 0 to %i - 1, each about as often, and no other', (end) => {
    const random = new Random(end);
    const counts = new Array<number>(end).fill(0);
    for (let i = 0; i < 1000 * end; i++) counts[random.below(end)]++;
    expect(counts).toHaveLength(end);
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(200);
  });

  it.each([2 ** 32, 2 ** 32 + 1, 2 ** 40, Number.MAX_SAFE_INTEGER])('reaches all of a long range (%i)', (end) => {
    const random = new Random(3);
    const numbers = times(4000, () => random.below(end));
    for (const number of numbers) expect(Number.isSafeInteger(number) && number >= 0 && number < end).toBe(true);
    expect(Math.min(...numbers)).toBeLessThan(end / 100);
    expect(Math.max(...numbers)).toBeGreaterThan(end * 0.99);
    // The lower bits are random ones, too.
    expect(new Set(numbers.map((number) => number % 256)).size).toBe(256);
  });

  it.each([0, -1, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (end) => {
    expect(() => new Random(1).below(end)).toThrow(REFUSED);
    expect(() => new Random(1).oneIn(end)).toThrow(REFUSED);
  });
});

it('oneIn is true once in so many times', () => {
  const random = new Random(1);
  const count = (n: number): number => times(10_000, () => random.oneIn(n)).filter(Boolean).length;
  expect(count(1)).toBe(10_000);
  expect(Math.abs(count(2) - 5000)).toBeLessThan(200);
  expect(Math.abs(count(10) - 1000)).toBeLessThan(100);
});

it('pick gives each of the values, of a list, a text or bytes', () => {
  const random = new Random(1);
  expect(new Set(times(100, () => random.pick(['a', 'b', 'c'] as const)))).toEqual(new Set(['a', 'b', 'c']));
  expect(new Set(times(100, () => random.pick('xy')))).toEqual(new Set(['x', 'y']));
  expect(new Set(times(100, () => random.pick(Uint8Array.of(5, 6))))).toEqual(new Set([5, 6]));
  expect(() => random.pick([])).toThrow(REFUSED);
});

describe('bytes and fill', () => {
  it.each([0, 1, 3, 4, 5, 1001])('give so many bytes: %i', (length) => {
    const bytes = new Random(1).bytes(length);
    expect(bytes).toHaveLength(length);
    const around = new Uint8Array(length + 2);
    new Random(1).fill(around.subarray(1, -1));
    expect([...around]).toEqual([0, ...bytes, 0]);
  });

  it('are of all values, four to a number', () => {
    const random = new Random(1);
    expect(new DataView(random.bytes(8).buffer).getUint32(4, true)).toBe(11749833);
    expect(new Set(random.bytes(4000)).size).toBe(256);
  });

  it('refuse a length that no array has', () => {
    expect(() => new Random(1).bytes(-1)).toThrow(RangeError);
  });
});

it('the example of the README prints what it says', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, example] = /```js\nimport \{ Random \} from '@picovm\/testkit';\n(.*?)```/s.exec(readme) ?? [];
  const printed: string[] = [];
  const log = (value: unknown): number => printed.push(typeof value === 'string' ? value : inspect(value));
  new Function('Random', 'console', example)(Random, { log });
  expect(printed).toEqual([...example.matchAll(/ \/\/ (.*)$/gm)].map(([, text]) => text));
  expect(printed).toHaveLength(3);
});
