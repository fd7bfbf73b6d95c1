import { readFileSync } from 'node:fs';
import { VmError } from '@picovm/core';
import { doctor } from './commands/doctor.ts';
import { map } from './commands/map.ts';
import { run } from './commands/run.ts';
import { EXIT_STATUS } from './exit-status.ts';
import { COMMAND_NAMES, helpText } from './help.ts';
import { UsageError } from './usage-error.ts';

/** What a command does with the arguments behind its name. @returns the exit status */
type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = { run, map, doctor };

/** Runs one command line. What is wrong with it goes to standard error, in one sentence. @returns the exit status */
export async function cli(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    if (error instanceof UsageError || error instanceof VmError) console.error(`picovm: ${error.message}`);
    else console.error(unexpected(error));
    return EXIT_STATUS.usage;
  }
}

// A defect of ours, or a host at its limits. The stack is for whoever reports it, and no answer to a user.
function unexpected(error: unknown): string {
  const stack = error instanceof Error ? error.stack : undefined;
  if (process.env.PICOVM_DEBUG) return `picovm: ${stack ?? String(error)}`;
  const message = error instanceof Error ? error.message : String(error);
  return `picovm: unexpected: ${message} (please report it, with what PICOVM_DEBUG=1 in the environment adds)`;
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

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return (manifest as { version: string }).version;
}
