// Bundles the package in the current folder: each entry point into one file, with what they share in chunks beside them.
// Node takes about 0.3 ms to load a module, so that a hundred small ones would cost whoever imports the packages a
// noticeable start. Types are not bundled: `tsc -b` writes them.
//
//   node bundle.mjs ENTRY... [--command ENTRY]
//
// A command is what people start: it becomes one CommonJS file, which Node starts sooner, with the other packages inlined.

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { constBindings } from './const-bindings.mjs';

const args = process.argv.slice(2);
const split = args.indexOf('--command');
const entries = split < 0 ? args : args.slice(0, split);
const commands = split < 0 ? [] : args.slice(split + 1);

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  splitting: true,
  outdir: 'dist',
  outbase: 'src',
  format: 'esm',
  target: 'es2023',
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
};

rmSync('dist/chunks', { recursive: true, force: true });
// `tsc -b` leaves the types of sources that are gone.
for (const file of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  const [stem, suffix] = file.split(/(\.d\.ts(?:\.map)?)$/);
  if (suffix !== undefined && !existsSync(join('src', `${stem}.ts`))) rmSync(join('dist', file));
}
await build({ ...common, entryPoints: entries, platform: 'neutral', packages: 'external' });
for (const file of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  if (file.endsWith('.js')) writeFileSync(join('dist', file), constBindings(readFileSync(join('dist', file), 'utf8')));
}
if (commands.length > 0) {
  await build({
    ...common,
    entryPoints: commands,
    platform: 'node',
    format: 'cjs',
    splitting: false,
    outExtension: { '.js': '.cjs' },
    // CommonJS has no import.meta.
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': 'importMetaUrl' },
    // Less to parse at each start. NODE_OPTIONS=--enable-source-maps makes its stack traces readable.
    minify: true,
  });
}
