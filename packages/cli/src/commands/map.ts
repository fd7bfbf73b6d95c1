import { formatAddressMap } from '@picovm/core';
import { acceleratorFor } from '../accelerator-for.ts';
import { EXIT_STATUS } from '../exit-status.ts';
import { buildMachine, planMachine } from '../machines/machine-plan.ts';
import { machineSettings } from '../options/machine-settings.ts';
import { RUN_OPTIONS } from '../options/option-table.ts';
import { parseArgs } from '../options/parse-args.ts';
import { runSettings } from '../options/run-settings.ts';
import { jsonText } from '../output/json-text.ts';
import { UsageError } from '../usage-error.ts';

/**
 * `picovm map`: the address map of the machine that the same line with `run` would build. It takes the options of `run`, of
 * which those that shape the machine count; the image does not matter.
 */
export async function map(args: readonly string[]): Promise<number> {
  const { options, operands } = parseArgs('map', args, RUN_OPTIONS);
  if (operands.length > 1) throw new UsageError(`map takes at most one image, but got '${operands.join("' and '")}'`);
  const settings = runSettings(options);
  const plan = await planMachine(machineSettings(options));
  const { accelerator } = await acceleratorFor(settings);
  const { vm } = await buildMachine(plan, accelerator);
  const entries = vm.map();
  vm.dispose();
  console.log(settings.json ? jsonText(entries) : formatAddressMap(entries));
  return EXIT_STATUS.ok;
}
