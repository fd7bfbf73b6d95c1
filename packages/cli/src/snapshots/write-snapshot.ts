import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isVmError, type RunResult, type Vm } from '@picovm/core';
import { writeSnapshotFile } from '@picovm/core/node';
import { isGuestEnd } from '../guest-end.ts';
import type { MachinePlan } from '../machines/machine-plan.ts';
import { UsageError } from '../usage-error.ts';
import { saveMachine } from './saved-machine.ts';

/**
 * Makes sure that a snapshot of this machine can be had, and can be written, as far as that can be known: a long run must
 * not end without it.
 * @throws UsageError
 */
export function checkSnapshot(vm: Vm, path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error('it is a directory');
    const directory = dirname(resolve(path));
    if (!existsSync(directory)) throw new Error(`there is no directory ${dirname(path)}`);
    accessSync(directory, constants.W_OK);
    vm.snapshot();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Writes a snapshot of a stopped machine, whole or not at all, and says so. @throws UsageError if it cannot be written */
export async function writeSnapshot(vm: Vm, plan: MachinePlan, path: string, result: RunResult): Promise<void> {
  try {
    await writeSnapshotFile(path, {
      ...vm.snapshot(),
      meta: { picovm: saveMachine(plan, vm.acceleratorName, result) },
    });
  } catch (error) {
    throw cannotWrite(path, error);
  }
  const what = result.outcome === 'failed' ? 'a snapshot of the guest that failed' : 'a snapshot';
  const use = isGuestEnd(result) ? 'shows the guest that has ended' : 'goes on';
  console.error(`picovm: ${what} is in ${path}: 'picovm resume ${path}' ${use}`);
}

function cannotWrite(path: string, error: unknown): UsageError {
  return new UsageError(`--snapshot-on-stop: cannot write ${path}: ${reason(error as Error)}`);
}

// What the operating system said is the cause; around it, the path is named once more.
function reason(error: Error): string {
  return !isVmError(error) && error.cause instanceof Error ? error.cause.message : error.message;
}
