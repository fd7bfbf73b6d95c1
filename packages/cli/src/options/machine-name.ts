import { UsageError } from '../usage-error.ts';
import type { RUN_OPTIONS } from './option-table.ts';
import { type OptionValues, oneOf } from './parse-args.ts';
import { PC_MACHINE_OPTIONS, PC_SIGNS, SESSION_OPTIONS } from './pc-options.ts';

/** The machines of the command. */
export type MachineName = 'pico' | 'pc';

const PC_ONLY = [...Object.keys(PC_MACHINE_OPTIONS), ...Object.keys(SESSION_OPTIONS)];
const PICO_ONLY = ['load', 'entry'] as const;

/**
 * Which machine a command line is about: what it says, or what its options are for.
 * @throws UsageError for an unknown machine, or an option of the other one
 */
export function machineName(options: Partial<OptionValues<typeof RUN_OPTIONS>>): MachineName {
  const said = options.machine === undefined ? undefined : oneOf(options.machine, '--machine', ['pico', 'pc']);
  const name = said ?? (PC_SIGNS.some((sign) => options[sign] !== undefined) ? 'pc' : 'pico');
  const others: readonly string[] = name === 'pc' ? PICO_ONLY : PC_ONLY;
  const stray = others.find((option) => options[option as keyof typeof options] !== undefined);
  if (stray === undefined) return name;
  const other = name === 'pc' ? 'pico' : 'pc';
  const why = said === undefined && name === 'pc' ? ', and the other options make this one a pc' : '';
  throw new UsageError(
    `--${stray} is for --machine ${other}${name === 'pico' && said === undefined ? ': add that' : why}`,
  );
}
