import { DOCTOR_OPTIONS, formatOptions, MAP_OPTIONS, type OptionSpec, RUN_OPTIONS } from './options/option-table.ts';

/** A command as its help describes it. */
interface CommandHelp {
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly more?: string;
}

const COMMANDS: Readonly<Record<string, CommandHelp>> = {
  run: {
    usage: 'picovm run IMAGE [OPTIONS]',
    summary: 'run a guest image and show its screen',
    options: RUN_OPTIONS,
    more: `exit status:
  0    the guest halted or shut down
  1    wrong usage, or the host cannot do it
  2    the guest failed: its registers, the exit and the last accesses are printed
  124  --timeout or --max-exits was reached
  130  interrupted`,
  },
  map: {
    usage: 'picovm map [OPTIONS]',
    summary: 'print the address map of the machine that the same options would build',
    options: MAP_OPTIONS,
  },
  doctor: {
    usage: 'picovm doctor [OPTIONS]',
    summary: 'tell what can run here, and if not, why, and what to do',
    options: DOCTOR_OPTIONS,
  },
};

/** The names of the commands. */
export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS);

/** The help of one command, or without a name of the program. */
export function helpText(command?: string): string {
  const help = command === undefined ? undefined : COMMANDS[command];
  if (help === undefined) {
    const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`);
    return [
      'picovm: run small virtual machines',
      '',
      'usage: picovm COMMAND [OPTIONS]',
      '',
      ...rows,
      '',
      "'picovm COMMAND --help' tells the options of a command; 'picovm --version' the version.",
    ].join('\n');
  }
  const parts = [`usage: ${help.usage}`, help.summary, `options:\n${formatOptions(help.options)}`];
  return [...parts, ...(help.more === undefined ? [] : [help.more])].join('\n\n');
}
