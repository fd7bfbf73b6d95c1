import { hex, VmError } from '@picovm/core';
import { checkImage } from './check-image.ts';

/** Reads numbers of a file that may be malformed: little-endian, unsigned, and never outside of it. */
export class ImageReader {
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** What messages call it. */
  readonly name: string;
  readonly #view: DataView;

  /** @throws VmError `ERR_INVALID_ARGUMENT` if there are no bytes */
  constructor(bytes: Uint8Array, name: string) {
    checkImage(bytes, name);
    this.bytes = bytes;
    this.name = name;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes. */
  get length(): number {
    return this.bytes.length;
  }

  /** One byte. */
  u8(at: number, what: string): number {
    this.check(at, 1, what);
    return this.#view.getUint8(at);
  }

  /** Two bytes. */
  u16(at: number, what: string): number {
    this.check(at, 2, what);
    return this.#view.getUint16(at, true);
  }

  /** Four bytes. */
  u32(at: number, what: string): number {
    this.check(at, 4, what);
    return this.#view.getUint32(at, true);
  }

  /** Eight bytes: an address or a size, which must be below 2^53. */
  u64(at: number, what: string): number {
    this.check(at, 8, what);
    const value = Number(this.#view.getBigUint64(at, true));
    if (!Number.isSafeInteger(value)) this.refuse(at, `${what} is ${hex(value)}`, 'the file is damaged');
    return value;
  }

  /** Eight bytes of any value. */
  big(at: number, what: string): bigint {
    this.check(at, 8, what);
    return this.#view.getBigUint64(at, true);
  }

  /** The bytes themselves, not a copy. */
  slice(at: number, length: number, what: string): Uint8Array {
    this.check(at, length, what);
    return this.bytes.subarray(at, at + length);
  }

  /** @throws VmError `ERR_INVALID_ARGUMENT` if the range is not whole in the file */
  check(at: number, length: number, what: string): void {
    if (at >= 0 && length >= 0 && at + length <= this.length) return;
    const where = `${length} bytes at offset ${hex(Math.max(at, 0))}`;
    this.refuse(at, `${what} (${where}) lies outside of its ${this.length} bytes`, 'the file is truncated or damaged');
  }

  /** @param at offset in the file @param what is wrong @param advice what to do @throws VmError `ERR_INVALID_ARGUMENT` */
  refuse(at: number, what: string, advice: string): never {
    throw new VmError('ERR_INVALID_ARGUMENT', `${this.name}: ${what}: ${advice}`, { offset: at });
  }
}
