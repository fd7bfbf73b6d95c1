import type { DeviceState } from '@picovm/core';
import { codedError } from './errors.ts';

/**
 * Reads the fields of a device state, and refuses what the device's `snapshot` cannot have written: everything is read
 * before anything is changed, so that a refused state leaves the device as it was.
 */
export class StateReader {
  readonly #owner: string;
  readonly #state: DeviceState;

  /** @throws Error `ERR_DEVICE_STATE` if it is no state of this version */
  constructor(owner: string, state: DeviceState, version: number) {
    this.#owner = owner;
    this.#state = state;
    if (typeof state !== 'object' || state === null || state.version !== version) {
      throw this.#error(`has the version ${state?.version}, and this version of the device reads ${version}`);
    }
  }

  /** An integer from 0 to `max`. */
  integer(field: string, max: number): number {
    const value = this.#state[field];
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > max) {
      throw this.#error(`has no integer from 0 to ${max} as ${field}`);
    }
    return value as number;
  }

  /** Refuses a state whose `field` is not `value`. */
  exactly(field: string, value: number): void {
    if (this.#state[field] !== value) {
      throw this.#error(`has ${this.#state[field]} as ${field}, and the device has ${value}`);
    }
  }

  boolean(field: string): boolean {
    const value = this.#state[field];
    if (typeof value !== 'boolean') throw this.#error(`has no boolean as ${field}`);
    return value;
  }

  /** Exactly `length` bytes. */
  bytes(field: string, length: number): Uint8Array {
    const value = this.#state[field];
    if (!(value instanceof Uint8Array) || value.length !== length) {
      throw this.#error(`has no byte array of length ${length} as ${field}`);
    }
    return value;
  }

  /** Bytes in which only the bits of `masks` are set, one mask a byte. */
  registers(field: string, masks: readonly number[]): Uint8Array {
    const values = this.bytes(field, masks.length);
    if (values.some((value, i) => (value & ~masks[i]) !== 0)) {
      throw this.#error(`has bits in ${field} that its registers do not have`);
    }
    return values;
  }

  #error(problem: string): Error {
    return codedError('ERR_DEVICE_STATE', `${this.#owner} cannot restore this state: it ${problem}`);
  }
}
