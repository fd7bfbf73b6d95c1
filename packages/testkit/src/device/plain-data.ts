import { check, fail, show } from '../check.ts';

const MAX_DEPTH = 16;

/**
 * Fails unless a value is what a state may be made of: finite numbers, strings, booleans, bigints, byte arrays, and lists
 * and records of them.
 */
export function checkPlainData(value: unknown, path = 'the state', depth = 0): void {
  check(depth <= MAX_DEPTH, `${path} is nested more than ${MAX_DEPTH} deep`);
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return;
    case 'number':
      check(Number.isFinite(value), `${path} is ${value}: no format of numbers that others read holds it`);
      return;
    case 'object':
      break;
    default:
      fail(`${path} is ${show(value)}: a state is plain data`);
  }
  if (value instanceof Uint8Array) {
    // A part of a larger array takes the whole along wherever it is cloned to.
    check(value.byteLength === value.buffer.byteLength, `${path} is a view of a larger buffer: take a slice()`);
    return;
  }
  const prototype: unknown = value === null ? undefined : Object.getPrototypeOf(value);
  const plain = Array.isArray(value) || prototype === null || prototype === Object.prototype;
  check(
    plain,
    () =>
      `${path} is ${show(value)}: a state is made of numbers, strings, booleans, bigints, Uint8Arrays, lists and records`,
  );
  for (const [key, field] of Object.entries(value as object)) {
    checkPlainData(field, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, depth + 1);
  }
}

/** Changes everything in plain data that can be changed in place. */
export function scribble(value: unknown): void {
  if (value instanceof Uint8Array) for (let i = 0; i < value.length; i++) value[i] ^= 0x5a;
  else if (Array.isArray(value)) {
    for (const element of value) scribble(element);
    value.push(0x5a5a);
  } else if (typeof value === 'object' && value !== null) for (const field of Object.values(value)) scribble(field);
}
