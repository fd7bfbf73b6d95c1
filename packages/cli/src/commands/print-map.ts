import { formatAddressMap } from '@picovm/core';
import { acceleratorFor } from '../accelerator-for.ts';
import { EXIT_STATUS } from '../exit-status.ts';
import type { Machine } from '../machines/machine.ts';
import type { MachineKind } from '../machines/machine-kind.ts';
import type { RunSettings } from '../options/run-settings.ts';
import { jsonText } from '../output/json-text.ts';

/** Builds a machine, and prints its address map. @returns the exit status */
export async function printMap<M extends Machine>(
  kind: MachineKind<M>,
  settings: Pick<RunSettings, 'accel' | 'cpu' | 'json'>,
): Promise<number> {
  const { accelerator } = await acceleratorFor(settings);
  const { vm } = await kind.build(accelerator);
  const entries = vm.map();
  vm.dispose();
  console.log(settings.json ? jsonText(entries) : formatAddressMap(entries));
  return EXIT_STATUS.ok;
}
