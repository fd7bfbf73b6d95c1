import { debugConsole, uart16550 } from '@picovm/device-console';
import { vgaText } from '@picovm/device-vga';
import { loadPc } from '../load-pc.ts';
import type { AnyDeviceFactory } from './pick-device.ts';

/** The packages whose devices the command has built in, or whose devices are only for a machine in code. */
export const BUILT_IN_PACKAGES: readonly string[] = [
  '@picovm/device-console',
  '@picovm/device-vga',
  '@picovm/device-pc',
  '@picovm/device-pci',
  '@picovm/device-disk',
];

/** Those that every start has. */
const AT_HAND: ReadonlyMap<string, AnyDeviceFactory> = byType([debugConsole, uart16550, vgaText]);
/** Those of a PC that do something without others: they are loaded when they are asked for. */
const OF_PC: readonly string[] = ['i8042', 'pic8259', 'pit8254', 'port92', 'rtc'];

/** The devices that come with the command, by type. Those that do nothing without functions of the host are not here. */
export const BUILT_IN_TYPES: readonly string[] = [...AT_HAND.keys(), ...OF_PC];

let ofPc: ReadonlyMap<string, AnyDeviceFactory> | undefined;

/** Gives the devices of a PC to where they are at hand: in the module that `loadPc` loads. */
export function provideDevices(devices: readonly unknown[]): void {
  ofPc = byType(devices);
}

/** A device that comes with the command; undefined if there is none of that type. */
export async function builtInDevice(type: string): Promise<AnyDeviceFactory | undefined> {
  if (!OF_PC.includes(type)) return AT_HAND.get(type);
  ofPc ??= byType((await loadPc()).devices);
  return ofPc.get(type);
}

/** Whether a device is a built-in type, for which nothing is imported. */
export function isBuiltIn({ name, exportName }: { name: string; exportName: string | undefined }): boolean {
  return exportName === undefined && BUILT_IN_TYPES.includes(name);
}

function byType(factories: readonly unknown[]): ReadonlyMap<string, AnyDeviceFactory> {
  return new Map((factories as readonly AnyDeviceFactory[]).map((factory) => [factory.manifest.type, factory]));
}
