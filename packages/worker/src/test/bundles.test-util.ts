import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { temporaryFolder } from './temporary-folder.test-util.ts';

const source = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** Workers have no loader for the sources of the tests: they get them as bundles. */
export class Bundles implements Disposable {
  readonly #folder = temporaryFolder(join(tmpdir(), 'picovm-worker-'));

  /** A module of this folder with all that it imports, from the sources. */
  module(name: string): URL {
    const outfile = join(this.#folder, name.replace(/\.test-util\.ts$/, '.mjs'));
    buildSync({
      entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'es2023',
      alias: {
        '@picovm/core': source('core/src/index.ts'),
        '@picovm/core/x86': source('core/src/x86/index.ts'),
        '@picovm/device-console': source('device-console/src/index.ts'),
        '@picovm/device-vga': source('device-vga/src/index.ts'),
        '@picovm/x86-interp': source('x86-interp/src/index.ts'),
      },
    });
    return pathToFileURL(outfile);
  }

  /** A module of a few lines. */
  write(name: string, code: string): URL {
    const file = join(this.#folder, name);
    writeFileSync(file, code);
    return pathToFileURL(file);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}
