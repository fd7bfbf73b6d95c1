import { isDeviceFactory } from '../device/define-device.ts';
import type { Device } from '../device/device.ts';
import { VmError } from '../errors.ts';

/** Devices that belong to a VM, or did: a device joins one, once. */
const joined = new WeakSet<Device>();

/**
 * The devices of a new VM, each of them free, and with an id of its own.
 * @throws VmError `ERR_INVALID_ARGUMENT` if one is no device, or belongs to a VM already; `ERR_DEVICE_ID`
 */
export function checkDevices(devices: readonly Device[]): Device[] {
  const ids = new Set<string>();
  // Array.from, because a list may have holes.
  Array.from(devices, checkDevice);
  for (const { id, type } of devices) {
    if (typeof id !== 'string' || id === '') {
      throw new VmError('ERR_DEVICE_ID', `a device of the type ${type} has no id: give it one`, { type });
    }
    if (ids.has(id)) {
      throw new VmError('ERR_DEVICE_ID', `two devices have the id ${id} (one is a ${type}): give one another id`, {
        id,
      });
    }
    ids.add(id);
  }
  return [...devices];
}

/** The device belongs to a VM from now on. */
export function markJoined(device: Device): void {
  joined.add(device);
}

function checkDevice(device: unknown, i: number): void {
  const problem = problemOf(device);
  if (problem === undefined) return;
  throw new VmError('ERR_INVALID_ARGUMENT', `devices[${i}] ${problem}`, { index: i });
}

function problemOf(device: unknown): string | undefined {
  if (typeof device === 'function') {
    const name = device.name || 'it';
    return isDeviceFactory(device)
      ? `is the factory ${name}, which makes devices: call it, as in ${name}()`
      : `is the function ${name}, and no device: if it makes one, call it`;
  }
  if (typeof device !== 'object' || device === null) return `is ${device}, and no device`;
  if (typeof (device as { then?: unknown }).then === 'function') return 'is a promise, and no device: await it';
  const { attach, id } = device as Partial<Device>;
  if (typeof attach !== 'function') return 'is no device: it has no method attach';
  if (joined.has(device as Device)) {
    return `(${id}) belongs to another VM, or did: a device joins one VM, once; make another one`;
  }
  return undefined;
}
