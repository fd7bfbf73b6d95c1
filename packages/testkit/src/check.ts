import { hex } from '@picovm/core';
import { firstDifference } from './difference.ts';

/** Ends a test as failed. @param message what was looked at, what it should be, and what it is */
export function fail(message: string): never {
  throw new Error(message);
}

/** Fails unless `condition`. @param message may be a function where it costs something to say */
export function check(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) fail(typeof message === 'string' ? message : message());
}

/** Fails unless both are equal, compared in depth as plain data. @param what the subject of the message */
export function checkEqual(actual: unknown, expected: unknown, what: string): void {
  const difference = firstDifference(actual, expected);
  if (difference === undefined) return;
  const { path, actual: is, expected: should } = difference;
  fail(`${what}${path === '' ? '' : ` differs at ${path}`}: expected ${show(should)}, got ${show(is)}`);
}

/** A value in a message: short, and telling its type. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number')
    return Number.isInteger(value) && value > 9 ? `${value} (${hex(value)})` : String(value);
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`;
  if (value instanceof Uint8Array) return showBytes(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'record'}`;
  return String(value);
}

const SHOWN_BYTES = 16;

function showBytes(bytes: Uint8Array): string {
  const first = [...bytes.subarray(0, SHOWN_BYTES)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `${bytes.length} bytes ${first.join(' ')}${bytes.length > SHOWN_BYTES ? ' ...' : ''}`;
}
