import { DEVICE_API_VERSION, type DeviceManifest } from '@picovm/core';

/**
 * Why a device type cannot be used here, as part of a sentence; undefined if it can. A manifest of another version may
 * be of any shape: nothing else of it is read.
 */
export function checkManifest(manifest: DeviceManifest): string | undefined {
  const { apiVersion } = manifest;
  if (apiVersion !== DEVICE_API_VERSION) {
    const whatToDo = apiVersion > DEVICE_API_VERSION ? 'update picovm' : 'install a newer version of the device';
    return `was made for version ${apiVersion} of the device API, and this picovm has version ${DEVICE_API_VERSION}: ${whatToDo}`;
  }
  return isWhole(manifest) ? undefined : 'has no whole manifest: it was not made by defineDevice() of @picovm/core';
}

function isWhole({ description, defaultId, options, ranges, irqs }: Partial<DeviceManifest>): boolean {
  return (
    typeof description === 'string' &&
    typeof defaultId === 'string' &&
    Array.isArray(ranges) &&
    ranges.every((range) => isRecord(range)) &&
    Array.isArray(irqs) &&
    isRecord(options) &&
    Object.values(options).every((option) => isRecord(option) && typeof option.description === 'string')
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
