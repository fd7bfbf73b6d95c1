// What publint and attw, which know the ways of runtimes and of TypeScript, say of a packed package.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { entryPoints } from './tarball.mjs';

/** @typedef {import('./tarball.mjs').Packed} Packed */

const attw = fileURLToPath(new URL('../../node_modules/@arethetypeswrong/cli/dist/index.js', import.meta.url));

/** @param {Packed} packed @returns {Promise<string[]>} what is wrong; suggestions count, too */
export async function runPublint({ tarball, manifest }) {
  const bytes = new Uint8Array(readFileSync(tarball)).buffer;
  const { messages } = await publint({ pack: { tarball: bytes }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, manifest, { color: false })}`);
}

/** Whether types resolve in every way of resolving, and say what is there. @param {Packed} packed @returns {Promise<string[]>} */
export async function runAttw(packed) {
  if (entryPoints(packed).length === 0) return [];
  const args = [packed.tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji'];
  try {
    await promisify(execFile)(process.execPath, [attw, ...args], { cwd: join(packed.dir) });
    return [];
  } catch (error) {
    return [`attw: ${/** @type {{ stdout?: string }} */ (error).stdout || error}`];
  }
}
