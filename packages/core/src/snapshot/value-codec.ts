import { isRecord, malformed } from './field-reader.ts';

// Plain data as JSON. What JSON does not have is a record with one field whose name begins with a dollar sign:
//   {"$number": "NaN"}   also Infinity, -Infinity and -0
//   {"$bigint": "123"}
//   {"$bytes": [0, 16]}  offset and length in the section of bytes
//   {"$record": {...}}   a record one of whose own names begins with a dollar sign
// The fields of records are sorted, so that the same state gives the same text.

const MAX_DEPTH = 80;
const BIGINT = /^-?\d{1,700}$/;
const NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
};

/** Takes byte arrays out of data that becomes JSON. */
export class BytesWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** @returns where the bytes lie: offset and length */
  add(bytes: Uint8Array): [offset: number, length: number] {
    const offset = this.#length;
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return [offset, bytes.length];
  }

  /** All of them, one behind the other. */
  concat(): Uint8Array {
    return concatBytes(this.#parts);
  }
}

/** Some byte arrays as one. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Plain data as what `JSON.stringify` takes. */
export function toJson(value: unknown, bytes: BytesWriter): unknown {
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $number: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return { $bytes: bytes.add(value) };
  if (Array.isArray(value)) return value.map((each) => toJson(each, bytes));
  const names = Object.keys(value).sort();
  const record = Object.fromEntries(
    names.map((name) => [name, toJson((value as Record<string, unknown>)[name], bytes)]),
  );
  return names.some((name) => name.startsWith('$')) ? { $record: record } : record;
}

/**
 * What `toJson` was given.
 * @param json what `JSON.parse` gave
 * @param bytes the section of bytes
 * @throws VmError `ERR_SNAPSHOT_FORMAT` if `toJson` cannot have made it
 */
export function fromJson(json: unknown, bytes: Uint8Array, depth = 0): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (depth > MAX_DEPTH) throw malformed('its state is nested too deeply');
  if (Array.isArray(json)) return json.map((each) => fromJson(each, bytes, depth + 1));
  const [[name, value] = ['', undefined], ...others] = Object.entries(json);
  if (!name.startsWith('$')) return recordOf(json as Record<string, unknown>, bytes, depth);
  if (others.length === 0) {
    switch (name) {
      case '$bigint':
        if (typeof value === 'string' && BIGINT.test(value)) return BigInt(value);
        break;
      case '$number':
        if (typeof value === 'string' && Object.hasOwn(NUMBERS, value)) return NUMBERS[value];
        break;
      case '$bytes':
        return bytesOf(value, bytes);
      case '$record':
        if (isRecord(value)) return recordOf(value, bytes, depth);
        break;
    }
  }
  throw malformed(`its state has a value of the kind ${name}, which is none or wrong`);
}

// Object.fromEntries makes fields even of the names that assignments do not: __proto__.
function recordOf(json: Readonly<Record<string, unknown>>, bytes: Uint8Array, depth: number): Record<string, unknown> {
  return Object.fromEntries(Object.entries(json).map(([name, each]) => [name, fromJson(each, bytes, depth + 1)]));
}

function bytesOf(place: unknown, bytes: Uint8Array): Uint8Array {
  const [offset, length] = Array.isArray(place) ? place : [];
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw malformed('its state has a byte array that lies nowhere');
  }
  if (offset + length > bytes.length) throw malformed('its state has a byte array that lies outside of its bytes');
  return bytes.slice(offset, offset + length);
}
