// Bundles the package in the current folder: one JavaScript file an entry point, with what they share in chunks beside
// them. Node loads one module in about 0.3 ms, so that a hundred small ones would cost every program that uses the
// packages a noticeable start. Types are not bundled: `tsc -b` writes them.

import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

// dist/x.js, as `exports` and the committed files of `bin` name it, is made from src/x.ts.
const targets = Object.values(manifest.exports).flatMap((entry) => entry.default ?? []);
const commands = Object.values(manifest.bin ?? {}).flatMap((file) => {
  return [...readFileSync(file, 'utf8').matchAll(/import '\.\.\/(dist\/[^']+)'/g)].map(([, target]) => `./${target}`);
});
const entryPoints = [...targets, ...commands].map((target) => {
  return target.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
});

await build({
  entryPoints,
  bundle: true,
  splitting: true,
  outdir: 'dist',
  outbase: 'src',
  format: 'esm',
  target: 'es2023',
  platform: 'neutral',
  // Everything that is not a relative path is somebody else's: `node:` modules and other packages.
  packages: 'external',
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});
