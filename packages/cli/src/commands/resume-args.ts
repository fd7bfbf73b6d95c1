import { type DeviceArgument, parseDeviceArgument } from '../devices/device-argument.ts';
import { IMPORT_OPTIONS, RUN_OPTIONS, SAVED_OPTIONS } from '../options/option-table.ts';
import { type GivenOption, type OptionValues, parseArgs } from '../options/parse-args.ts';
import { UsageError } from '../usage-error.ts';

/** What a command line of `picovm resume` says. */
export interface ResumeArgs {
  /** Of the snapshot. */
  readonly path: string;
  readonly options: Partial<Omit<OptionValues<typeof RUN_OPTIONS>, 'device'>>;
  /** In the order of the command line. */
  readonly inOrder: readonly GivenOption[];
  /** The devices that may be imported. */
  readonly allowed: readonly DeviceArgument[] | 'all';
}

/** @throws UsageError for an option that the snapshot answers, and without the file of a snapshot */
export function resumeArgs(args: readonly string[]): ResumeArgs {
  const { options, operands, inOrder } = parseArgs('resume', args, { ...RUN_OPTIONS, ...IMPORT_OPTIONS });
  const contradiction = SAVED_OPTIONS.find((name) => options[name] !== undefined);
  if (contradiction !== undefined) {
    throw new UsageError(`--${contradiction} cannot be given to resume: the machine is as the snapshot says`);
  }
  const allowed = options['allow-devices'] ? 'all' : (options.device ?? []).map(parseDeviceArgument);
  const [path, ...rest] = operands;
  if (path === undefined) throw new UsageError("resume needs the file of a snapshot: see 'picovm resume --help'");
  if (rest.length > 0) throw new UsageError(`resume takes one snapshot, but got '${path}' and '${rest[0]}'`);
  return { path, options, inOrder, allowed };
}
