import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BUILT_IN_PACKAGES } from './built-in-devices.ts';

/** A package that says of itself that it has devices. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Where it is, absolute; of a link, where the link is. */
  readonly path: string;
}

/** The word in its keywords by which a package says so; or its name begins with this and a dash. */
const KEYWORD = 'picovm-device';

/**
 * The packages with devices that an import in `directory` can reach: those in the `node_modules` there and in the folders
 * above it, of several with one name the nearest, and the package that the folder itself belongs to.
 * @param directory an absolute path
 * @returns sorted by name
 */
export function installedPackages(directory: string): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  const add = (path: string, own: boolean): void => {
    const info = readPackage(path, own);
    if (info !== undefined && !found.has(info.name) && !BUILT_IN_PACKAGES.includes(info.name))
      found.set(info.name, info);
  };
  let ownSeen = false;
  for (const folder of selfAndAbove(directory)) {
    if (!ownSeen && hasManifest(folder)) {
      ownSeen = true;
      add(folder, true);
    }
    for (const path of packagePaths(join(folder, 'node_modules'))) add(path, false);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function selfAndAbove(directory: string): string[] {
  const above = dirname(directory);
  return above === directory ? [directory] : [directory, ...selfAndAbove(above)];
}

function packagePaths(nodeModules: string): string[] {
  return entries(nodeModules).flatMap((name) => {
    if (name.startsWith('.')) return [];
    const path = join(nodeModules, name);
    return name.startsWith('@') ? entries(path).map((inner) => join(path, inner)) : [path];
  });
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function hasManifest(folder: string): boolean {
  return manifestText(folder) !== undefined;
}

function manifestText(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'package.json'), 'utf8');
  } catch {
    return undefined;
  }
}

/** @param own whether it is to be imported from within, by its own name: Node does so for packages with `exports` only */
function readPackage(path: string, own: boolean): InstalledPackage | undefined {
  const text = manifestText(path);
  // Of the hundreds of packages that may be there, few are worth a parse.
  if (!text?.includes(KEYWORD)) return undefined;
  try {
    const { name, version, keywords, exports } = JSON.parse(text) as Record<string, unknown>;
    if (typeof name !== 'string' || (own && exports === undefined)) return undefined;
    const isDevice =
      /^(?:@[^/]+\/)?picovm-device-/.test(name) || (Array.isArray(keywords) && keywords.includes(KEYWORD));
    return isDevice ? { name, version: String(version ?? ''), path } : undefined;
  } catch {
    return undefined;
  }
}
