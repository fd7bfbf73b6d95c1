import { EXIT_STATUS } from '../exit-status.ts';
import { loadPc } from '../load-pc.ts';
import { loadImage } from '../machines/load-image.ts';
import { picoKind } from '../machines/pico-kind.ts';
import { planDevices } from '../machines/with-devices.ts';
import { machineName } from '../options/machine-name.ts';
import { machineSettings } from '../options/machine-settings.ts';
import { GUEST_OPTIONS, WALK_OPTIONS } from '../options/option-table.ts';
import { type OptionValues, parseArgs } from '../options/parse-args.ts';
import { runSettings } from '../options/run-settings.ts';
import { DEFAULT_WALK_TIMEOUT, walkSettings } from '../options/walk-settings.ts';
import { UsageError } from '../usage-error.ts';
import { inspectGuest } from '../walk/inspect-guest.ts';
import { inspectSnapshot } from '../walk/inspect-snapshot.ts';
import type { Inspected } from '../walk/inspected.ts';
import { printWalk } from '../walk/print-walk.ts';
import { readImage } from './read-image.ts';

/** `picovm walk`: how the CPU of a guest translates addresses, and what is behind them. */
export async function walk(args: readonly string[]): Promise<number> {
  const { options, operands } = parseArgs('walk', args, WALK_OPTIONS);
  const settings = walkSettings(options);
  if (settings.snapshot === undefined && machineName(options) === 'pc') return (await loadPc()).commands.walk(args);
  const print = (inspected: Inspected): void => printWalk(inspected, settings, options.json ?? false);
  const { snapshot } = settings;
  if (snapshot === undefined) return inspectImage(operands, options, print);
  const stray = GUEST_OPTIONS.find((name) => options[name] !== undefined);
  if (stray !== undefined) throw new UsageError(`--${stray} cannot be given with --snapshot: nothing is run`);
  if (operands.length > 0) throw new UsageError(`walk takes an image or --snapshot, but got '${operands[0]}' too`);
  print(await inspectSnapshot(snapshot));
  return EXIT_STATUS.ok;
}

async function inspectImage(
  [path, ...rest]: readonly string[],
  options: OptionValues<typeof WALK_OPTIONS>,
  print: (inspected: Inspected) => void,
): Promise<number> {
  if (path === undefined)
    throw new UsageError("walk needs a guest image, or --snapshot FILE: see 'picovm walk --help'");
  if (rest.length > 0) throw new UsageError(`walk takes one image, but got '${path}' and '${rest[0]}'`);
  const machine = machineSettings(options);
  const run = runSettings({ ...options, timeout: options.timeout ?? DEFAULT_WALK_TIMEOUT });
  const image = readImage(path);
  const { memory, load, entry } = machine;
  const kind = picoKind({ machine: 'pico', memory, devices: await planDevices(machine.devices) });
  return inspectGuest(kind, run, ({ vm }) => void loadImage(vm, image, { load, entry }), print);
}
