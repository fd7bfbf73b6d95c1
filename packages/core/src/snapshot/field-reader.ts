import { VmError } from '../errors.ts';

/**
 * Reads the fields of a record that comes from outside, and refuses what cannot be right. All methods throw VmError
 * `ERR_SNAPSHOT_FORMAT`, naming the record, the field, and what it should be.
 */
export class FieldReader {
  readonly #what: string;
  readonly #fields: Readonly<Record<string, unknown>>;

  /** @param what names the record for messages: `the vCPU's state` */
  constructor(what: string, value: unknown) {
    this.#what = what;
    if (!isRecord(value)) throw malformed(`${what} is no record`);
    this.#fields = value;
  }

  /** Whether the field is there. */
  has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  /** An integer from `min` to `max`. */
  integer(name: string, max: number = Number.MAX_SAFE_INTEGER, min = 0): number {
    const value = this.#get(name);
    if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
    throw this.#wrong(name, `an integer from ${min} to ${max}`);
  }

  /** A number from 0 to `max`. */
  number(name: string, max: number = Number.MAX_VALUE): number {
    const value = this.#get(name);
    if (typeof value === 'number' && value >= 0 && value <= max) return value;
    throw this.#wrong(name, `a number from 0 to ${max}`);
  }

  /** An unsigned bigint of at most 64 bits. */
  bigint(name: string): bigint {
    const value = this.#get(name);
    if (typeof value === 'bigint' && BigInt.asUintN(64, value) === value) return value;
    throw this.#wrong(name, 'a bigint of 64 bits');
  }

  /** True or false. */
  boolean(name: string): boolean {
    const value = this.#get(name);
    if (typeof value === 'boolean') return value;
    throw this.#wrong(name, 'a boolean');
  }

  /** Text. @param maxLength in UTF-16 units */
  string(name: string, maxLength = 1000): string {
    const value = this.#get(name);
    if (typeof value === 'string' && value.length <= maxLength) return value;
    throw this.#wrong(name, `text of at most ${maxLength} characters`);
  }

  /** One of a few texts. */
  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const value = this.#get(name);
    if (values.includes(value as T)) return value as T;
    throw this.#wrong(name, `one of ${values.join(', ')}`);
  }

  /** A byte array. @param length exactly so many bytes */
  bytes(name: string, length?: number): Uint8Array {
    const value = this.#get(name);
    if (value instanceof Uint8Array && (length === undefined || value.length === length)) return value;
    throw this.#wrong(name, `a byte array${length === undefined ? '' : ` of ${length} bytes`}`);
  }

  /** A record inside. */
  record(name: string): FieldReader {
    return new FieldReader(`${name} of ${this.#what}`, this.#get(name));
  }

  /** A list of records. */
  records(name: string): FieldReader[] {
    return this.list(name).map((each, i) => new FieldReader(`${name}[${i}] of ${this.#what}`, each));
  }

  /** A list of anything. */
  list(name: string): readonly unknown[] {
    const value = this.#get(name);
    // A copy, because a list may have holes, which most functions pass over.
    if (Array.isArray(value)) return Array.from(value);
    throw this.#wrong(name, 'a list');
  }

  /** The names of all fields. */
  names(): string[] {
    return Object.keys(this.#fields);
  }

  /** Anything, to be looked at elsewhere. */
  unknown(name: string): unknown {
    return this.#get(name);
  }

  // Only what the record itself has: not what it inherits.
  #get(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }

  #wrong(name: string, expected: string): VmError {
    return malformed(`${this.#what} has no ${name} that is ${expected}`);
  }
}

/** The error for something that is no snapshot, or a malformed one. */
export function malformed(problem: string): VmError {
  return new VmError('ERR_SNAPSHOT_FORMAT', `the snapshot is malformed: ${problem}`);
}

/** Whether a value is a record: an object that is no list and no byte array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
