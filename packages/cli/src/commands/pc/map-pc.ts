import { planDevices } from '../../machines/with-devices.ts';
import { RUN_OPTIONS } from '../../options/option-table.ts';
import { parseArgs } from '../../options/parse-args.ts';
import { pcSettings } from '../../options/pc-settings.ts';
import { runSettings } from '../../options/run-settings.ts';
import { UsageError } from '../../usage-error.ts';
import { printMap } from '../print-map.ts';
import { withImage } from './image-settings.ts';
import { withPc } from './with-pc.ts';

/** `picovm map --machine pc`: the address map of the machine that the same line with `run` would build. */
export async function mapPc(args: readonly string[]): Promise<number> {
  const { options, operands } = parseArgs('map', args, RUN_OPTIONS);
  if (operands.length > 1) throw new UsageError(`map takes at most one image, but got '${operands.join("' and '")}'`);
  const run = runSettings(options);
  const settings = withImage(pcSettings(options), operands[0]);
  const devices = await planDevices(settings.devices);
  // Nobody reads or writes what is in the drives.
  const drives = settings.drives.map((drive) => ({ ...drive, readonly: true, overlay: false, unlocked: true }));
  return withPc({ settings, devices, steps: [] }, { ...settings, drives }, (kind) => printMap(kind, run));
}
