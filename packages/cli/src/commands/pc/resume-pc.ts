import { parseSteps } from '../../options/parse-steps.ts';
import { pcFileSettings } from '../../options/pc-settings.ts';
import { checkOutputs } from '../../output/check-outputs.ts';
import { checkTyped } from '../../session/type-text.ts';
import { checkFileSizes, checkNamedFiles } from '../../snapshots/check-files.ts';
import { checkImports } from '../../snapshots/check-imports.ts';
import { readSnapshot } from '../../snapshots/read-snapshot.ts';
import { resumeRun } from '../../snapshots/resume-run.ts';
import { savedPc } from '../../snapshots/saved-pc.ts';
import { resumeArgs } from '../resume-args.ts';
import { checkNoOverlay } from './check-no-overlay.ts';
import { pcInputs } from './pc-inputs.ts';
import { pcRunSettings } from './pc-run-settings.ts';
import { withPc } from './with-pc.ts';

/** `picovm resume FILE` of a `pc`: it has the files that the command line names, and no others. */
export async function resumePc(args: readonly string[]): Promise<number> {
  const { path, options, inOrder, allowed } = resumeArgs(args);
  const steps = parseSteps(inOrder);
  checkTyped(steps);
  const run = pcRunSettings(options, steps);
  const named = pcFileSettings(options);
  const snapshot = await readSnapshot(path);
  checkOutputs({ path, isSnapshot: true, others: pcInputs(named) }, run);
  const saved = savedPc(path, snapshot.meta.picovm);
  checkImports(path, saved.devices, allowed);
  checkNamedFiles(path, saved.files, pcInputs(named));
  checkNoOverlay(run, named.drives);
  return withPc({ settings: saved, devices: saved.devices, steps }, named, (kind, files) => {
    checkFileSizes(path, saved.files, files.list());
    return resumeRun(kind, run, { path, snapshot, saved }, options.accel !== undefined);
  });
}
