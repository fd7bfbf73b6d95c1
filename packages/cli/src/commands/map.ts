import { formatAddressMap } from '@picovm/core';
import { chooseAccelerator } from '../choose-accelerator.ts';
import { EXIT_STATUS } from '../exit-status.ts';
import { pico } from '../machines/pico.ts';
import { MAP_OPTIONS } from '../options/option-table.ts';
import { parseArgs } from '../options/parse-args.ts';
import { runSettings } from '../options/run-settings.ts';
import { UsageError } from '../usage-error.ts';

/** `picovm map`: the address map of the machine that the same line with `run` would build. The image does not matter. */
export async function map(args: readonly string[]): Promise<number> {
  const { options, operands } = parseArgs('map', args, MAP_OPTIONS);
  if (operands.length > 1) throw new UsageError(`map takes at most one image, but got '${operands.join("' and '")}'`);
  const settings = runSettings(options);
  const { accelerator } = await chooseAccelerator(settings.accel);
  const { vm } = pico({ accelerator, memory: settings.memory });
  const entries = vm.map();
  vm.dispose();
  console.log(settings.json ? JSON.stringify(entries, null, 2) : formatAddressMap(entries));
  return EXIT_STATUS.ok;
}
