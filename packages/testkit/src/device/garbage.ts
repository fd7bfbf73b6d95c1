/** A state that a device did not write, and how it came about. */
export interface Garbage {
  readonly what: string;
  readonly state: unknown;
}

type Path = readonly (string | number)[];

/** Nested lists are spoilt in their first elements only. */
const ELEMENTS = 3;

/** What is no state at all, or one of a version that never was. */
export function* noStates(state: Readonly<Record<string, unknown>>): Generator<Garbage> {
  for (const value of [undefined, null, 7, 'state', true, [], {}])
    yield { what: `${show(value)} as a state`, state: value };
  const { version } = state;
  for (const other of [undefined, null, String(version), 0, -1, 1.5, Number.NaN, (version as number) + 1]) {
    yield { what: `the version ${show(other)}`, state: { ...state, version: other } };
  }
  const { version: _, ...rest } = state;
  yield { what: 'no version', state: rest };
}

/** A state with one field, at any depth, left out, of another type, or with another value. */
export function* spoiltStates(state: Readonly<Record<string, unknown>>): Generator<Garbage> {
  for (const path of pathsOf(state)) {
    const at = path
      .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
      .join('')
      .slice(1);
    if (typeof path.at(-1) === 'string') yield { what: `no ${at}`, state: without(state, path) };
    for (const value of othersThan(valueAt(state, path))) {
      yield { what: `${show(value)} as ${at}`, state: withValue(state, path, value) };
    }
  }
}

const OTHERS: readonly unknown[] = [
  undefined,
  null,
  'garbage',
  true,
  false,
  7n,
  -1,
  1,
  0xff,
  0xffff,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 31),
  [],
  {},
];

function othersThan(value: unknown): unknown[] {
  if (value instanceof Uint8Array) {
    const { length } = value;
    const longer = (by: number): Uint8Array => {
      const bytes = new Uint8Array(length + by);
      bytes.set(value);
      return bytes;
    };
    const shorter = length > 0 ? [value.slice(1), new Uint8Array()] : [];
    return [
      ...OTHERS,
      longer(1),
      longer(65_536),
      ...shorter,
      [...value.subarray(0, 16)],
      new Uint8Array(length).fill(0xff),
    ];
  }
  if (typeof value === 'bigint') return [...OTHERS, -1n, 1n << 64n, 1n << 200n];
  if (Array.isArray(value)) return [...OTHERS, [...value, 'garbage'], [...value, ...value.slice(0, 1)], value.slice(1)];
  return [...OTHERS];
}

function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return;
  const keys = Array.isArray(value) ? [...value.keys()].slice(0, ELEMENTS) : Object.keys(value);
  for (const key of keys) {
    if (path.length === 0 && key === 'version') continue;
    yield [...path, key];
    yield* pathsOf((value as Record<string, unknown>)[key], [...path, key]);
  }
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((at, key) => (at as Record<string, unknown>)[key], value);
}

function withValue(container: unknown, [key, ...rest]: Path, value: unknown): unknown {
  const copy = Array.isArray(container) ? [...container] : { ...(container as object) };
  const fields = copy as Record<string, unknown>;
  fields[key] = rest.length === 0 ? value : withValue(fields[key], rest, value);
  return copy;
}

function without(container: unknown, path: Path): unknown {
  const [key, ...rest] = path;
  const copy = (Array.isArray(container) ? [...container] : { ...(container as object) }) as Record<string, unknown>;
  if (rest.length === 0) delete copy[key];
  else copy[key] = without(copy[key], rest);
  return copy;
}

function show(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array)
    return `${value.length} bytes${value.every((byte) => byte === 0xff) ? ' of 0xff' : ''}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'string'
    ? `'${value}'`
    : typeof value === 'object' && value !== null
      ? 'a record'
      : String(value);
}
