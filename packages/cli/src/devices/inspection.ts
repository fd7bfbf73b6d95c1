import type { DeviceManifest } from '@picovm/core';
import { importFailure } from './import-failure.ts';
import { importFrom } from './import-from.ts';
import { deviceExports } from './pick-device.ts';

/** The device types in a module, as plain data; or why there are none. */
export type Inspection = InspectedModule | { readonly problem: string };

/** The device types in a module. */
export interface InspectedModule {
  readonly devices: readonly InspectedDevice[];
  /** The name of that which is the module's default export, if one is. */
  readonly defaultExport: string | undefined;
}

/** One device type of a module. */
export interface InspectedDevice {
  readonly exportName: string;
  readonly manifest: DeviceManifest;
}

/** Imports a module and tells what devices it has. @param directory an absolute path, from where it is imported */
export async function inspect(directory: string, specifier: string): Promise<Inspection> {
  try {
    const module = await importFrom(directory, specifier);
    const devices = deviceExports(module);
    if (devices.size === 0) return { problem: 'it exports no device' };
    return {
      devices: [...devices].map(([exportName, { manifest }]) => ({ exportName, manifest: plain(manifest) })),
      defaultExport: [...devices].find(([, factory]) => factory === module.default)?.[0],
    };
  } catch (error) {
    return { problem: importFailure(error, specifier) };
  }
}

// It is said to be data, and comes from others: whatever else hangs on it stays behind.
function plain(manifest: DeviceManifest): DeviceManifest {
  const text = JSON.stringify(manifest, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return JSON.parse(text) as DeviceManifest;
}
