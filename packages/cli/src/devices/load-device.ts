import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../usage-error.ts';
import { builtInDevice } from './built-in-devices.ts';
import { checkManifest } from './check-manifest.ts';
import { checkDeviceName, isPath } from './device-name.ts';
import { importFailure, isMissing } from './import-failure.ts';
import { importFrom, type ModuleExports } from './import-from.ts';
import { type AnyDeviceFactory, pickDevice } from './pick-device.ts';
import { unknownDevice } from './unknown-device.ts';

/**
 * Finds a device type: a built-in one, or that of a package or a file.
 * @param name a built-in type, a package, or a path, which begins with `.` or `/`
 * @param exportName which export, where a module has several devices
 * @throws UsageError (as a rejection): there is none of that name, it cannot be imported, or is no device for this API
 */
export async function loadDevice(name: string, exportName?: string): Promise<AnyDeviceFactory> {
  const builtIn = exportName === undefined ? await builtInDevice(name) : undefined;
  if (builtIn !== undefined) return builtIn;
  const factory = pickDevice(await importDevice(name), name, exportName);
  const problem = checkManifest(factory.manifest);
  if (problem !== undefined) throw new UsageError(`${factory.manifest.type} ${problem}`);
  return factory;
}

async function importDevice(name: string): Promise<ModuleExports> {
  const directory = process.cwd();
  checkDeviceName(name);
  const specifier = isPath(name) ? fileSpecifier(name) : name;
  try {
    return await importFrom(directory, specifier);
  } catch (error) {
    throw new UsageError(
      isMissing(error, specifier, directory) ? unknownDevice(name, directory) : importFailure(error, specifier),
    );
  }
}

function fileSpecifier(name: string): string {
  const path = resolve(name);
  if (!existsSync(path)) throw new UsageError('there is no such file');
  if (!statSync(path).isFile()) throw new UsageError("it is no file: give the file of the device's module");
  return pathToFileURL(path).href;
}
