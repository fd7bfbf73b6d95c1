import type { Accelerator } from '../accelerator/accelerator.ts';
import type { Device } from '../device/device.ts';
import { VmError } from '../errors.ts';
import { MAX_DESCRIPTION } from '../snapshot/vm-snapshot.ts';
import type { RunOptions, SnapshotOptions } from './vm-options.ts';

/**
 * Refuses options that are no options: for users without a type checker.
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function checkVmOptions(options: { accelerator?: unknown; memory?: unknown; devices?: unknown }): void {
  const { accelerator, memory, devices } = options;
  if (typeof (accelerator as Partial<Accelerator> | undefined)?.createVm !== 'function') {
    throw new VmError('ERR_INVALID_ARGUMENT', 'a VM needs an accelerator: give it one, such as interp() or kvm()');
  }
  if (!Array.isArray(memory)) {
    throw new VmError('ERR_INVALID_ARGUMENT', 'a VM needs memory: give it a list, such as [{ base: 0, size: 0x1000 }]');
  }
  if (devices !== undefined && !Array.isArray(devices)) {
    throw new VmError('ERR_INVALID_ARGUMENT', 'the devices of a VM are a list: give it one, such as [vgaText()]');
  }
}

/**
 * The devices of a new VM, each with an id of its own.
 * @throws VmError `ERR_DEVICE_ID`
 */
export function uniqueDevices(devices: readonly Device[]): Device[] {
  const ids = new Set<string>();
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

/**
 * Refuses limits that make no sense.
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function checkRunOptions({ sliceMs, timeoutMs, maxExits }: RunOptions): void {
  for (const [name, value] of Object.entries({ sliceMs, timeoutMs, maxExits })) {
    const endless = name === 'sliceMs' && value === Number.POSITIVE_INFINITY;
    if (value !== undefined && (!(value > 0) || endless)) {
      throw new VmError('ERR_INVALID_ARGUMENT', `${name} must be ${endless ? 'finite' : 'above 0'}, not ${value}`, {
        [name]: value,
      });
    }
  }
}

/**
 * Refuses a description that is too long for a header.
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function checkSnapshotOptions({ description = '' }: SnapshotOptions): void {
  if (typeof description === 'string' && description.length <= MAX_DESCRIPTION) return;
  throw new VmError(
    'ERR_INVALID_ARGUMENT',
    `the description of a snapshot is text of at most ${MAX_DESCRIPTION} characters`,
  );
}
