import type { Device } from './device.ts';
import type { DeviceIrq, DevicePlace, DeviceRange, DeviceSupports } from './manifest.ts';
import type { DeviceOptions, ResolvedOptions } from './option-spec.ts';

/** A device as `create` makes it: `id` and `type` may be left out, for `defineDevice` to fill in. */
export type DeviceParts = Omit<Device, 'id' | 'type' | 'manifest'> & Partial<Pick<Device, 'id' | 'type'>>;

/** What `defineDevice` takes: the manifest, and how to make one. */
export interface DeviceDefinition<
  S extends DeviceOptions,
  D extends DeviceParts,
  R extends readonly DeviceRange[] = readonly DeviceRange[],
  I extends readonly DeviceIrq[] = readonly DeviceIrq[],
> {
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
  readonly ranges?: R;
  /** The interrupt lines that it drives. Default: none. */
  readonly irqs?: I;
  /** What it cannot do: `{ snapshot: false }`. Default: everything. */
  readonly supports?: Partial<DeviceSupports>;
  /**
   * Makes an instance. What options may be together is for it to check: it throws a VmError `ERR_INVALID_ARGUMENT`.
   * @param options checked one by one, with the defaults filled in
   * @param place its ranges and interrupt lines
   */
  create(options: ResolvedOptions<S>, place: DevicePlace<R, I>): D;
}
