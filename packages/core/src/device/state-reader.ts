import { VmError } from '../errors.ts';
import type { DeviceState } from './device.ts';

/**
 * How states of older versions become those of the next one: `{ 1: (state) => ({ ...state, newField: 0 }) }` makes
 * version 2 out of version 1. The reader sets `version` itself.
 */
export type StateMigrations = Readonly<Record<number, (state: DeviceState) => Omit<DeviceState, 'version'>>>;

/**
 * Reads the fields of a state that was saved, and refuses what the owner's `snapshot` cannot have written. Read
 * everything before anything is changed: then a refused state leaves the device as it was.
 *
 * All methods throw VmError `ERR_DEVICE_STATE`, naming the owner, the field, and what it should be.
 */
export class StateReader {
  readonly #owner: string;
  readonly #state: DeviceState;

  /**
   * @param owner the id of the device, for messages
   * @param state what was saved
   * @param version the version that the owner reads
   * @param migrations from every older version to the next one
   * @throws VmError `ERR_DEVICE_STATE` if it is no state, or one of a version that nothing leads from
   */
  constructor(owner: string, state: DeviceState, version: number, migrations: StateMigrations = {}) {
    this.#owner = owner;
    this.#state = state;
    if (typeof state !== 'object' || state === null) throw this.#error('is no record');
    while (this.#state.version !== version) {
      const old = this.#state.version;
      const migrate = old < version && Object.hasOwn(migrations, old) ? migrations[old] : undefined;
      if (migrate === undefined)
        throw this.#error(`has the version ${old}, and this version of the device reads ${version}`);
      this.#state = { ...migrate(this.#state), version: old + 1 };
    }
  }

  /** An integer from 0 (or `min`) to `max`. */
  integer(field: string, max: number, min = 0): number {
    const value = this.#state[field];
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
      throw this.#error(`has no integer from ${min} to ${max} as ${field}`);
    }
    return value as number;
  }

  /** A finite number from `min` to `max`, such as a duration. */
  number(field: string, max: number = Number.MAX_VALUE, min = 0): number {
    const value = this.#state[field];
    if (typeof value !== 'number' || !(value >= min && value <= max)) {
      throw this.#error(`has no number from ${min} to ${max} as ${field}`);
    }
    return value;
  }

  /** True or false. */
  boolean(field: string): boolean {
    const value = this.#state[field];
    if (typeof value !== 'boolean') throw this.#error(`has no boolean as ${field}`);
    return value;
  }

  /** Text of at most `maxLength` UTF-16 units. */
  string(field: string, maxLength: number): string {
    const value = this.#state[field];
    if (typeof value !== 'string' || value.length > maxLength) {
      throw this.#error(`has no string of at most ${maxLength} characters as ${field}`);
    }
    return value;
  }

  /** Bytes: at most `maxLength`, at least `minLength`. */
  bytes(field: string, maxLength: number, minLength = 0): Uint8Array {
    const value = this.#state[field];
    if (!(value instanceof Uint8Array) || value.length > maxLength || value.length < minLength) {
      const size = minLength === maxLength ? `exactly ${maxLength}` : `${minLength} to ${maxLength}`;
      throw this.#error(`has no byte array of ${size} bytes as ${field}`);
    }
    return value;
  }

  /** Exactly as many bytes as `masks` has, in which only the bits of the masks are set. */
  registers(field: string, masks: ArrayLike<number>): Uint8Array {
    const values = this.bytes(field, masks.length, masks.length);
    if (values.some((value, i) => (value & ~masks[i]) !== 0)) {
      throw this.#error(`has bits in ${field} that its registers do not have`);
    }
    return values;
  }

  /** Refuses a state whose `field` is not what the device was made with. */
  exactly(field: string, value: number | string | boolean): void {
    if (this.#state[field] !== value) {
      throw this.#error(`has ${String(this.#state[field])} as ${field}, and the device has ${value}`);
    }
  }

  #error(problem: string): VmError {
    return new VmError('ERR_DEVICE_STATE', `${this.#owner} cannot restore this state: it ${problem}`, {
      device: this.#owner,
    });
  }
}
