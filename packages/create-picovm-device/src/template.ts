import { deviceNames } from './device-name.ts';
import { checkSettings, type Settings } from './settings.ts';
import { readOwnFile, templatePaths } from './template-files.ts';

/** A file of a new project. */
export interface ProjectFile {
  /** Inside the project, with `/`. */
  readonly path: string;
  /** All that is in it. */
  readonly text: string;
}

/** The packages of Picovm that a new project is developed with. */
const PACKAGES = ['core', 'testkit', 'x86-interp'] as const;

/**
 * All files of a new project: the template with the settings filled in.
 * @param year of the copyright
 * @throws CreateError naming the setting that cannot be
 */
export function projectFiles(settings: Settings, year: number): ProjectFile[] {
  const { name, description, licence, author } = checkSettings(settings);
  const { type, factory } = deviceNames(name);
  const values = { name, type, factory, description, licence, author, year: String(year), ...ranges() };
  const template = templatePaths().map((path) => ({ path: finalPath(path), text: readOwnFile(`template/${path}`) }));
  const files = [...template, { path: 'LICENSE', text: readOwnFile(`licences/${licence}.txt`) }];
  return files.map(({ path, text }) => ({ path, text: fill(text, values, quoteFor(path)) }));
}

/**
 * The versions of Picovm's packages that a new project asks for: those that this package is developed with. In the
 * repository they have no number yet.
 */
function ranges(): Record<string, string> {
  const { devDependencies } = JSON.parse(readOwnFile('package.json'));
  return Object.fromEntries(
    PACKAGES.map((name) => [name, devDependencies[`@picovm/${name}`].replace(/^workspace:.*/, '*')]),
  );
}

/** npm leaves `.gitignore` and the like out of packages; in the template such names begin with `_`. */
function finalPath(path: string): string {
  return path.replace(/^_package\.json$/, 'package.json').replace(/^_/, '.');
}

/** How a value is written in a file: as part of a string in JSON and TypeScript, as it is elsewhere. */
function quoteFor(path: string): (value: string) => string {
  if (path.endsWith('.json')) return (value) => JSON.stringify(value).slice(1, -1);
  if (path.endsWith('.ts')) return (value) => value.replace(/[\\']/g, '\\$&');
  return (value) => value;
}

function fill(text: string, values: Readonly<Record<string, string>>, quote: (value: string) => string): string {
  return text.replace(/\$([a-z0-9-]+)\$/g, (placeholder, name: string) =>
    Object.hasOwn(values, name) ? quote(values[name]) : placeholder,
  );
}
