import { planDevices } from '../../machines/with-devices.ts';
import { RUN_OPTIONS } from '../../options/option-table.ts';
import { parseArgs } from '../../options/parse-args.ts';
import { parseSteps } from '../../options/parse-steps.ts';
import { pcSettings } from '../../options/pc-settings.ts';
import { checkOutputs } from '../../output/check-outputs.ts';
import { runMachine } from '../../run-machine.ts';
import { checkTyped } from '../../session/type-text.ts';
import { UsageError } from '../../usage-error.ts';
import { checkNoOverlay } from './check-no-overlay.ts';
import { withImage } from './image-settings.ts';
import { pcInputs } from './pc-inputs.ts';
import { pcRunSettings } from './pc-run-settings.ts';
import { withPc } from './with-pc.ts';

/** `picovm run --machine pc`: builds the machine, runs the guest, and shows what came of it. */
export async function runPc(args: readonly string[]): Promise<number> {
  const { options, operands, inOrder } = parseArgs('run', args, RUN_OPTIONS);
  const steps = parseSteps(inOrder);
  checkTyped(steps);
  const run = pcRunSettings(options, steps);
  const [image, ...rest] = operands;
  if (rest.length > 0) throw new UsageError(`run takes one image, but got '${image}' and '${rest[0]}'`);
  const settings = withImage(pcSettings(options), image);
  checkNoOverlay(run, settings.drives);
  checkOutputs({ others: pcInputs(settings) }, run);
  const devices = await planDevices(settings.devices);
  return withPc({ settings, devices, steps }, settings, (kind) => runMachine(kind, run, () => {}));
}
