import type { VmSnapshot } from '@picovm/core';
import { chooseAccelerator } from '../choose-accelerator.ts';
import { parseDeviceArgument } from '../devices/device-argument.ts';
import { IMPORT_OPTIONS, RUN_OPTIONS, SAVED_OPTIONS } from '../options/option-table.ts';
import { parseArgs } from '../options/parse-args.ts';
import { type RunSettings, runSettings } from '../options/run-settings.ts';
import { checkOutputs } from '../output/check-outputs.ts';
import { runMachine } from '../run-machine.ts';
import { checkImports } from '../snapshots/check-imports.ts';
import { readSnapshot, restoreSnapshot } from '../snapshots/read-snapshot.ts';
import { savedMachine } from '../snapshots/saved-machine.ts';
import { UsageError } from '../usage-error.ts';

/** `picovm resume FILE`: builds the machine that a snapshot describes, and goes on with its guest. */
export async function resume(args: readonly string[]): Promise<number> {
  const { options, operands } = parseArgs('resume', args, { ...RUN_OPTIONS, ...IMPORT_OPTIONS });
  const contradiction = SAVED_OPTIONS.find((name) => options[name] !== undefined);
  if (contradiction !== undefined) {
    throw new UsageError(`--${contradiction} cannot be given to resume: the machine is as the snapshot says`);
  }
  const settings = runSettings(options);
  const allowed = options['allow-devices'] ? 'all' : (options.device ?? []).map(parseDeviceArgument);
  const [path, ...rest] = operands;
  if (path === undefined) throw new UsageError("resume needs the file of a snapshot: see 'picovm resume --help'");
  if (rest.length > 0) throw new UsageError(`resume takes one snapshot, but got '${path}' and '${rest[0]}'`);
  const snapshot = await readSnapshot(path);
  checkOutputs({ path, isSnapshot: true }, settings);
  const machine = savedMachine(path, snapshot.meta.picovm);
  checkImports(path, machine.devices, allowed);
  const accel = options.accel === undefined ? await accelThatWas(machine.accelerator) : settings.accel;
  const { end } = machine;
  if (end !== undefined)
    console.error(`picovm: ${path}: it does not go on, because the guest had ended: ${end.message}`);
  return runMachine(
    machine,
    { ...settings, accel, cpu: cpuThatWas(snapshot, path) },
    ({ vm }) => restoreSnapshot(vm, snapshot, path),
    end,
  );
}

// The processor that the guest knows; after KVM, the default one, which takes what the guest used, or says what is missing.
function cpuThatWas({ machine }: VmSnapshot, path: string): RunSettings['cpu'] {
  const { model } = machine.cpu;
  return model === 'host' ? undefined : { model, origin: path };
}

// The guest may use what only that accelerator has.
async function accelThatWas(name: string): Promise<RunSettings['accel']> {
  if (name !== 'kvm' && name !== 'interp') return 'auto';
  return chooseAccelerator(name).then(
    () => name,
    () => 'auto',
  );
}
