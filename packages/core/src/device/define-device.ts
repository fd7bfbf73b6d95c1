import { VmError } from '../errors.ts';
import { checkDeviceOptions, checkOption } from './check-device-options.ts';
import type { Device } from './device.ts';
import {
  DEVICE_API_VERSION,
  type DeviceManifest,
  type DevicePlace,
  type DeviceRange,
  type DeviceSupports,
  type OptionReference,
  placeOf,
} from './manifest.ts';
import type { DeviceOptions, OptionsInput, ResolvedOptions } from './option-spec.ts';

/** A device as `create` makes it: `id` and `type` may be left out, for `defineDevice` to fill in. */
export type DeviceParts = Omit<Device, 'id' | 'type' | 'manifest'> & Partial<Pick<Device, 'id' | 'type'>>;

/** What `defineDevice` takes: the manifest, and how to make one. */
export interface DeviceDefinition<S extends DeviceOptions, D extends DeviceParts> {
  /** What kind of device it is: lower-case letters, digits and dashes, beginning with a letter. */
  readonly type: string;
  /** The version of the device API that the code was written for: the `DEVICE_API_VERSION` of its time, as a number. */
  readonly apiVersion: number;
  /** One line for people. */
  readonly description: string;
  /** The id of an instance that is given none. Default: the type. */
  readonly defaultId?: string;
  /** Its options by name. Every device has `id` besides. Default: none. */
  readonly options?: S;
  /** The ranges that it claims. Default: none. */
  readonly ranges?: readonly DeviceRange[];
  /** The interrupt lines that it drives. Default: none. */
  readonly irqs?: readonly (number | OptionReference)[];
  /** What it cannot do: `{ snapshot: false }`. Default: everything. */
  readonly supports?: Partial<DeviceSupports>;
  /**
   * Makes an instance.
   * @param options checked, with the defaults filled in
   * @param place its ranges and interrupt lines
   */
  create(options: ResolvedOptions<S>, place: DevicePlace): D;
}

/** Makes devices of one type. Calling it checks the options. */
export interface DeviceFactory<O, D extends Device = Device> {
  /**
   * Makes an instance.
   * @throws VmError `ERR_INVALID_ARGUMENT` for an option that is unknown, missing, or not what it must be;
   *   `ERR_DEVICE_API` if it was made for another version of the device API
   */
  // biome-ignore lint/complexity/noBannedTypes: {} is the type that an object of optional members extends.
  (...options: {} extends O ? [options?: O] : [options: O]): D;
  /** The device type as data. */
  readonly manifest: DeviceManifest;
}

const TYPE = /^[a-z][a-z0-9-]*$/;

/**
 * Makes the factory of a device type out of its manifest and a function that makes an instance.
 *
 * ```ts
 * export const counter = defineDevice({
 *   type: 'counter',
 *   apiVersion: 1,
 *   description: 'counts how often it is read',
 *   options: { base: { type: 'integer', min: 0, max: 0xffff, default: 0x510, hex: true, description: 'its port' } },
 *   ranges: [{ space: 'port', base: { option: 'base' }, length: 1, width: { max: 1 } }],
 *   create(_options, { ranges }) {
 *     let reads = 0;
 *     …
 *     return { attach: (context) => context.claimPorts(ranges[0], handler), reset() { … }, snapshot() { … }, … };
 *   },
 * });
 * const device = counter({ base: 0x520 });
 * ```
 * @throws VmError `ERR_INVALID_ARGUMENT` if the definition contradicts itself
 */
export function defineDevice<const S extends DeviceOptions, D extends DeviceParts>(
  definition: DeviceDefinition<S, D>,
): DeviceFactory<OptionsInput<S>, D & Device> {
  const manifest = manifestOf(definition);
  const { type, options, defaultId } = manifest;
  const make = (given: unknown = {}): D & Device => {
    checkApiVersion(manifest);
    const checked = checkDeviceOptions(type, defaultId, options, given);
    const parts = definition.create(checked as ResolvedOptions<S>, placeOf(manifest, checked));
    return asDevice(parts, checked.id as string, manifest);
  };
  return Object.defineProperties(make, {
    name: { value: type },
    manifest: { value: manifest, enumerable: true },
  }) as unknown as DeviceFactory<OptionsInput<S>, D & Device>;
}

