import { readdirSync, readFileSync, statSync } from 'node:fs';

const root = new URL('../', import.meta.url);
/** Strings, comments, and the names of members: what no variable can collide with. */
const NO_VARIABLE = /'(?:[^'\\\n]|\\.)*'|\/\/.*|\/\*[\s\S]*?\*\/|[.#]\s*[A-Za-z_]\w*/g;

/** Reads a file of this package. @param path inside the package */
export function readOwnFile(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

/** The files of the template, sorted. */
export function templatePaths(): string[] {
  const template = new URL('template/', root);
  return readdirSync(template, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => statSync(new URL(path, template)).isFile())
    .sort();
}

let names: ReadonlySet<string> | undefined;

/** The names in the template's code, some of which would collide with that of a device. */
export function templateNames(): ReadonlySet<string> {
  names ??= new Set(
    templatePaths()
      .filter((path) => path.endsWith('.ts'))
      .flatMap(
        (path) =>
          readOwnFile(`template/${path}`)
            .replace(NO_VARIABLE, ' ')
            .match(/[A-Za-z_]\w*/g) ?? [],
      ),
  );
  return names;
}
