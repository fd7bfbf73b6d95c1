import type { AccessSize, MmioHandler } from '@picovm/core';

/** The linear frame buffer where it is no memory of the VM: each access is an exit. */
export class FrameBuffer implements MmioHandler {
  readonly #view: DataView;
  readonly #touch: () => void;

  constructor(bytes: Uint8Array, touch: () => void) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#touch = touch;
  }

  read(offset: number, size: AccessSize): number {
    if (size === 1) return this.#view.getUint8(offset);
    return size === 2 ? this.#view.getUint16(offset, true) : this.#view.getUint32(offset, true);
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (size === 1) this.#view.setUint8(offset, value);
    else if (size === 2) this.#view.setUint16(offset, value, true);
    else this.#view.setUint32(offset, value, true);
    this.#touch();
  }

  read64(offset: number): bigint {
    return this.#view.getBigUint64(offset, true);
  }

  write64(offset: number, value: bigint): void {
    this.#view.setBigUint64(offset, value, true);
    this.#touch();
  }
}
