import type { AccessSize, MmioHandler } from '@picovm/core';

/** Where text memory begins in colour text modes (graphics register 06h, memory map 3). */
export const TEXT_MEMORY_BASE = 0xb8000;
/** Bytes of the window: 0xB8000 to 0xBFFFF. */
export const TEXT_MEMORY_SIZE = 0x8000;

/** Counters stay small integers, which cost no allocation. */
const GENERATIONS = 0x3fffffff;

/** The text memory as the CPU sees it: characters at even addresses, attributes at odd ones. */
export class TextMemory implements MmioHandler {
  readonly bytes: Uint8Array = new Uint8Array(TEXT_MEMORY_SIZE);
  readonly #view: DataView = new DataView(this.bytes.buffer);
  /** Changes with every write. */
  generation = 0;

  read(offset: number, size: AccessSize): number {
    const { bytes } = this;
    if (size === 1) return bytes[offset];
    if (size === 2) return bytes[offset] | (bytes[offset + 1] << 8);
    return this.#view.getUint32(offset, true);
  }

  write(offset: number, size: AccessSize, value: number): void {
    const { bytes } = this;
    if (size === 1) {
      bytes[offset] = value;
    } else if (size === 2) {
      bytes[offset] = value;
      bytes[offset + 1] = value >>> 8;
    } else {
      this.#view.setUint32(offset, value, true);
    }
    this.touch();
  }

  read64(offset: number): bigint {
    return this.#view.getBigUint64(offset, true);
  }

  write64(offset: number, value: bigint): void {
    this.#view.setBigUint64(offset, value, true);
    this.touch();
  }

  /** Notes that something changed. */
  touch(): void {
    this.generation = (this.generation + 1) & GENERATIONS;
  }

  /** Copies `length` bytes from `start` on, going on at the beginning behind the end. */
  copy(start: number, length: number): Uint8Array {
    const from = start % TEXT_MEMORY_SIZE;
    const out = new Uint8Array(length);
    const first = this.bytes.subarray(from, from + length);
    out.set(first);
    out.set(this.bytes.subarray(0, length - first.length), first.length);
    return out;
  }
}
