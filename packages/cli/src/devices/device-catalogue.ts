import type { DeviceManifest } from '@picovm/core';
import { BUILT_IN_DEVICES } from './built-in-devices.ts';
import { checkManifest } from './check-manifest.ts';
import { inspectInWorker } from './inspect-in-worker.ts';
import { type InstalledPackage, installedPackages } from './installed-packages.ts';

/** A device type, or a package with devices that cannot be used. */
export type CatalogueEntry = UsableDevice | UnusablePackage;

/** A device type that `--device` takes. */
export interface UsableDevice {
  /** What to give to `--device`. */
  readonly device: string;
  /** Where it comes from; undefined: it is built in. */
  readonly package: InstalledPackage | undefined;
  readonly manifest: DeviceManifest;
}

/** A package that cannot be used, or one of its devices. */
export interface UnusablePackage {
  readonly device: string;
  readonly package: InstalledPackage;
  /** Why, as a sentence about it. */
  readonly problem: string;
}

/** All devices that `--device` takes in a folder, and what looks like one and is none. @param directory absolute */
export async function deviceCatalogue(directory: string): Promise<CatalogueEntry[]> {
  const builtIn = [...BUILT_IN_DEVICES].map(([device, { manifest }]): UsableDevice => {
    return { device, package: undefined, manifest };
  });
  const installed = await Promise.all(installedPackages(directory).map((info) => packageEntries(directory, info)));
  return [...builtIn, ...installed.flat()];
}

async function packageEntries(directory: string, info: InstalledPackage): Promise<CatalogueEntry[]> {
  const inspection = await inspectInWorker(directory, info.name);
  if ('problem' in inspection) return [{ device: info.name, package: info, problem: inspection.problem }];
  const { devices, defaultExport } = inspection;
  return devices.map(({ exportName, manifest }) => {
    const isDefault = devices.length === 1 || exportName === defaultExport;
    const device = isDefault ? info.name : `${info.name}#${exportName}`;
    const problem = checkManifest(manifest);
    return problem === undefined
      ? { device, package: info, manifest }
      : { device, package: info, problem: `it ${problem}` };
  });
}
