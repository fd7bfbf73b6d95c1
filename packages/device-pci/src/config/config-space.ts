import { type AccessSize, type DeviceState, StateReader } from '@picovm/core';
import { CONFIG_SIZE, DEVICE_SPECIFIC } from './header.ts';

const VERSION = 1;

/** The 256 configuration registers of a function: what they hold, and which bits of them can change. */
export class ConfigSpace {
  readonly #values = new Uint8Array(CONFIG_SIZE);
  /** After a reset. */
  readonly #initial = new Uint8Array(CONFIG_SIZE);
  /** The bits that a guest can write. */
  readonly #writable = new Uint8Array(CONFIG_SIZE);
  /** The bits that a guest clears by writing a 1. */
  readonly #cleared = new Uint8Array(CONFIG_SIZE);

  /**
   * Makes registers what they are. Only before the first access.
   * @param writable the bits that a guest can write; @param cleared those that it clears by writing a 1
   */
  define(offset: number, size: number, initial: number, writable = 0, cleared = 0): void {
    for (let i = 0; i < size; i++) {
      this.#initial[offset + i] = this.#values[offset + i] = initial >>> (8 * i);
      this.#writable[offset + i] = writable >>> (8 * i);
      this.#cleared[offset + i] = cleared >>> (8 * i);
    }
  }

  /** Unsigned, little-endian; what lies beyond the last register is 0. */
  read(offset: number, size: AccessSize): number {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = (value << 8) | this.#values[offset + i];
    return value >>> 0;
  }

  /** By a guest. @returns whether anything has changed */
  write(offset: number, size: AccessSize, value: number): boolean {
    let changed = false;
    for (let i = 0; i < size && offset + i < CONFIG_SIZE; i++) {
      const at = offset + i;
      const byte = (value >>> (8 * i)) & 0xff;
      const before = this.#values[at];
      const kept = before & ~this.#writable[at] & ~(byte & this.#cleared[at]);
      this.#values[at] = kept | (byte & this.#writable[at]);
      changed ||= this.#values[at] !== before;
    }
    return changed;
  }

  /** By the chip: any bit from 0x40 on, and below that all that can change at all. */
  set(offset: number, size: AccessSize, value: number): void {
    for (let i = 0; i < size && offset + i < CONFIG_SIZE; i++) {
      const at = offset + i;
      const mask = this.#changeable(at);
      this.#values[at] = (this.#values[at] & ~mask) | ((value >>> (8 * i)) & mask);
    }
  }

  reset(): void {
    this.#values.set(this.#initial);
  }

  save(): DeviceState {
    return { version: VERSION, config: this.#values.slice() };
  }

  /** @throws VmError `ERR_DEVICE_STATE` if bits differ that nothing can have changed */
  load(owner: string, state: unknown): void {
    const reader = new StateReader(owner, state as DeviceState, VERSION);
    const saved = reader.bytes('config', CONFIG_SIZE, CONFIG_SIZE);
    const wrong = saved.findIndex((byte, at) => ((byte ^ this.#initial[at]) & ~this.#changeable(at)) !== 0);
    if (wrong !== -1)
      throw reader.error(`has 0x${saved[wrong].toString(16)} in configuration register 0x${wrong.toString(16)}`);
    this.#values.set(saved);
  }

  #changeable(at: number): number {
    return at >= DEVICE_SPECIFIC ? 0xff : this.#writable[at] | this.#cleared[at];
  }
}
