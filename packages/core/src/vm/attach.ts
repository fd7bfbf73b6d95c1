import { checkApiVersion } from '../device/define-device.ts';
import type { Device, DeviceContext } from '../device/device.ts';
import { isVmError, messageOf, VmError } from '../errors.ts';
import { refusePromise } from '../refuse-promise.ts';
import { markJoined } from './check-devices.ts';

/**
 * Lets a device join a VM, for good.
 * @throws VmError what `attach` throws, if that is one: it says all that is to say; else `ERR_DEVICE`. `ERR_DEVICE_API`
 */
export function attach(device: Device, context: DeviceContext): void {
  if (device.manifest !== undefined) checkApiVersion(device.manifest);
  markJoined(device);
  try {
    refusePromise(device.attach(context));
  } catch (cause) {
    if (isVmError(cause)) throw cause;
    throw new VmError('ERR_DEVICE', `${device.id} threw in attach: ${messageOf(cause)}`, { device: device.id, cause });
  }
}
