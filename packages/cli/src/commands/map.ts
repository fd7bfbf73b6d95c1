import { loadPc } from '../load-pc.ts';
import { picoKind } from '../machines/pico-kind.ts';
import { planDevices } from '../machines/with-devices.ts';
import { machineName } from '../options/machine-name.ts';
import { machineSettings } from '../options/machine-settings.ts';
import { RUN_OPTIONS } from '../options/option-table.ts';
import { parseArgs } from '../options/parse-args.ts';
import { runSettings } from '../options/run-settings.ts';
import { UsageError } from '../usage-error.ts';
import { printMap } from './print-map.ts';

/**
 * `picovm map`: the address map of the machine that the same line with `run` would build. It takes the options of `run`, of
 * which those that shape the machine count; the image does not matter.
 */
export async function map(args: readonly string[]): Promise<number> {
  const { options, operands } = parseArgs('map', args, RUN_OPTIONS);
  if (machineName(options) === 'pc') return (await loadPc()).commands.map(args);
  if (operands.length > 1) throw new UsageError(`map takes at most one image, but got '${operands.join("' and '")}'`);
  const settings = runSettings(options);
  const { memory, devices } = machineSettings(options);
  return printMap(picoKind({ machine: 'pico', memory, devices: await planDevices(devices) }), settings);
}
