import { type DeviceFactory, isDeviceFactory } from '@picovm/core';
import { UsageError } from '../usage-error.ts';
import type { ModuleExports } from './import-from.ts';

/** Any device type, of this or of another copy of core. */
export type AnyDeviceFactory = DeviceFactory<Record<string, unknown>>;

/** Of a list in a message, at most. */
const MAX_LISTED = 6;

/** The device types that a module exports, by name, each once: under its own name rather than as the default. */
export function deviceExports(module: ModuleExports): Map<string, AnyDeviceFactory> {
  const devices = new Map<string, AnyDeviceFactory>();
  const seen = new Set<unknown>();
  for (const [name, value] of allExports(module)) {
    if (!isDeviceFactory(value) || seen.has(value)) continue;
    seen.add(value);
    devices.set(name, value);
  }
  return devices;
}

/**
 * The device type that is meant: the export called `name`, or without a name the default export, or the only one.
 * @param module what was imported
 * @param text what it was imported by
 * @throws UsageError if there is none, or more than one to choose from
 */
export function pickDevice(module: ModuleExports, text: string, name: string | undefined): AnyDeviceFactory {
  const devices = deviceExports(module);
  if (devices.size === 0) {
    throw new UsageError(
      `it is no device: it exports ${describeExports(module)}, and a device is what defineDevice() of @picovm/core gives`,
    );
  }
  const names = [...devices.keys()];
  if (name !== undefined) {
    const named = new Map(allExports(module)).get(name);
    if (isDeviceFactory(named)) return named;
    const found = named === undefined ? 'it has no export' : 'no device is its export';
    throw new UsageError(`${found} '${name}': its devices are ${list(names)}`);
  }
  if (isDeviceFactory(module.default)) return module.default;
  if (devices.size > 1) {
    const choices = list(
      names.map((one) => `${text}#${one}`),
      'or',
    );
    throw new UsageError(`it has several devices: pick one, as ${choices}`);
  }
  return devices.get(names[0]) as AnyDeviceFactory;
}

// A CommonJS module is the default export; what hangs on it are its exports. A compiler may have made it of an ES module.
function allExports(module: ModuleExports): [string, unknown][] {
  const inner = module.default;
  const isNamespace = typeof inner === 'object' && inner !== null;
  const entries = [...Object.entries(module), ...(isNamespace ? Object.entries(inner) : [])];
  return entries.sort(([a], [b]) => Number(isPseudo(a)) - Number(isPseudo(b)));
}

function isPseudo(name: string): boolean {
  return name === 'default' || name === 'module.exports';
}

function describeExports(module: ModuleExports): string {
  const entries = allExports(module).filter(([name, value]) => {
    return name !== '__esModule' && !(isPseudo(name) && typeof value === 'object');
  });
  return entries.length === 0 ? 'nothing' : list(entries.map(([name, value]) => `${name} (${kindOf(value)})`));
}

function kindOf(value: unknown): string {
  if (typeof value !== 'function') return value === null ? 'null' : typeof value;
  return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function';
}

function list(names: readonly string[], last = 'and'): string {
  const shown =
    names.length > MAX_LISTED ? [...names.slice(0, MAX_LISTED), `${names.length - MAX_LISTED} more`] : names;
  return shown.length === 1 ? shown[0] : `${shown.slice(0, -1).join(', ')} ${last} ${shown.at(-1)}`;
}
