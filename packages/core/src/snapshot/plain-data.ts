const MAX_DEPTH = 64;
/** Far more than any register has. */
const MAX_BIGINT = 1n << 2048n;

/**
 * A deep copy of plain data: numbers, strings, booleans, null, bigints, byte arrays, and lists and records of them.
 * Fields that are undefined are left out.
 * @param what names the value for messages
 * @throws TypeError naming what is no plain data, and where
 */
export function copyPlain(value: unknown, what: string, depth = 0): unknown {
  switch (typeof value) {
    case 'number':
    case 'string':
    case 'boolean':
      return value;
    case 'bigint':
      if (value > -MAX_BIGINT && value < MAX_BIGINT) return value;
      throw new TypeError(`${what} is a bigint of more than 2048 bits`);
    case 'object':
      if (depth > MAX_DEPTH) throw new TypeError(`${what} is nested too deeply, or in itself`);
      return value === null ? null : copyObject(value, what, depth);
    default:
      throw new TypeError(`${what} is a ${typeof value}, which is no plain data`);
  }
}

function copyObject(value: object, what: string, depth: number): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return Array.from(value, (each, i) => copyPlain(each, `${what}[${i}]`, depth + 1));
  const prototype = Object.getPrototypeOf(value);
  // A record may come from another realm, such as a worker's or a test runner's.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new TypeError(`${what} is a ${value.constructor?.name ?? 'class instance'}, which is no plain data`);
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name, copyPlain(each, `${what}.${name}`, depth + 1)]),
  );
}