/** Whether a value is what `defineDevice` gives, of this or of another copy of core. */
export function isDeviceFactory(value: unknown): value is DeviceFactory<Record<string, unknown>> {
  if (typeof value !== 'function') return false;
  const { manifest } = value as { manifest?: Partial<DeviceManifest> };
  return typeof manifest?.type === 'string' && typeof manifest.apiVersion === 'number';
}

/**
 * Refuses a device that was made for another version of the device API.
 * @throws VmError `ERR_DEVICE_API` naming both
 */
export function checkApiVersion({ type, apiVersion }: DeviceManifest): void {
  if (apiVersion === DEVICE_API_VERSION) return;
  const older = apiVersion < DEVICE_API_VERSION;
  throw new VmError(
    'ERR_DEVICE_API',
    `${type} was made for version ${apiVersion} of the device API, and this @picovm/core has version ` +
      `${DEVICE_API_VERSION}: install ${older ? `a newer ${type}` : 'a newer @picovm/core'}`,
    { type, apiVersion, supported: DEVICE_API_VERSION },
  );
}

function asDevice<D extends DeviceParts>(parts: D, id: string, manifest: DeviceManifest): D & Device {
  if (typeof parts !== 'object' || parts === null || typeof parts.attach !== 'function') {
    throw malformed(manifest.type, 'create() gave no object with an attach method');
  }
  for (const [name, value] of Object.entries({ id, type: manifest.type, manifest })) {
    const own = (parts as unknown as Record<string, unknown>)[name];
    if (own === undefined) Object.defineProperty(parts, name, { value, enumerable: name !== 'manifest' });
    else if (own !== value)
      throw malformed(manifest.type, `create() gave the ${name} ${own}, which should be ${value}`);
  }
  return parts as D & Device;
}

function manifestOf(definition: DeviceDefinition<DeviceOptions, DeviceParts>): DeviceManifest {
  const { type, apiVersion, description, options = {}, ranges = [], irqs = [], supports } = definition;
  if (typeof type !== 'string' || !TYPE.test(type)) {
    throw malformed(String(type), 'its type must be lower-case letters, digits and dashes, beginning with a letter');
  }
  if (!Number.isInteger(apiVersion) || apiVersion < 1) {
    throw malformed(type, `its apiVersion must be the number of a version, such as ${DEVICE_API_VERSION}`);
  }
  if (typeof description !== 'string' || description === '' || description.includes('\n')) {
    throw malformed(type, 'its description must be one line');
  }
  if (Object.hasOwn(options, 'id')) throw malformed(type, "its options cannot have an 'id': every device has one");
  for (const [name, option] of Object.entries(options)) {
    if ('default' in option) checkOption(`the definition of ${type}`, `the default of ${name}`, option, option.default);
  }
  const places = [...ranges.flatMap(({ base, length }) => [base, length]), ...irqs];
  for (const place of places) if (typeof place === 'object') checkReference(type, options, place);
  return {
    type,
    apiVersion,
    description,
    defaultId: definition.defaultId ?? type,
    options,
    ranges,
    irqs,
    supports: { reset: true, snapshot: true, ...supports },
  };
}

function checkReference(type: string, options: DeviceOptions, { option: name }: OptionReference): void {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option?.type === 'integer' && (option.default !== undefined || option.required)) return;
  throw malformed(type, `it refers to an option '${name}', which must be an integer that is required or has a default`);
}

function malformed(type: string, problem: string): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', `the definition of ${type} is malformed: ${problem}`, { type });
}
