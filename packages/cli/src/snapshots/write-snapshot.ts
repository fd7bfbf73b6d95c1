import { dirname } from 'node:path';
import { isVmError, type RunResult, type Vm } from '@picovm/core';
import { checkSnapshotTarget, writeSnapshotFile } from '@picovm/core/node';
import { isGuestEnd } from '../guest-end.ts';
import type { MachineDescription } from '../machines/machine-kind.ts';
import { UsageError } from '../usage-error.ts';
import { importOptions } from './check-imports.ts';
import { saveMachine } from './saved-machine.ts';

/**
 * Makes sure that a snapshot of this machine can be had, and can be written, as far as that can be known: a long run must
 * not end without it.
 * @throws UsageError (as a rejection)
 */
export async function checkSnapshot(vm: Vm, path: string): Promise<void> {
  try {
    await checkSnapshotTarget(path);
    vm.snapshot();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Writes a snapshot of a stopped machine, whole or not at all, and says so. @throws UsageError if it cannot be written */
export async function writeSnapshot(vm: Vm, kind: MachineDescription, path: string, result: RunResult): Promise<void> {
  try {
    await writeSnapshotFile(path, {
      ...vm.snapshot(),
      meta: { picovm: saveMachine(kind.plan, vm.acceleratorName, result) },
    });
  } catch (error) {
    throw cannotWrite(path, error);
  }
  const what = result.outcome === 'failed' ? 'a snapshot of the guest that failed' : 'a snapshot';
  const use = isGuestEnd(result) ? 'shows the guest that has ended' : 'goes on';
  const command = ['picovm resume', path, ...importOptions(kind.plan.devices), ...kind.resumeOptions].join(' ');
  console.error(`picovm: ${what} is in ${path}: '${command}' ${use}`);
}

function cannotWrite(path: string, error: unknown): UsageError {
  return new UsageError(`--snapshot-on-stop: cannot write ${path}: ${reason(path, error as NodeJS.ErrnoException)}`);
}

// What the operating system said is the cause; around it, the path is named once more.
function reason(path: string, error: NodeJS.ErrnoException): string {
  if (isVmError(error)) return error.message.replace(`cannot write the snapshot ${path}: `, '');
  if (error.code === 'ENOENT') return `there is no directory ${dirname(path)}`;
  return error.cause instanceof Error ? error.cause.message : error.message;
}
