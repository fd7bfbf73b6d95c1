import type { RUN_OPTIONS } from '../../options/option-table.ts';
import type { OptionValues } from '../../options/parse-args.ts';
import type { Step } from '../../options/parse-steps.ts';
import { type RunSettings, runSettings } from '../../options/run-settings.ts';

/** How a `pc` runs: on a terminal that nothing else is asked of, its screen and keyboard are there. */
export function pcRunSettings(
  options: Omit<Partial<OptionValues<typeof RUN_OPTIONS>>, 'device'>,
  steps: readonly Step[],
): RunSettings {
  const forPeople = process.stdout.isTTY && process.stdin.isTTY;
  const isLive = forPeople && steps.length === 0 && !options.json && options.serial !== 'stdio';
  return runSettings({ ...options, screen: options.screen ?? (isLive ? 'live' : 'final') });
}
