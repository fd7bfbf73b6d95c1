// Packs every public package as it would be published. pnpm does it, so that `workspace:` ranges become versions.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @typedef {object} Manifest package.json, as far as the scripts read it
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {boolean | string[]} [sideEffects]
 * @property {Record<string, string | Record<string, string>>} [exports]
 * @property {string | Record<string, string>} [bin]
 * @property {Record<string, string>} [scripts]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, unknown>} [publishConfig]
 * @property {Record<string, string>} [engines]
 */

/**
 * The packages that are published, by their names.
 * @param {string} [repository] the repository's root: this one's, or that of a copy
 * @returns {Array<{ dir: string, manifest: Manifest }>} `dir` is absolute
 */
export function publicPackages(repository = root) {
  return readdirSync(join(repository, 'packages'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(repository, 'packages', entry.name))
    .flatMap((dir) => {
      /** @type {Manifest | undefined} */
      const manifest = readJson(join(dir, 'package.json'));
      return manifest === undefined || manifest.private ? [] : [{ dir, manifest }];
    })
    .sort((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1));
}

/**
 * Packs the packages, which must have been built, into `destination`.
 * @param {string} destination made if it is missing
 * @param {string} [repository] the repository's root: this one's, or that of a copy
 * @returns {Map<string, string>} the tarball's path, by the package's name
 */
export function packAll(destination, repository = root) {
  mkdirSync(destination, { recursive: true });
  const packages = publicPackages(repository);
  // Each by its own name: `--filter './packages/*'` would also pack what is private.
  const filters = packages.flatMap(({ manifest }) => ['--filter', manifest.name]);
  const args = ['-r', ...filters, 'pack', '--json', '--pack-destination', destination];
  const pnpm = join(root, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs');
  const result = spawnSync(process.execPath, [pnpm, ...args], {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.status !== 0)
    throw new Error(`pnpm pack failed:\n${result.stdout}${result.stderr || (result.error ?? '')}`);
  return new Map(packages.map(({ manifest }) => [manifest.name, join(destination, tarballName(manifest))]));
}

/** As npm and pnpm name it. @param {Manifest} manifest */
function tarballName({ name, version }) {
  return `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;
}

/** @param {string} file @returns {any} its contents, or undefined if there is no such file */
export function readJson(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  return JSON.parse(text);
}
