import type { Accelerator } from '../accelerator/accelerator.ts';
import { checkNames } from '../arguments.ts';
import { VmError } from '../errors.ts';
import { MAX_DESCRIPTION } from '../snapshot/vm-snapshot.ts';
import type { RunOptions, SnapshotOptions, VmOptions } from './vm-options.ts';

// As records, so that the compiler misses a name that is missing here.
const VM_OPTIONS: Record<keyof VmOptions, true> = {
  accelerator: true,
  memory: true,
  vcpus: true,
  devices: true,
  onUnmapped: true,
  clock: true,
  logger: true,
  shared: true,
};
const RUN_OPTIONS: Record<keyof RunOptions, true> = { signal: true, sliceMs: true, timeoutMs: true, maxExits: true };
const SNAPSHOT_OPTIONS: Record<keyof SnapshotOptions, true> = { description: true };

/**
 * Refuses options that are no options: for users without a type checker.
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function checkVmOptions(options: {
  accelerator?: unknown;
  memory?: unknown;
  vcpus?: unknown;
  devices?: unknown;
}): void {
  checkNames('a VM', options, Object.keys(VM_OPTIONS));
  const { accelerator, memory, vcpus = 1, devices } = options;
  if (typeof (accelerator as Partial<Accelerator> | undefined)?.createVm !== 'function') {
    throw new VmError('ERR_INVALID_ARGUMENT', 'a VM needs an accelerator: give it one, such as interp() or kvm()');
  }
  if (!Array.isArray(memory)) {
    throw new VmError('ERR_INVALID_ARGUMENT', 'a VM needs memory: give it a list, such as [{ base: 0, size: 0x1000 }]');
  }
  if (!Number.isSafeInteger(vcpus) || (vcpus as number) < 1) {
    throw new VmError('ERR_INVALID_ARGUMENT', `vcpus is how many vCPUs the VM has, from 1 on, not ${String(vcpus)}`, {
      vcpus,
    });
  }
  if (devices !== undefined && !Array.isArray(devices)) {
    throw new VmError('ERR_INVALID_ARGUMENT', 'the devices of a VM are a list: give it one, such as [vgaText()]');
  }
}

/**
 * Refuses limits that make no sense.
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function checkRunOptions(options: RunOptions): void {
  checkNames('run()', options, Object.keys(RUN_OPTIONS));
  const { signal, sliceMs, timeoutMs, maxExits } = options;
  if (signal !== undefined) checkSignal(signal);
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
export function checkSnapshotOptions(options: SnapshotOptions): void {
  checkNames('snapshot()', options, Object.keys(SNAPSHOT_OPTIONS));
  const { description = '' } = options;
  if (typeof description === 'string' && description.length <= MAX_DESCRIPTION) return;
  throw new VmError(
    'ERR_INVALID_ARGUMENT',
    `the description of a snapshot is text of at most ${MAX_DESCRIPTION} characters`,
  );
}

// As far as a run uses it: a signal may come from another realm.
function checkSignal(signal: Partial<AbortSignal> | null): void {
  if (typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function') return;
  const isController = typeof (signal as { signal?: unknown } | null)?.signal === 'object';
  const advice = isController ? 'give the signal of the AbortController' : 'give that of an AbortController, or none';
  throw new VmError('ERR_INVALID_ARGUMENT', `signal must be an AbortSignal: ${advice}`);
}
