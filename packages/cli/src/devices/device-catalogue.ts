import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DeviceManifest } from '@picovm/core';
import { UsageError } from '../usage-error.ts';
import { BUILT_IN_TYPES, builtInDevice } from './built-in-devices.ts';
import { checkManifest } from './check-manifest.ts';
import { inspectInWorker } from './inspect-in-worker.ts';
import type { InspectedModule } from './inspection.ts';
import { type InstalledPackage, installedPackages } from './installed-packages.ts';

/** A device type, or a package with devices that cannot be used. */
export type CatalogueEntry = UsableDevice | UnusableDevice;

/** Where a device type comes from: the command itself, a package, or a file (an absolute path). */
export type DeviceSource = 'built-in' | InstalledPackage | { readonly file: string };

/** A device type that `--device` takes. */
export interface UsableDevice {
  /** What to give to `--device`. */
  readonly device: string;
  readonly source: DeviceSource;
  readonly manifest: DeviceManifest;
}

/** A package that cannot be used, or one device of a package or a file. */
export interface UnusableDevice {
  readonly device: string;
  readonly source: DeviceSource;
  /** Why, as a sentence about it. */
  readonly problem: string;
}

/** All devices that `--device` takes in a folder, and what looks like one and is none. @param directory absolute */
export async function deviceCatalogue(directory: string): Promise<CatalogueEntry[]> {
  const builtIn = await Promise.all(BUILT_IN_TYPES.map(builtInEntry));
  const installed = await Promise.all(installedPackages(directory).map((info) => packageEntries(directory, info)));
  return [...builtIn, ...installed.flat()];
}

async function builtInEntry(device: string): Promise<CatalogueEntry> {
  const factory = await builtInDevice(device);
  if (factory === undefined) return { device, source: 'built-in', problem: 'it is not in this build' };
  return { device, source: 'built-in', manifest: factory.manifest };
}

/**
 * The devices of one file.
 * @param name as `--device` takes it
 * @param directory absolute, where the name begins
 * @throws UsageError (as a rejection) if it cannot be imported, or has none
 */
export async function fileCatalogue(name: string, directory: string): Promise<CatalogueEntry[]> {
  const file = resolve(directory, name);
  const inspection = await inspectInWorker(directory, pathToFileURL(file).href);
  if ('problem' in inspection) throw new UsageError(`${name}: ${inspection.problem}`);
  return entries(name, { file }, inspection);
}

async function packageEntries(directory: string, info: InstalledPackage): Promise<CatalogueEntry[]> {
  const inspection = await inspectInWorker(directory, info.name);
  if ('problem' in inspection) return [{ device: info.name, source: info, problem: inspection.problem }];
  return entries(info.name, info, inspection);
}

function entries(name: string, source: DeviceSource, { devices, defaultExport }: InspectedModule): CatalogueEntry[] {
  return devices.map(({ exportName, manifest }) => {
    const isDefault = devices.length === 1 || exportName === defaultExport;
    const device = isDefault ? name : `${name}#${exportName}`;
    const problem = checkManifest(manifest);
    return problem === undefined ? { device, source, manifest } : { device, source, problem: `it ${problem}` };
  });
}
