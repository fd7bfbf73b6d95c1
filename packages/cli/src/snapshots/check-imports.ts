import { resolve } from 'node:path';
import { isBuiltIn } from '../devices/built-in-devices.ts';
import type { DeviceArgument } from '../devices/device-argument.ts';
import { checkDeviceName, isPath } from '../devices/device-name.ts';
import type { DevicePlan } from '../devices/device-plan.ts';
import { printable } from '../output/printable.ts';
import { UsageError } from '../usage-error.ts';

/**
 * A snapshot may come from anybody, and it names modules to import, which run with all rights of the command. So only
 * those are imported that the user names too; what is going to be imported is said first.
 * @param path of the snapshot, for messages
 * @param devices of the machine in it
 * @param allowed the values of `--device`, or all
 * @throws UsageError naming the first module that was not allowed, or a `--device` that the snapshot does not ask for
 */
export function checkImports(
  path: string,
  devices: readonly DevicePlan[],
  allowed: readonly DeviceArgument[] | 'all',
): void {
  const modules = devices.filter((device) => !isBuiltIn(device));
  for (const device of modules) checkName(device);
  if (allowed !== 'all') {
    for (const argument of allowed) checkArgument(path, devices, argument);
    for (const device of modules) {
      if (!allowed.some((argument) => names(argument, device))) throw notAllowed(path, device);
    }
  }
  const imported = new Set(modules.map(({ name }) => (isPath(name) ? resolve(name) : name)));
  for (const what of imported)
    console.error(`picovm: ${path}: it has a device of ${printable(what)}, which is imported`);
}

/** What has to be given to `resume`, besides the file, for a snapshot of these devices. */
export function importOptions(devices: readonly DevicePlan[]): string[] {
  return [...new Set(devices.filter((device) => !isBuiltIn(device)).map(importOption))];
}

// For a shell: what the name is made of may come from anybody.
function importOption(device: DevicePlan): string {
  const text = textOf(device).replaceAll(',', ',,');
  return `--device ${/^[\w@./#,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`}`;
}

function names(argument: DeviceArgument, { name, exportName }: DevicePlan): boolean {
  return argument.name === name && (argument.exportName === undefined || argument.exportName === exportName);
}

function checkName({ origin, name }: DevicePlan): void {
  try {
    checkDeviceName(name);
  } catch (error) {
    throw new UsageError(`${origin}: ${(error as Error).message}`);
  }
}

function checkArgument(path: string, devices: readonly DevicePlan[], argument: DeviceArgument): void {
  const { text, options } = argument;
  if (options.size > 0) {
    throw new UsageError(`--device ${text}: to resume, give its name alone: the snapshot has its options`);
  }
  if (devices.some((device) => names(argument, device))) return;
  const all = devices.map(textOf).join(', ') || 'none beyond those of the machine';
  throw new UsageError(`--device ${text}: ${path} does not ask for it: its further devices are ${all}`);
}

function notAllowed(path: string, device: DevicePlan): UsageError {
  return new UsageError(
    `${path} asks to import ${textOf(device)}, whose code could do anything: ` +
      `if you trust it, add ${importOption(device)} (or --allow-devices, for all that it asks for)`,
  );
}

function textOf({ name, exportName }: DevicePlan): string {
  return exportName === undefined ? name : `${name}#${exportName}`;
}
