/** Where two values that should be equal are not. */
export interface Difference {
  /** Such as `fifo[3]`; empty for the values themselves. */
  readonly path: string;
  /** What is there. */
  readonly actual: unknown;
  /** What should be. */
  readonly expected: unknown;
}

/** The first place where two pieces of plain data differ; undefined if they are equal. */
export function firstDifference(actual: unknown, expected: unknown, path = ''): Difference | undefined {
  if (Object.is(actual, expected)) return undefined;
  if (actual instanceof Uint8Array && expected instanceof Uint8Array) return differentByte(actual, expected, path);
  if (!isContainer(actual) || !isContainer(expected) || Array.isArray(actual) !== Array.isArray(expected)) {
    return { path, actual, expected };
  }
  const isList = Array.isArray(actual);
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const here = isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const difference = firstDifference(actual[key], expected[key], here);
    if (difference !== undefined) return difference;
    if (Object.hasOwn(actual, key) !== Object.hasOwn(expected, key)) {
      return { path: here, actual: presence(actual, key), expected: presence(expected, key) };
    }
  }
  return undefined;
}

type Container = Readonly<Record<string, unknown>>;

// Whatever else is no plain data is only equal to itself.
function isContainer(value: unknown): value is Container {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}

function presence(record: Container, key: string): string {
  return Object.hasOwn(record, key) ? 'a field that is undefined' : 'no such field';
}

function differentByte(actual: Uint8Array, expected: Uint8Array, path: string): Difference | undefined {
  if (actual.length !== expected.length) return { path, actual, expected };
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] !== expected[i]) return { path: `${path}[${i}]`, actual: actual[i], expected: expected[i] };
  }
  return undefined;
}
