import { VmError } from '@picovm/core';

/** Says how much was decompressed so far, in bytes. */
export type Progress = (bytes: number) => void;

/** What a decompressor has written so far: it grows with what really comes, whatever a header promises, up to a limit. */
export class Output {
  /** The bytes, of which `length` are in use. Another array after {@link reserve}. */
  bytes: Uint8Array;
  /** How many bytes there are. */
  length = 0;
  readonly #maximum: number;
  readonly #name: string;

  /** @param maximum bytes @param name of the file, for messages */
  constructor(maximum: number, name: string) {
    this.#maximum = maximum;
    this.#name = name;
    this.bytes = new Uint8Array(Math.min(maximum, 1 << 16));
  }

  /** Makes room for further bytes. @throws VmError `ERR_INVALID_ARGUMENT` above the limit */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    if (needed > this.#maximum) {
      throw new VmError(
        'ERR_INVALID_ARGUMENT',
        `${this.#name} unpacks to more than ${this.#maximum} bytes: raise \`maximum\` if that is meant`,
        { maximum: this.#maximum },
      );
    }
    const grown = new Uint8Array(Math.min(this.#maximum, Math.max(needed, this.bytes.length * 2)));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  /** Appends bytes. @throws VmError `ERR_INVALID_ARGUMENT` above the limit */
  append(data: Uint8Array): void {
    this.reserve(data.length);
    this.bytes.set(data, this.length);
    this.length += data.length;
  }

  /** Appends what lies `distance` bytes back, `count` bytes; the two may overlap. The distance was checked. */
  repeat(distance: number, count: number): void {
    this.reserve(count);
    const { bytes, length } = this;
    if (distance >= count) bytes.copyWithin(length, length - distance, length - distance + count);
    else for (let at = length; at < length + count; at++) bytes[at] = bytes[at - distance];
    this.length += count;
  }

  /** What came, without a copy. */
  result(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

/** Milliseconds of work between two turns of the event loop. */
const BREATH = 20;

/** What a decompressor awaits between two parts: it says how far it is, and now and then lets the event loop have its turn. */
export function pacer(output: Output, progress?: Progress): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < BREATH) return undefined;
    progress?.(output.length);
    return new Promise((resolve) => {
      setTimeout(() => {
        last = performance.now();
        resolve();
      }, 0);
    });
  };
}
