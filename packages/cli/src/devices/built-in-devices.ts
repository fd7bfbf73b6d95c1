import { debugConsole, uart16550 } from '@picovm/device-console';
import { vgaText } from '@picovm/device-vga';
import type { AnyDeviceFactory } from './pick-device.ts';

/** The packages whose devices the command has built in. */
export const BUILT_IN_PACKAGES: readonly string[] = ['@picovm/device-console', '@picovm/device-vga'];

/** The devices that come with the command, by type. Those that do nothing without functions of the host are not here. */
export const BUILT_IN_DEVICES: ReadonlyMap<string, AnyDeviceFactory> = new Map<string, AnyDeviceFactory>(
  [debugConsole, uart16550, vgaText].map((factory) => [factory.manifest.type, factory as AnyDeviceFactory]),
);

/** Whether a device is a built-in type, for which nothing is imported. */
export function isBuiltIn({ name, exportName }: { name: string; exportName: string | undefined }): boolean {
  return exportName === undefined && BUILT_IN_DEVICES.has(name);
}
