import type { Fault } from '../lzma.ts';

/**
 * The bits of a part of a file as zstd reads most of them: from the last to the first, where the highest bit that is set marks the
 * end. Before the first there are zeros.
 */
export class BackwardBits {
  /** How many bits are left; negative if more were taken than there were. */
  left: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, fault: Fault) {
    const last = bytes[bytes.length - 1] ?? 0;
    if (last === 0) fault('a bit stream without an end');
    this.#bytes = bytes;
    this.left = bytes.length * 8 - 1 - (Math.clz32(last) - 24);
  }

  /** The next bits, without taking them. @param count at most 16 */
  peek(count: number): number {
    const at = this.left - count;
    if (at < 0) return this.left <= 0 ? 0 : (this.#load(0) & ((1 << this.left) - 1)) << -at;
    return (this.#load(at >> 3) >>> (at & 7)) & ((1 << count) - 1);
  }

  /** Takes the next bits. @param count at most 32 */
  read(count: number): number {
    if (count > 16) return this.read(count - 16) * 0x10000 + this.read(16);
    const value = this.peek(count);
    this.left -= count;
    return value;
  }

  #load(at: number): number {
    const bytes = this.#bytes;
    return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
  }
}

/** The bits of a part of a file, from the first on. Behind the last there are zeros. */
export class ForwardBits {
  /** How many bits were taken. */
  taken = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next bits, without taking them. @param count at most 16 */
  peek(count: number): number {
    const at = this.taken >> 3;
    const bytes = this.#bytes;
    const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
    return (word >>> (this.taken & 7)) & ((1 << count) - 1);
  }
}
