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

  boolean(field: string): boolean {
    const value = this.#state[field];
    if (typeof value !== 'boolean') throw this.#error(`has no boolean as ${field}`);
    return value;
  }

  /** At most `maxLength` bytes. */
  bytes(field: string, maxLength: number): Uint8Array {
    const value = this.#state[field];
    if (!(value instanceof Uint8Array) || value.length > maxLength) {
      throw this.#error(`has no byte array of at most ${maxLength} bytes as ${field}`);
    }
    return value;
  }

  /** `length` bytes with no other bits than those of `mask`. */
  errors(field: string, length: number, mask: number): Uint8Array {
    const values = this.bytes(field, length);
    if (values.length !== length || values.some((value) => (value & ~mask) !== 0)) {
      throw this.#error(`has no ${length} bytes of error bits as ${field}`);
    }
    return values;
  }

  /** A number that is not below 0, or -1. */
  duration(field: string): number {
    const value = this.#state[field];
    if (typeof value !== 'number' || !Number.isFinite(value) || (value < 0 && value !== -1)) {
      throw this.#error(`has no duration as ${field}`);
    }
    return value;
  }

  #error(problem: string): Error {
    return codedError('ERR_DEVICE_STATE', `${this.#owner} cannot restore this state: it ${problem}`);
  }
}
