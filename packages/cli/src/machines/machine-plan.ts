import { type Accelerator, type Device, isVmError } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import type { DevicePlan } from '../devices/device-plan.ts';
import type { MachineSettings } from '../options/machine-settings.ts';
import { thrownAt } from '../output/throw-site.ts';
import { UsageError } from '../usage-error.ts';
import { type Pico, type PicoOptions, pico } from './pico.ts';

/** What the command builds a machine from, as data: it goes into snapshots. */
export interface MachinePlan {
  readonly machine: 'pico';
  /** Bytes. */
  readonly memory: number;
  /** Further devices, in their order. */
  readonly devices: readonly DevicePlan[];
}

/** What a command line says of its machine. @throws UsageError (as a rejection) naming the `--device` that cannot be */
export async function planMachine({ machine, memory, devices }: MachineSettings): Promise<MachinePlan> {
  if (devices.length === 0) return { machine, memory, devices: [] };
  // Loaded when it is asked for: a start without further devices shall not pay for them.
  const { planDevice } = await import('../devices/device-plan.ts');
  const plans: DevicePlan[] = [];
  for (const argument of devices) plans.push(await planDevice(argument));
  return { machine, memory, devices: plans };
}

/**
 * Builds the machine.
 * @throws UsageError (as a rejection) naming the device that cannot be made or has no place in the machine, or VmError
 */
export async function buildMachine(
  { memory, devices: plans }: MachinePlan,
  accelerator: Accelerator<X86Vcpu>,
  output: Pick<PicoOptions, 'onSerial' | 'onDebug'> = {},
): Promise<Pico> {
  const devices = await makeDevices(plans);
  try {
    return pico({ accelerator, memory, devices, ...output });
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
