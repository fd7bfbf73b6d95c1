import { relative, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { ask } from './ask.ts';
import { CreateError } from './create-error.ts';
import { deviceNames } from './device-name.ts';
import { LICENCES } from './licences.ts';
import { parseArguments } from './parse-args.ts';
import { settingsOf } from './settings.ts';
import { projectFiles } from './template.ts';
import { refuseUsed, writeProject } from './write-project.ts';

/** What the command talks to. */
export interface Surroundings {
  /** Where answers come from; asked only if it is a terminal. */
  readonly input: Readable & { isTTY?: boolean };
  /** Where questions and results go. */
  readonly output: Writable;
  /** Where errors go. */
  readonly errors: Writable;
  /** The current folder. */
  readonly cwd: string;
}

const HELP = `npm create picovm-device [NAME] [-- OPTIONS]

Makes a new device plugin for Picovm: TypeScript, tests, a licence, CI. It asks for what is not given here.

  NAME                my-timer: the package is then picovm-device-my-timer
  --description TEXT  one line about the device
  --license LICENCE   ${LICENCES.join(', ')}
  --author NAME       who holds the copyright; default: git's user.name
  --dir FOLDER        where it goes; default: a folder with the package's name
  --yes               take the defaults, and ask nothing
`;

/** The command. @returns its exit status: 0, or 1 if nothing was made */
export async function cli(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    surroundings.output.write(await run(args, surroundings));
    return 0;
  } catch (error) {
    if (!(error instanceof CreateError)) throw error;
    surroundings.errors.write(`create-picovm-device: ${error.message}\n`);
    return 1;
  }
}

async function run(args: readonly string[], { input, output, cwd }: Surroundings): Promise<string> {
  const given = parseArguments(args);
  if (given.help) return HELP;
  const folderOf = (name: string): string => resolve(cwd, given.dir ?? deviceNames(name).folder);
  // Before any question is asked, if it can be told.
  const checkFolder = (name: string): void => refuseUsed(folderOf(name));
  if (given.name !== undefined || given.dir !== undefined) checkFolder(given.name ?? '');
  const settings = input.isTTY && !given.yes ? await ask(given, input, output, checkFolder) : settingsOf(given);
  const folder = folderOf(settings.name);
  writeProject(folder, projectFiles(settings, new Date().getFullYear()));
  return done(settings.name, relative(cwd, folder));
}

function done(packageName: string, folder: string): string {
  const steps = ['npm install', 'npm test'];
  if (folder !== '') steps.unshift(`cd ${/\s/.test(folder) ? `"${folder}"` : folder}`);
  return `${packageName} is ready. Next:\n${steps.map((step) => `  ${step}\n`).join('')}`;
}
