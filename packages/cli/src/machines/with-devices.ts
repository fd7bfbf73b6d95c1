import { type Device, isVmError } from '@picovm/core';
import type { DeviceArgument } from '../devices/device-argument.ts';
import type { DevicePlan } from '../devices/device-plan.ts';
import { thrownAt } from '../output/throw-site.ts';
import { UsageError } from '../usage-error.ts';

/** What each `--device` asks for. @throws UsageError (as a rejection) naming the one that cannot be */
export async function planDevices(devices: readonly DeviceArgument[]): Promise<DevicePlan[]> {
  if (devices.length === 0) return [];
  // Loaded when it is asked for: a start without further devices shall not pay for them.
  const { planDevice } = await import('../devices/device-plan.ts');
  const plans: DevicePlan[] = [];
  for (const argument of devices) plans.push(await planDevice(argument));
  return plans;
}

/**
 * Makes devices, and builds a machine with them.
 * @throws UsageError (as a rejection) naming the device that cannot be made or has no place in the machine, or VmError
 */
export async function withDevices<M>(
  plans: readonly DevicePlan[],
  build: (devices: readonly Device[]) => M,
): Promise<M> {
  const devices = await makeDevices(plans);
  try {
    return build(devices);
  } catch (error) {
    throw refusal(error, plans, devices);
  }
}

// What the machine refuses, in the words of who asked for it.
function refusal(error: unknown, plans: readonly DevicePlan[], devices: readonly Device[]): unknown {
  if (!isVmError(error)) return error;
  const { claimed, device, id } = error.details as { claimed?: { owner: string }; device?: string; id?: string };
  const plan = plans[devices.findLastIndex((one) => one.id === (claimed?.owner ?? device ?? id))];
  if (plan === undefined) return error;
  const hint = error.code === 'ERR_DEVICE_ID' ? ', with id=NAME' : '';
  return new UsageError(`${plan.origin}: ${error.message}${hint}${thrownAt(error.cause)}`);
}

async function makeDevices(plans: readonly DevicePlan[]): Promise<Device[]> {
  if (plans.length === 0) return [];
  const { makeDevice } = await import('../devices/device-plan.ts');
  const devices: Device[] = [];
  for (const plan of plans) devices.push(await makeDevice(plan));
  return devices;
}
