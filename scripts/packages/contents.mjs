// What has to be in a package, and what must not.

import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** @typedef {import('./tarball.mjs').Packed} Packed */

const DEPENDENCY_FIELDS = /** @type {const} */ (['dependencies', 'peerDependencies', 'optionalDependencies']);
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];
const ALWAYS = ['package.json', 'README.md', 'LICENSE'];
/** Everything that a package may consist of; `files` in limits.json allows more for one package. */
const ALLOWED = [
  /^(package\.json|README\.md|LICENSE|NOTICE|CHANGELOG\.md)$/,
  /^dist\/.+\.(js|cjs|d\.ts)(\.map)?$/,
  /^src\/.+\.ts$/,
  /^bin\/[\w-]+\.c?js$/,
];
const NEVER =
  /(^|\/)(node_modules|binding\.gyp|\.tsbuildinfo|tsconfig.*\.json|.+\.(test|long|test-util)\.\w+(\.map)?)(\/|$)/;

/**
 * @param {Packed} packed @param {string} directory of the package in the repository: `packages/core`
 * @param {{ files?: string[], dependencies?: string[] }} limits
 * @returns {string[]} what is wrong
 */
export function checkContents(packed, directory, limits) {
  return [...checkFiles(packed, limits), ...checkSourceMaps(packed), ...checkManifest(packed, directory, limits)];
}

/** @param {Packed} packed @param {{ files?: string[] }} limits */
function checkFiles({ files }, limits) {
  const extra = (limits.files ?? []).map((pattern) => new RegExp(pattern));
  const missing = ALWAYS.filter((file) => !files.includes(file)).map((file) => `${file} is missing`);
  const unexpected = files.filter((file) => {
    if (extra.some((pattern) => pattern.test(file))) return false;
    return NEVER.test(file) || !ALLOWED.some((pattern) => pattern.test(file));
  });
  return [...missing, ...unexpected.map((file) => `${file} does not belong into the package`)];
}

/**
 * Debuggers and editors follow the maps to the sources, which the packages carry. Of what is inlined from other packages,
 * a map tells only where it was.
 * @param {Packed} packed
 */
function checkSourceMaps({ dir, files }) {
  const wrong = [];
  for (const file of files.filter((file) => file.startsWith('dist/') && file.endsWith('.map'))) {
    const { sources } = JSON.parse(readFileSync(join(dir, file), 'utf8'));
    for (const source of sources.map((/** @type {string} */ source) => posix.join(dirname(file), source))) {
      if (!source.startsWith('../') && !files.includes(source)) wrong.push(`${file}: there is no ${source}`);
    }
  }
  return wrong;
}

/** @param {Packed} packed @param {string} directory @param {{ dependencies?: string[] }} limits */
function checkManifest({ name, manifest }, directory, limits) {
  const wrong = [];
  for (const script of INSTALL_SCRIPTS) {
    if (manifest.scripts?.[script]) wrong.push(`has an install script: ${script}`);
  }
  for (const field of [...DEPENDENCY_FIELDS, /** @type {const} */ ('devDependencies')]) {
    for (const [dependency, range] of Object.entries(manifest[field] ?? {})) {
      if (/^(workspace|file|link|catalog):/.test(range)) wrong.push(`${field} has ${dependency}: ${range}`);
    }
  }
  const needs = DEPENDENCY_FIELDS.flatMap((field) => Object.keys(manifest[field] ?? {}));
  const allowed = limits.dependencies ?? [];
  for (const need of needs.filter((need) => !allowed.includes(need))) wrong.push(`depends on ${need}: see limits.json`);

  const expected = {
    type: 'module',
    license: /\bMIT\b/,
    description: /^\S.{10,}/,
    'engines.node': '>=20.19',
    'publishConfig.access': 'public',
    'repository.directory': directory,
  };
  for (const [path, value] of Object.entries(expected)) {
    const actual = path.split('.').reduce((/** @type {any} */ at, key) => at?.[key], manifest);
    if (value instanceof RegExp ? !value.test(actual) : actual !== value)
      wrong.push(`${path} is ${actual}, not ${value}`);
  }
  const keywords = /** @type {{ keywords?: string[] }} */ (manifest).keywords ?? [];
  if (!keywords.includes('picovm')) wrong.push("lacks the keyword 'picovm'");
  // The keyword is how plugins are found; the project's own go by the name @picovm/device-*.
  const isDevice = name.startsWith('@picovm/device-');
  if (keywords.includes('picovm-device') !== isDevice) {
    wrong.push(`${isDevice ? 'lacks' : 'must not have'} the keyword 'picovm-device'`);
  }
  return wrong;
}
