import { isRecord, malformed } from './field-reader.ts';

// Plain data as JSON. What JSON does not have is a record with one field whose name begins with a dollar sign:
//   {"$number": "NaN"}   also Infinity, -Infinity and -0
//   {"$bigint": "123"}
//   {"$bytes": [0, 16]}  offset and length in the section of bytes
//   {"$record": {...}}   a record one of whose own names begins with a dollar sign
// The fields of records are sorted, so that the same state gives the same text, and the byte arrays lie in that order.

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
  /** All of them, one behind the other. */
  readonly parts: Uint8Array[] = [];
  #length = 0;

  /** @returns where the bytes lie: offset and length */
  add(bytes: Uint8Array): [offset: number, length: number] {
    const offset = this.#length;
    this.parts.push(bytes);
    this.#length += bytes.length;
    return [offset, bytes.length];
  }
}

/** Finds the byte arrays of JSON again. They lie in the order in which the JSON names them, each once. */
export class BytesReader {
  readonly #bytes: Uint8Array;
  #end = 0;

  /** @param bytes the section of bytes */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /**
   * The next one, as a view. What lies elsewhere than behind the one before is refused: by naming the same bytes again and
   * again, a small file could have itself made a giant.
   * @throws VmError `ERR_SNAPSHOT_FORMAT`
   */
  take(place: unknown): Uint8Array {
    const [offset, length] = Array.isArray(place) ? place : [];
    const end = this.#end + length;
    if (offset !== this.#end || !Number.isSafeInteger(length) || length < 0 || end > this.#bytes.length) {
      throw malformed('its state has a byte array that does not lie where it should');
    }
    this.#end = end;
    return this.#bytes.subarray(offset, end);
  }

  /** @throws VmError `ERR_SNAPSHOT_FORMAT` if there are more bytes than were taken */
  finish(): void {
    if (this.#end !== this.#bytes.length) throw malformed('it has bytes that nothing in its state names');
  }
}

/** Some byte arrays as one. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** How many bytes some byte arrays have together. */
export function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
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
 * What `toJson` was given; its byte arrays are views.
 * @param json what `JSON.parse` gave
 * @throws VmError `ERR_SNAPSHOT_FORMAT` if `toJson` cannot have made it
 */
export function fromJson(json: unknown, bytes: BytesReader, depth = 0): unknown {
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
        return bytes.take(value);
      case '$record':
        if (isRecord(value)) return recordOf(value, bytes, depth);
        break;
    }
  }
  throw malformed(`its state has a value of the kind ${name}, which is none or wrong`);
}

// In the order of `toJson`, which is the order of the bytes: JSON.parse puts names that are numbers first.
// Object.fromEntries makes fields even of the names that assignments do not: __proto__.
function recordOf(json: Readonly<Record<string, unknown>>, bytes: BytesReader, depth: number): Record<string, unknown> {
  const names = Object.keys(json).sort();
  return Object.fromEntries(names.map((name) => [name, fromJson(json[name], bytes, depth + 1)]));
}
