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
    if (typeof state !== 'object' || state === null) throw this.error('is no record');
    while (this.#state.version !== version) {
      this.#state = this.#migrated(version, migrations);
    }
  }

  /** An integer from 0 (or `min`) to `max`. */
  integer(field: string, max: number, min = 0): number {
    const value = this.#state[field];
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
      throw this.error(`has no integer from ${min} to ${max} as ${field}`);
    }
    return value as number;
  }

  /** An integer in which only the bits of `mask` (at most 31 of them) are set. */
  register(field: string, mask: number): number {
    const value = this.integer(field, 0x7fffffff);
    if ((value & ~mask) !== 0) throw this.error(`has bits in ${field} that its register does not have`);
    return value;
  }

  /** A finite number from `min` to `max`, such as a duration. */
  number(field: string, max: number = Number.MAX_VALUE, min = 0): number {
    const value = this.#state[field];
    if (typeof value !== 'number' || !(value >= min && value <= max)) {
      throw this.error(`has no number from ${min} to ${max} as ${field}`);
    }
    return value;
  }

  /** True or false. */
  boolean(field: string): boolean {
    const value = this.#state[field];
    if (typeof value !== 'boolean') throw this.error(`has no boolean as ${field}`);
    return value;
  }

  /** Text of at most `maxLength` UTF-16 units. */
  string(field: string, maxLength: number): string {
    const value = this.#state[field];
    if (typeof value !== 'string' || value.length > maxLength) {
      throw this.error(`has no string of at most ${maxLength} characters as ${field}`);
    }
    return value;
  }

  /**
   * The state's own bytes, not a copy: at most `maxLength`, at least `minLength`, with no other bits than those of
   * `mask` in any of them.
   */
  bytes(field: string, maxLength: number, minLength = 0, mask = 0xff): Uint8Array {
    const value = this.#state[field];
    if (!(value instanceof Uint8Array) || value.length > maxLength || value.length < minLength) {
      const size = minLength === maxLength ? `exactly ${maxLength}` : `${minLength} to ${maxLength}`;
      throw this.error(`has no byte array of ${size} bytes as ${field}`);
    }
    if (mask !== 0xff && value.some((byte) => (byte & ~mask) !== 0))
      throw this.error(`has bits in ${field} that it cannot have`);
    return value;
  }

  /** Exactly as many bytes as `masks` has, in which only the bits of the masks are set. The state's own, not a copy. */
  registers(field: string, masks: ArrayLike<number>): Uint8Array {
    const values = this.bytes(field, masks.length, masks.length);
    if (values.some((value, i) => (value & ~masks[i]) !== 0)) {
      throw this.error(`has bits in ${field} that its registers do not have`);
    }
    return values;
  }

  /** A list of at most `maxLength` integers from 0 to `max`. The state's own, not a copy. */
  integers(field: string, maxLength: number, max: number): readonly number[] {
    const value = this.#state[field];
    const fits = (item: unknown): boolean =>
      Number.isSafeInteger(item) && (item as number) >= 0 && (item as number) <= max;
    if (!Array.isArray(value) || value.length > maxLength || !value.every(fits)) {
      throw this.error(`has no list of at most ${maxLength} integers from 0 to ${max} as ${field}`);
    }
    return value;
  }

  /** Refuses a state whose `field` is not what the device was made with. */
  exactly(field: string, value: number | string | boolean): void {
    if (this.#state[field] !== value) {
      throw this.error(`has ${String(this.#state[field])} as ${field}, and the device has ${value}`);
    }
  }

  /**
   * The error for a state that the owner refuses for a reason of its own: `throw reader.error('has …')`.
   * @param problem goes on after "it"
   */
  error(problem: string, cause?: unknown): VmError {
    return new VmError('ERR_DEVICE_STATE', `${this.#owner} cannot restore this state: it ${problem}`, {
      device: this.#owner,
      cause,
    });
  }

  #migrated(version: number, migrations: StateMigrations): DeviceState {
    const old = this.#state.version;
    const migrate = Number.isInteger(old) && old < version ? migrations[old] : undefined;
    if (migrate === undefined) {
      const advice = old > version ? ': use the version of the device that wrote it, or a newer one' : '';
      throw this.error(`has the version ${old}, and this version of the device reads ${version}${advice}`);
    }
    try {
      return { ...migrate(this.#state), version: old + 1 };
    } catch (cause) {
      throw this.error(`is malformed: it cannot be read as version ${old}`, cause);
    }
  }
}
