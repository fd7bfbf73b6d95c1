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
  /** Its handler need not see writes at once; see `RangeSpec`. Default false. */
  readonly coalesced?: boolean;
}

/** What a device can do beyond answering its ranges. The test kit holds it to what is true here. */
export interface DeviceSupports {
  /** It has `reset`, and is then as it was right after `attach`. */
  readonly reset: boolean;
  /** It has `snapshot` and `restore`. If not, snapshots leave it out: it keeps nothing that matters. */
  readonly snapshot: boolean;
}

/**
 * A device type as data: what lists, documentation and user interfaces show of it without making one. It is JSON, and
 * `defineDevice` freezes it.
 */
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
  readonly irqs: readonly DeviceIrq[];
  /** What it can do. */
  readonly supports: DeviceSupports;
}

/** A line of a device: its number, 0 to 23, or the option that has it. */
export type DeviceIrq = number | OptionReference;

/** A range of one instance, as `claimPorts` and `claimMmio` take it. */
export interface PlacedRange extends RangeSpec {
  /** Which bus. */
  readonly space: 'port' | 'mmio';
}

/** Where one instance of a device is: its manifest's ranges and lines, with the values of its options. */
export interface DevicePlace<
  R extends readonly DeviceRange[] = readonly DeviceRange[],
  I extends readonly DeviceIrq[] = readonly DeviceIrq[],
> {
  /** In the order of the manifest; give them to `claimPorts` and `claimMmio`. */
  readonly ranges: { readonly [K in keyof R]: PlacedRange };
  /** In the order of the manifest; give them to `irq`. */
  readonly irqs: { readonly [K in keyof I]: number };
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
