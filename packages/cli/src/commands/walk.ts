import { EXIT_STATUS } from '../exit-status.ts';
import { loadImage } from '../machines/load-image.ts';
import { planMachine } from '../machines/machine-plan.ts';
import { machineSettings } from '../options/machine-settings.ts';
import { GUEST_OPTIONS, WALK_OPTIONS } from '../options/option-table.ts';
import { type OptionValues, parseArgs } from '../options/parse-args.ts';
import { runSettings } from '../options/run-settings.ts';
import { walkSettings } from '../options/walk-settings.ts';
import { jsonText } from '../output/json-text.ts';
import { UsageError } from '../usage-error.ts';
import { formatReport } from '../walk/format-report.ts';
import { inspectGuest } from '../walk/inspect-guest.ts';
import { inspectSnapshot } from '../walk/inspect-snapshot.ts';
import type { Inspected } from '../walk/inspected.ts';
import { walkReport } from '../walk/walk-report.ts';
import { readImage } from './read-image.ts';

/** For who says nothing: a guest that never halts must not keep the command for ever. */
const DEFAULT_TIMEOUT = '5s';

/** `picovm walk`: how the CPU of a guest translates addresses, and what is behind them. */
export async function walk(args: readonly string[]): Promise<number> {
  const { options, operands } = parseArgs('walk', args, WALK_OPTIONS);
  const settings = walkSettings(options);
  const print = (inspected: Inspected): void => {
    const report = walkReport(inspected, settings);
    console.log(options.json ? jsonText(report) : formatReport(report));
  };
  const { snapshot } = settings;
  if (snapshot === undefined) return inspectImage(operands, options, print);
  const stray = GUEST_OPTIONS.find((name) => options[name] !== undefined);
  if (stray !== undefined) throw new UsageError(`--${stray} cannot be given with --snapshot: nothing is run`);
  if (operands.length > 0) throw new UsageError(`walk takes an image or --snapshot, but got '${operands[0]}' too`);
  print(await inspectSnapshot(snapshot));
  return EXIT_STATUS.ok;
}

function inspectImage(
  [path, ...rest]: readonly string[],
  options: OptionValues<typeof WALK_OPTIONS>,
  print: (inspected: Inspected) => void,
): Promise<number> {
  if (path === undefined)
    throw new UsageError("walk needs a guest image, or --snapshot FILE: see 'picovm walk --help'");
  if (rest.length > 0) throw new UsageError(`walk takes one image, but got '${path}' and '${rest[0]}'`);
  const machine = machineSettings(options);
  const run = runSettings({ ...options, timeout: options.timeout ?? DEFAULT_TIMEOUT });
  const image = readImage(path);
  const { load, entry } = machine;
  return planMachine(machine).then((plan) =>
    inspectGuest(plan, run, ({ vm }) => void loadImage(vm, image, { load, entry }), print),
  );
}
