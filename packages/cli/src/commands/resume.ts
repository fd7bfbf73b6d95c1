import { loadPc } from '../load-pc.ts';
import { picoKind } from '../machines/pico-kind.ts';
import { PC_MACHINE_OPTIONS, SESSION_OPTIONS } from '../options/pc-options.ts';
import { runSettings } from '../options/run-settings.ts';
import { checkOutputs } from '../output/check-outputs.ts';
import { checkImports } from '../snapshots/check-imports.ts';
import { readSnapshot } from '../snapshots/read-snapshot.ts';
import { resumeRun } from '../snapshots/resume-run.ts';
import { savedMachineName, savedPico } from '../snapshots/saved-machine.ts';
import { UsageError } from '../usage-error.ts';
import { resumeArgs } from './resume-args.ts';

const PC_ONLY = [...Object.keys(PC_MACHINE_OPTIONS), ...Object.keys(SESSION_OPTIONS)];

/** `picovm resume FILE`: builds the machine that a snapshot describes, and goes on with its guest. */
export async function resume(args: readonly string[]): Promise<number> {
  const { path, options, inOrder, allowed } = resumeArgs(args);
  const settings = runSettings(options);
  const snapshot = await readSnapshot(path);
  checkOutputs({ path, isSnapshot: true }, settings);
  const { picovm } = snapshot.meta;
  if (savedMachineName(path, picovm) === 'pc') return (await loadPc()).commands.resume(args);
  const stray = inOrder.find(({ name }) => PC_ONLY.includes(name));
  if (stray !== undefined) throw new UsageError(`--${stray.name} is for a pc, and ${path} is of a pico`);
  const machine = savedPico(path, picovm);
  const { memory, devices } = machine;
  checkImports(path, devices, allowed);
  const kind = picoKind({ machine: 'pico', memory, devices });
  return resumeRun(kind, settings, { path, snapshot, saved: machine }, options.accel !== undefined);
}
