import { showValue, VmError } from '@picovm/core';

/** A field of a structure: how a value of it is read from memory, and written to it. All numbers are little-endian. */
export interface Field<T> {
  /** Bytes. */
  readonly size: number;
  read(view: DataView, at: number): T;
  /** @param path names the field in an error */
  write(view: DataView, at: number, value: T, path: string): void;
  /** A structure need not have it: it is zero then. */
  readonly isOptional?: true;
}

/** A structure of the kernel's, to and from a plain object. */
export interface Layout<T> extends Field<T> {
  /** From the bytes of the structure; what lies behind it is not looked at. */
  decode(bytes: Uint8Array): T;
  /** To bytes. Reserved fields are zero. @throws VmError `ERR_INVALID_ARGUMENT` */
  encode(value: T): Uint8Array;
}

/** A field of each property, and where it begins in the structure. */
export type Fields<T> = {
  readonly [K in keyof T]-?: readonly [offset: number, field: Field<Exclude<T[K], undefined>>];
};

/**
 * Describes a structure.
 * @param name the kernel's, for errors
 * @param size in bytes, reserved fields and padding included
 * @param fields a property each; those of another structure may be spread into it
 */
export function layout<T extends object>(name: string, size: number, fields: Fields<T>): Layout<T> {
  const rows = Object.entries<readonly [number, Field<unknown>]>(fields).map(([key, [offset, field]]) => {
    if (offset + field.size > size) throw new RangeError(`${name}.${key} does not fit into ${size} bytes`);
    return { key, offset, field };
  });
  const read = (view: DataView, at: number): T => {
    const value: Record<string, unknown> = {};
    for (const { key, offset, field } of rows) value[key] = field.read(view, at + offset);
    return value as T;
  };
  const write = (view: DataView, at: number, value: T, path: string): void => {
    checkObject(path, value);
    for (const { key, offset, field } of rows) {
      const part = (value as Record<string, unknown>)[key];
      if (part !== undefined || !field.isOptional) field.write(view, at + offset, part, `${path}.${key}`);
    }
  };
  return {
    size,
    read,
    write,
    decode: (bytes) => read(viewOf(bytes), 0),
    encode: (value) => {
      const bytes = new Uint8Array(size);
      write(viewOf(bytes), 0, value, name);
      return bytes;
    },
  };
}

export const u8: Field<number> = integer(
  1,
  0xff,
  (view, at) => view.getUint8(at),
  (view, at, n) => view.setUint8(at, n),
);
export const u16: Field<number> = integer(
  2,
  0xffff,
  (view, at) => view.getUint16(at, true),
  (view, at, n) => view.setUint16(at, n, true),
);
export const u32: Field<number> = integer(
  4,
  0xffffffff,
  (view, at) => view.getUint32(at, true),
  (view, at, n) => view.setUint32(at, n, true),
);

const MAX_U64 = 2n ** 64n - 1n;
const MIN_S64 = -(2n ** 63n);

/** A bigint from 0 to 2^64 - 1. */
export const u64: Field<bigint> = {
  size: 8,
  read: (view, at) => view.getBigUint64(at, true),
  write(view, at, value, path) {
    if (typeof value !== 'bigint' || value < 0n || value > MAX_U64) {
      throw invalid(path, 'a bigint from 0 to 2^64 - 1', value);
    }
    view.setBigUint64(at, value, true);
  },
};

/** A bigint from -2^63 to 2^63 - 1. */
export const s64: Field<bigint> = {
  size: 8,
  read: (view, at) => view.getBigInt64(at, true),
  write(view, at, value, path) {
    if (typeof value !== 'bigint' || value < MIN_S64 || value >= -MIN_S64) {
      throw invalid(path, 'a bigint from -2^63 to 2^63 - 1', value);
    }
    view.setBigInt64(at, value, true);
  },
};

/**
 * An address or a length in the guest's physical memory: 64 bits that are a number here, because no x86 processor has more
 * than 52 bits of physical address.
 */
export const physical: Field<number> = {
  size: 8,
  read: (view, at) => Number(view.getBigUint64(at, true)),
  write(view, at, value, path) {
    if (!Number.isInteger(value) || value < 0 || value > 2 ** 52)
      throw invalid(path, 'an integer from 0 to 2^52', value);
    view.setBigUint64(at, BigInt(value), true);
  },
};

/** A field that may be left out. */
export function optional<T>(field: Field<T>): Field<T> {
  return { size: field.size, read: field.read, write: field.write, isOptional: true };
}

/** So many bytes, copied. */
export function bytesField(size: number): Field<Uint8Array> {
  return {
    size,
    read: (view, at) => new Uint8Array(view.buffer.slice(view.byteOffset + at, view.byteOffset + at + size)),
    write(view, at, value, path) {
      if (!(value instanceof Uint8Array) || value.length !== size)
        throw invalid(path, `a Uint8Array of ${size} bytes`, value);
      new Uint8Array(view.buffer, view.byteOffset + at, size).set(value);
    },
  };
}

/** So many of the same. */
export function list<T>(field: Field<T>, count: number): Field<readonly T[]> {
  return {
    size: field.size * count,
    read: (view, at) => Array.from({ length: count }, (_, i) => field.read(view, at + i * field.size)),
    write(view, at, value, path) {
      if (!Array.isArray(value) || value.length !== count) throw invalid(path, `an array of ${count}`, value);
      for (let i = 0; i < count; i++) field.write(view, at + i * field.size, value[i], `${path}[${i}]`);
    },
  };
}

/** A header, in which the number of entries stands, and the entries: the structures with an array at their end. */
export interface Entries<T> {
  /** Room for so many. */
  room(count: number): Uint8Array;
  /** @throws VmError `ERR_INVALID_ARGUMENT` */
  encode(entries: readonly T[]): Uint8Array;
  /** @param count how many; default what the header says */
  decode(bytes: Uint8Array, count?: number): T[];
}

/**
 * @param name the kernel's, for errors
 * @param header its size in bytes
 * @param countOffset where in it the count stands, of 32 bits
 */
export function entries<T>(name: string, header: number, entry: Field<T>, countOffset = 0): Entries<T> {
  const room = (count: number): Uint8Array => new Uint8Array(header + count * entry.size);
  return {
    room,
    encode(values) {
      checkArray(name, values);
      const bytes = room(values.length);
      const view = viewOf(bytes);
      view.setUint32(countOffset, values.length, true);
      values.forEach((value, i) => {
        entry.write(view, header + i * entry.size, value, `${name}[${i}]`);
      });
      return bytes;
    },
    decode(bytes, count = viewOf(bytes).getUint32(countOffset, true)) {
      const view = viewOf(bytes);
      return Array.from({ length: count }, (_, i) => entry.read(view, header + i * entry.size));
    },
  };
}

/** @throws VmError `ERR_INVALID_ARGUMENT` if an argument, or a part of it, is no object */
export function checkObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw invalid(name, 'an object', value);
}

/** @throws VmError `ERR_INVALID_ARGUMENT` if it is no array */
export function checkArray(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw invalid(name, 'an array', value);
}

/** For an argument of the wrong type, or out of its range. */
export function invalid(what: string, wanted: string, value: unknown): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', `${what} must be ${wanted}, not ${showValue(value)}`);
}

function integer(
  size: number,
  max: number,
  get: (view: DataView, at: number) => number,
  set: (view: DataView, at: number, value: number) => void,
): Field<number> {
  return {
    size,
    read: get,
    write(view, at, value, path) {
      if (!Number.isInteger(value) || value < 0 || value > max)
        throw invalid(path, `an integer from 0 to ${max}`, value);
      set(view, at, value);
    },
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
