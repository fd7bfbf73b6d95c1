import { type Device, isVmError } from '@picovm/core';
import { thrownAt } from '../output/throw-site.ts';
import { UsageError } from '../usage-error.ts';
import type { DeviceArgument } from './device-argument.ts';
import { loadDevice } from './load-device.ts';
import { optionValues } from './option-values.ts';

/** A device of a machine as data: enough to make the same one again, also in another process. */
export interface DevicePlan {
  /** Who asked for it, to begin messages with: `--device TEXT`. */
  readonly origin: string;
  /** A built-in type, a package, or a path. */
  readonly name: string;
  /** Which export, where a module has several devices. */
  readonly exportName: string | undefined;
  /** Numbers, booleans, strings, and byte arrays. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * What a `--device` asks for.
 * @throws UsageError (as a rejection) that begins with the argument
 */
export function planDevice({ text, name, exportName, options }: DeviceArgument): Promise<DevicePlan> {
  const origin = `--device ${text}`;
  return explained(origin, async () => {
    const { manifest } = await loadDevice(name, exportName);
    return { origin, name, exportName, options: optionValues(manifest, options) };
  });
}

/** Makes a device. @throws UsageError (as a rejection) that begins with its origin */
export function makeDevice({ origin, name, exportName, options }: DevicePlan): Promise<Device> {
  return explained(origin, async () => (await loadDevice(name, exportName))(options));
}

// What a device of others throws is not ours to trust; it may also come from a copy of core that is not ours.
async function explained<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof UsageError || isVmError(error)) throw new UsageError(`${what}: ${error.message}`);
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${what}: it could not be made: ${message}${thrownAt(error)}`);
  }
}
