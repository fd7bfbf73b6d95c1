import { formatOptions } from './options/format-options.ts';
import { LIST_OPTIONS, type OptionSpec, RESUME_OPTIONS, RUN_OPTIONS, WALK_OPTIONS } from './options/option-table.ts';
import { UsageError } from './usage-error.ts';

/** A command as its help describes it. */
interface CommandHelp {
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly more?: string;
}

const EXIT_STATUSES = `exit status:
  0    the guest halted or shut down
  1    wrong usage, or the host cannot do it
  2    the guest failed: its registers, the exit and the last accesses are printed; or it ended before what --wait-for
       waits for
  124  --timeout or --max-exits was reached
  130  interrupted (143 by SIGTERM, 129 by SIGHUP)`;

const COMMANDS: Readonly<Record<string, CommandHelp>> = {
  run: {
    usage: 'picovm run IMAGE [OPTIONS]\n       picovm run --machine pc [IMAGE] [OPTIONS]',
    summary: 'run a guest image and show its screen',
    options: RUN_OPTIONS,
    more: `devices, for --device; commas separate options, two are a comma of a value:
  uart16550,id=com2,base=0x2f8,irq=3   a built-in type ('picovm devices' lists them)
  picovm-device-foo,base=0x510         a package, found from the current directory upwards
  ./my-device.js#lamp,rom=FILE         a file, and which of its exports

the IMAGE of a pc is what it looks like: a floppy, a disk, a CD, a kernel, a firmware ROM. In the names of its files, two
commas are one.

scripted sessions: --wait-for, --type, --pause and --send are done in their order. In --type and --send, \\n \\t \\b \\e \\\\ \\xHH
are characters, and in --type \\{F1} or \\{ControlLeft+AltLeft+Delete} is a key, or keys together. If the last one is a --wait-for
or a --pause, the run ends with it.

on a terminal, the keyboard of a pc (with --serial stdio: its serial port) is yours, and Ctrl-A is for picovm:
  Ctrl-A x  quit    Ctrl-A a  send Ctrl-A    Ctrl-A c  Ctrl-Alt-Delete    Ctrl-A h  help

${EXIT_STATUSES}`,
  },
  resume: {
    usage: 'picovm resume FILE [OPTIONS]',
    summary: 'go on from a snapshot that --snapshot-on-stop wrote',
    options: RESUME_OPTIONS,
    more: `The snapshot says what the machine is; its devices have to be found again. Packages and files that it asks for are only
imported if --device names them once more, without options. So are the disks, floppies, CDs, kernels and ROMs of a pc only opened
if you give their options once more. --accel may be another one.

${EXIT_STATUSES}`,
  },
  walk: {
    usage: 'picovm walk IMAGE|--snapshot FILE [OPTIONS]',
    summary:
      'run a guest, and show how the CPU translates an address: every level of its page tables, and what is behind',
    options: WALK_OPTIONS,
    more: `The guest runs until it halts, fails, or a limit is reached (5s, if --timeout says nothing else); its output is not shown. Of a
snapshot nothing is run, and nothing is imported.

exit status:
  0    the walk was shown, also if it ends in a fault
  1    wrong usage, or the host cannot do it
  2    the guest failed; the walk is shown all the same
  130  interrupted (143 by SIGTERM, 129 by SIGHUP)`,
  },
  map: {
    usage: 'picovm map [IMAGE] [OPTIONS]',
    summary: 'print the address map of the machine that the same line with run would build',
    options: RUN_OPTIONS,
  },
  devices: {
    usage: 'picovm devices [DIR|FILE] [OPTIONS]',
    summary: 'list the devices for --device, built in and installed or of a file, with their options',
    options: LIST_OPTIONS,
  },
  doctor: {
    usage: 'picovm doctor [OPTIONS]',
    summary: 'tell what can run here, and if not, why, and what to do',
    options: LIST_OPTIONS,
  },
};

/** The names of the commands. */
export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS);

/**
 * The help of one command, or without a name of the program.
 * @throws UsageError if there is no such command
 */
export function helpText(command?: string): string {
  if (command === undefined) {
    const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(9)}${summary}`);
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
  if (!Object.hasOwn(COMMANDS, command)) {
    throw new UsageError(`unknown command '${command}': the commands are ${COMMAND_NAMES.join(', ')}`);
  }
  const help = COMMANDS[command];
  const parts = [`usage: ${help.usage}`, help.summary, formatOptions(help.options)];
  return [...parts, ...(help.more === undefined ? [] : [help.more])].join('\n\n');
}
