import { execFileSync } from 'node:child_process';
import { CreateError } from './create-error.ts';
import { deviceNames } from './device-name.ts';
import { findLicence, LICENCES } from './licences.ts';
import type { Arguments } from './parse-args.ts';

/** What a project is made from, checked. */
export interface Settings {
  /** As the user called it. */
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** One of `LICENCES`. */
  readonly licence: string;
  /** Who holds the copyright. */
  readonly author: string;
}

/** One thing to ask for. */
export interface Question {
  /** Which setting the answer is. */
  readonly setting: keyof Settings;
  /** What the user sees. */
  readonly prompt: string;
  /** What an empty answer means; undefined if there must be one. */
  readonly preset: (known: Partial<Settings>) => string | undefined;
  /** @returns the answer as it is kept. @throws CreateError if it cannot be that */
  readonly check: (answer: string) => string;
}

/** All that a project needs to know, in the order in which it is asked. */
export const QUESTIONS: readonly Question[] = [
  {
    setting: 'name',
    prompt: 'Name, such as my-timer',
    preset: () => undefined,
    check: (answer) => deviceNames(answer).packageName,
  },
  {
    setting: 'description',
    prompt: 'Description, one line',
    preset: () => 'a queue of bytes behind three ports',
    check: (answer) => oneLine('description', answer),
  },
  {
    setting: 'licence',
    prompt: `Licence, by name or number: ${LICENCES.map((licence, i) => `${i + 1} ${licence}`).join(', ')}`,
    preset: () => LICENCES[0],
    check: checkLicence,
  },
  {
    setting: 'author',
    prompt: 'Author, for the licence',
    preset: ({ name }) => gitUserName() ?? `the authors of ${name}`,
    check: (answer) => oneLine('author', answer),
  },
];

/** The settings that need no question: what the command line says, and with `--yes` or without a terminal the defaults. */
export function settingsOf(args: Arguments): Settings {
  const known: Partial<Record<keyof Settings, string>> = {};
  for (const { setting, preset, check } of QUESTIONS) {
    const value = args[setting] ?? preset(known);
    if (value === undefined) throw new CreateError(`it needs a ${setting}: npm create picovm-device my-timer`);
    known[setting] = check(value);
  }
  return known as Settings;
}

/** The settings as they are kept. @throws CreateError naming the first that cannot be */
export function checkSettings(settings: Settings): Settings {
  return Object.fromEntries(
    QUESTIONS.map(({ setting, check }) => [setting, check(String(settings[setting] ?? ''))]),
  ) as unknown as Settings;
}

function checkLicence(answer: string): string {
  const licence = findLicence(answer);
  if (licence === undefined) {
    throw new CreateError(
      `there is no licence '${answer}' here: take ${LICENCES.join(', ')}, and change it afterwards`,
    );
  }
  return licence;
}

function oneLine(what: string, answer: string): string {
  const line = answer.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
  if (line === '' || line.length > 200 || /[\u0000-\u001f\u007f\u2028\u2029]/.test(line)) {
    throw new CreateError(`the ${what} must be one line of 1 to 200 characters`);
  }
  return line;
}

function gitUserName(): string | undefined {
  try {
    const name = execFileSync('git', ['config', 'user.name'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return oneLine('author', name);
  } catch {
    return undefined; // no git, or nobody told it a name
  }
}
