// Assembles the guests: every .asm below this directory has its flat binary beside it, under the same name.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));

/** The assembler's version, or undefined if there is none. */
export function assemblerVersion() {
  const { status, stdout } = spawnSync('nasm', ['-v'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** All sources, relative to this directory. */
export function sources() {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.asm') && !path.split(/[\\/]/).includes('node_modules'))
    .sort();
}

/**
 * Where the image of a source belongs: an absolute path.
 * @param {string} source relative to this directory
 */
export function imagePath(source) {
  return join(root, source.replace(/\.asm$/, '.bin'));
}

/**
 * Assembles a source. A warning is an error.
 * @param {string} source relative to this directory
 * @returns {Buffer} the image
 */
export function assemble(source) {
  const dir = mkdtempSync(join(tmpdir(), 'picovm-guest-'));
  try {
    const output = join(dir, 'image.bin');
    const args = ['-Werror', '-f', 'bin', '-o', output, basename(source)];
    execFileSync('nasm', args, { cwd: dirname(join(root, source)), stdio: ['ignore', 'ignore', 'pipe'] });
    return readFileSync(output);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
