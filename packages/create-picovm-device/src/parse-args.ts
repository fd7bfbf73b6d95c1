import { parseArgs } from 'node:util';
import { CreateError } from './create-error.ts';

/** What the command line says. What it leaves out is asked for, or gets its default. */
export interface Arguments {
  /** What the device is called. */
  readonly name: string | undefined;
  /** One line about it. */
  readonly description: string | undefined;
  /** SPDX name, as it was typed. */
  readonly licence: string | undefined;
  /** Who holds the copyright. */
  readonly author: string | undefined;
  /** Where the project goes. */
  readonly dir: string | undefined;
  /** Take the defaults, and ask nothing. */
  readonly yes: boolean;
  /** Print the help, and do nothing. */
  readonly help: boolean;
}

/** @throws CreateError for an option that does not exist, lacks its value, or for a second name */
export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  if (positionals.length > 1) {
    throw new CreateError(`one name is enough, not ${positionals.map((name) => `'${name}'`).join(' and ')}`);
  }
  const { description, license: licence, author, dir, yes = false, help = false } = values;
  return { name: positionals[0], description, licence, author, dir, yes, help };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        description: { type: 'string' },
        license: { type: 'string' },
        author: { type: 'string' },
        dir: { type: 'string' },
        yes: { type: 'boolean', short: 'y' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new CreateError(`${(error as Error).message.split('. ')[0]}; see --help`);
  }
}
