// A packed package, unpacked to look at.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * @typedef {object} Packed
 * @property {string} name
 * @property {string} tarball absolute path
 * @property {number} tarballSize in bytes
 * @property {string} dir where it is unpacked: `NODE_MODULES/NAME`, so that the packages find each other
 * @property {string[]} files all of its files, relative to `dir`, with `/`
 * @property {number} unpackedSize in bytes
 * @property {import('./pack.mjs').Manifest} manifest the packed one
 */

/**
 * @param {string} name @param {string} tarball @param {string} nodeModules a folder that may hold other packages, too
 * @returns {Packed}
 */
export function unpack(name, tarball, nodeModules) {
  const dir = join(nodeModules, name);
  mkdirSync(dir, { recursive: true });
  const result = spawnSync('tar', ['-xzf', tarball, '-C', dir, '--strip-components=1'], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`tar cannot unpack ${tarball}: ${result.stderr || result.error}`);
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  return {
    name,
    tarball,
    tarballSize: statSync(tarball).size,
    dir,
    files,
    unpackedSize: files.reduce((sum, file) => sum + statSync(join(dir, file)).size, 0),
    manifest: JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')),
  };
}

/**
 * What users import: `@picovm/core`, `@picovm/core/x86`.
 * @param {Packed} packed @returns {string[]}
 */
export function entryPoints({ name, manifest }) {
  return Object.keys(manifest.exports ?? {})
    .filter((subpath) => subpath !== './package.json')
    .map((subpath) => name + subpath.slice(1));
}
