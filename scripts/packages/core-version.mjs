// The version of @picovm/core, which stands in its sources too: snapshots name it as their creator, and browsers read no
// package.json.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CONSTANT = /(?<=^export const CORE_VERSION = ')[^']*(?=';$)/m;

/**
 * Writes the version of core's package.json into its sources.
 * @param {string} root of the repository
 */
export function writeCoreVersion(root) {
  const { version } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8'));
  const file = join(root, 'packages/core/src/version.ts');
  const source = readFileSync(file, 'utf8');
  if (!CONSTANT.test(source)) throw new Error(`${file} has no constant CORE_VERSION that could be set to ${version}`);
  writeFileSync(file, source.replace(CONSTANT, version));
}
