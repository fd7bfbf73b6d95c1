import { isVmError } from '@picovm/core';
import { EXIT_STATUS } from '../exit-status.ts';
import { loadPc } from '../load-pc.ts';
import { isBootSector, loadImage } from '../machines/load-image.ts';
import { picoKind } from '../machines/pico-kind.ts';
import { planDevices } from '../machines/with-devices.ts';
import { machineName } from '../options/machine-name.ts';
import { machineSettings } from '../options/machine-settings.ts';
import { RUN_OPTIONS } from '../options/option-table.ts';
import { parseArgs } from '../options/parse-args.ts';
import { runSettings } from '../options/run-settings.ts';
import { checkOutputs } from '../output/check-outputs.ts';
import { runMachine } from '../run-machine.ts';
import { UsageError } from '../usage-error.ts';
import { readImage } from './read-image.ts';

/** For those who did not choose this machine, and have a guest that it does not help. */
const PC_HINT = 'a boot sector or a disk that calls a BIOS runs with --machine pc';

/** `picovm run IMAGE`: builds the machine, runs the guest, and shows what came of it. */
export async function run(args: readonly string[]): Promise<number> {
  const { options, operands } = parseArgs('run', args, RUN_OPTIONS);
  if (machineName(options) === 'pc') return (await loadPc()).commands.run(args);
  const { memory, devices, load, entry } = machineSettings(options);
  const settings = runSettings(options);
  const [path, ...rest] = operands;
  if (path === undefined) throw new UsageError("run needs a guest image: see 'picovm run --help'");
  if (rest.length > 0) throw new UsageError(`run takes one image, but got '${path}' and '${rest[0]}'`);
  const image = readImage(path);
  checkOutputs({ path, isSnapshot: false }, settings);
  const kind = picoKind({ machine: 'pico', memory, devices: await planDevices(devices) });
  const hint = options.machine === undefined && load === undefined && isBootSector(image) ? PC_HINT : '';
  const status = await runMachine(kind, settings, ({ vm }) => {
    try {
      loadImage(vm, image, { load, entry });
    } catch (error) {
      if (hint === '' || !isVmError(error)) throw error;
      throw new UsageError(`${error.message}; ${hint}`);
    }
  });
  if (status !== EXIT_STATUS.ok && hint !== '' && !settings.json) console.error(`picovm: ${hint}`);
  return status;
}
