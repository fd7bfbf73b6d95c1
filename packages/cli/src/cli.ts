import { doctor } from './commands/doctor.ts';
import { map } from './commands/map.ts';
import { run } from './commands/run.ts';
import { EXIT_STATUS } from './exit-status.ts';
import { COMMAND_NAMES, helpText } from './help.ts';
import { reportError } from './report-error.ts';
import { UsageError } from './usage-error.ts';
import { version } from './version.ts';

/** What a command does with the arguments behind its name. @returns the exit status */
type Command = (args: readonly string[]) => Promise<number>;

// Most starts are runs; the rest is loaded when it is asked for.
const COMMANDS: Readonly<Record<string, Command>> = {
  run,
  resume: async (args) => (await import('./commands/resume.ts')).resume(args),
  walk: async (args) => (await import('./commands/walk.ts')).walk(args),
  map,
  devices: async (args) => (await import('./commands/devices.ts')).devices(args),
  doctor,
};

/** Runs one command line. What is wrong with it goes to standard error, in one sentence. @returns the exit status */
export async function cli(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    reportError(error);
    return EXIT_STATUS.usage;
  }
}

async function dispatch([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined) {
    console.error(helpText());
    return EXIT_STATUS.usage;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    console.log(helpText(rest[0]));
    return EXIT_STATUS.ok;
  }
  if (name === '--version' || name === '-V') {
    console.log(version());
    return EXIT_STATUS.ok;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const what = name.startsWith('-') ? 'option' : 'command';
    throw new UsageError(
      `unknown ${what} '${name}': the commands are ${COMMAND_NAMES.join(', ')}; see 'picovm --help'`,
    );
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    console.log(helpText(name));
    return EXIT_STATUS.ok;
  }
  return command(rest);
}
