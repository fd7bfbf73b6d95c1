import type { RunResult } from '@picovm/core';
import { EXIT_STATUS } from '../exit-status.ts';
import type { Machine } from '../machines/machine.ts';
import type { MachineDescription } from '../machines/machine-kind.ts';
import type { RunSettings } from '../options/run-settings.ts';
import { reportError } from '../report-error.ts';

/** Makes sure, before a long run, that what it would lose at its end can be written. @throws UsageError */
export async function checkFiles({ vm }: Machine, { snapshotOnStop }: RunSettings): Promise<void> {
  if (snapshotOnStop === undefined) return;
  const { checkSnapshot } = await import('../snapshots/write-snapshot.ts');
  await checkSnapshot(vm, snapshotOnStop);
}

/**
 * Writes the files that a run was asked for. It comes last, and each for itself: if one cannot be written, nothing else is
 * lost. What writes them is loaded when it is asked for, because it would cost every start some milliseconds.
 * @returns the exit status if one could not be written
 */
export async function writeFiles(
  { vm, vga }: Machine,
  kind: MachineDescription,
  { picture, snapshotOnStop }: RunSettings,
  result: RunResult,
): Promise<number | undefined> {
  const writers: (() => Promise<void>)[] = [];
  if (snapshotOnStop !== undefined) {
    writers.push(async () => {
      const { writeSnapshot } = await import('../snapshots/write-snapshot.ts');
      await writeSnapshot(vm, kind, snapshotOnStop, result);
    });
  }
  if (picture !== undefined) writers.push(async () => (await import('./write-png.ts')).writePng(vga, picture));
  let status: number | undefined;
  for (const write of writers) {
    try {
      await write();
    } catch (error) {
      reportError(error);
      status = EXIT_STATUS.usage;
    }
  }
  return status;
}
