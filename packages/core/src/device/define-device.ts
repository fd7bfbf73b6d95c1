import { VmError } from '../errors.ts';
import { malformed, manifestOf } from './check-definition.ts';
import { checkDeviceOptions } from './check-device-options.ts';
import type { Device } from './device.ts';
import type { DeviceDefinition, DeviceParts } from './device-definition.ts';
import {
  DEVICE_API_VERSION,
  type DeviceIrq,
  type DeviceManifest,
  type DevicePlace,
  type DeviceRange,
  placeOf,
} from './manifest.ts';
import type { DeviceOptions, OptionsInput, ResolvedOptions } from './option-spec.ts';

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
// The marker lets bundlers drop the factories that a program does not use.
/* @__NO_SIDE_EFFECTS__ */
export function defineDevice<
  // biome-ignore lint/complexity/noBannedTypes: no options at all.
  const S extends DeviceOptions = {},
  const R extends readonly DeviceRange[] = readonly [],
  const I extends readonly DeviceIrq[] = readonly [],
  D extends DeviceParts = DeviceParts,
>(definition: DeviceDefinition<S, D, R, I>): DeviceFactory<OptionsInput<S>, D & Device> {
  const manifest = manifestOf(definition as unknown as DeviceDefinition<DeviceOptions, DeviceParts>);
  const { type, options, defaultId } = manifest;
  const make = (given: unknown = {}): D & Device => {
    checkApiVersion(manifest);
    const checked = checkDeviceOptions(type, defaultId, options, given);
    const place = placeOf(manifest, checked) as DevicePlace<R, I>;
    return asDevice(definition.create(checked as ResolvedOptions<S>, place), checked.id as string, manifest);
  };
  return Object.defineProperties(make, {
    name: { value: type },
    manifest: { value: manifest, enumerable: true },
  }) as unknown as DeviceFactory<OptionsInput<S>, D & Device>;
}

/** Whether a value is what `defineDevice` gives, of this or of another copy of core. */
export function isDeviceFactory(value: unknown): value is DeviceFactory<Record<string, unknown>> {
  if (typeof value !== 'function') return false;
  const { manifest } = value as { manifest?: Partial<DeviceManifest> | null };
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
  if (!Object.isExtensible(parts)) throw malformed(manifest.type, 'create() gave an object that is frozen');
  for (const [name, value] of Object.entries({ id, type: manifest.type, manifest })) {
    const own = (parts as unknown as Record<string, unknown>)[name];
    if (own === undefined) Object.defineProperty(parts, name, { value, enumerable: name !== 'manifest' });
    else if (own !== value) throw malformed(manifest.type, `create() gave a device with another ${name}`);
  }
  return parts as D & Device;
}
