import type { AccessWidths, RangeSpec } from '../bus/handler.ts';
import type { DeviceOptions } from './option-spec.ts';

/**
 * The version of the contract between core and devices: `Device`, `DeviceContext`, the handlers, the manifest. It counts
 * up when a device that was made for the older one would no longer work.
 */
export const DEVICE_API_VERSION = 1;

/** Stands for the value of an integer option. */
export interface OptionReference {
  /** The option's name. It has a default, or is required. */
  readonly option: string;
}

/** A range that a device claims, as data. */
export interface DeviceRange {
  /** Which bus. */
  readonly space: 'port' | 'mmio';
  /** First address. */
  readonly base: number | OptionReference;
  /** Number of addresses. */
  readonly length: number | OptionReference;
  /** Widths that its handler takes; see `RangeSpec`. */
  readonly width?: AccessWidths;
  /** What the range is for, for address maps. */
  readonly label?: string;
}

/** What a device can do beyond answering its ranges. The test kit holds it to what is true here. */
export interface DeviceSupports {
  /** It has `reset`, and is then as it was right after `attach`. */
  readonly reset: boolean;
  /** It has `snapshot` and `restore`. */
  readonly snapshot: boolean;
}

/** A device type as data: what lists, documentation and user interfaces show of it without making one. */
export interface DeviceManifest {
  /** What kind of device it is: lower-case letters, digits and dashes. */
  readonly type: string;
  /** The version of the device API that it was made for: see {@link DEVICE_API_VERSION}. */
  readonly apiVersion: number;
  /** One line for people. */
  readonly description: string;
  /** The id of an instance that is given none. */
  readonly defaultId: string;
  /** Its options by name, besides `id`. */
  readonly options: DeviceOptions;
  /** The ranges that it claims. */
  readonly ranges: readonly DeviceRange[];
  /** The interrupt lines that it drives. */
  readonly irqs: readonly (number | OptionReference)[];
  /** What it can do. */
  readonly supports: DeviceSupports;
}

/** Where one instance of a device is: its manifest's ranges and lines, with the values of its options. */
export interface DevicePlace {
  /** In the order of the manifest; give them to `claimPorts` and `claimMmio`. */
  readonly ranges: readonly (RangeSpec & { readonly space: 'port' | 'mmio' })[];
  /** In the order of the manifest; give them to `irq`. */
  readonly irqs: readonly number[];
}

/** Where an instance with these options is. @param options with the defaults filled in */
export function placeOf(
  manifest: Pick<DeviceManifest, 'ranges' | 'irqs'>,
  options: Readonly<Record<string, unknown>>,
): DevicePlace {
  const value = (place: number | OptionReference): number =>
    typeof place === 'number' ? place : (options[place.option] as number);
  return {
    ranges: manifest.ranges.map((range) => ({ ...range, base: value(range.base), length: value(range.length) })),
    irqs: manifest.irqs.map(value),
  };
}
