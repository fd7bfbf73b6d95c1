import { existsSync, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../usage-error.ts';
import { BUILT_IN_DEVICES } from './built-in-devices.ts';
import { checkManifest } from './check-manifest.ts';
import { importFailure, isMissing } from './import-failure.ts';
import { importFrom, type ModuleExports } from './import-from.ts';
import { type AnyDeviceFactory, pickDevice } from './pick-device.ts';

/** Not imported: what stands in a snapshot must not be code itself, and a `data:` URL is. On Windows, `C:` is a drive. */
const URL_SCHEME = /^[a-z][a-z0-9+.-]+:/i;

/**
 * Finds a device type: a built-in one, or that of a package or a file.
 * @param name a built-in type, a package, or a path, which begins with `.` or `/`
 * @param exportName which export, where a module has several devices
 * @throws UsageError (as a rejection): there is none of that name, it cannot be imported, or is no device for this API
 */
export async function loadDevice(name: string, exportName?: string): Promise<AnyDeviceFactory> {
  const builtIn = exportName === undefined ? BUILT_IN_DEVICES.get(name) : undefined;
  if (builtIn !== undefined) return builtIn;
  const factory = pickDevice(await importDevice(name), name, exportName);
  const problem = checkManifest(factory.manifest);
  if (problem !== undefined) throw new UsageError(`${factory.manifest.type} ${problem}`);
  return factory;
}

async function importDevice(name: string): Promise<ModuleExports> {
  const directory = process.cwd();
  if (URL_SCHEME.test(name)) throw new UsageError('it is a URL: give a package, or the path of a file');
  const specifier = isPath(name) ? fileSpecifier(name) : name;
  try {
    return await importFrom(directory, specifier);
  } catch (error) {
    throw new UsageError(isMissing(error, specifier, directory) ? unknown(name) : importFailure(error, specifier));
  }
}

function isPath(name: string): boolean {
  return name.startsWith('.') || isAbsolute(name);
}

function fileSpecifier(name: string): string {
  const path = resolve(name);
  if (!existsSync(path)) throw new UsageError('there is no such file');
  if (!statSync(path).isFile()) throw new UsageError("it is no file: give the file of the device's module");
  return pathToFileURL(path).href;
}

function unknown(name: string): string {
  if (existsSync(name)) return `it is a file: write it as ./${name}`;
  const builtIn = [...BUILT_IN_DEVICES.keys()].sort().join(', ');
  return `it is neither built in (${builtIn}) nor an installed package: npm install ${name}`;
}
