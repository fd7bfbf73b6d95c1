// Looks at the packages as they would be published: packs each, and checks what is in the tarball (publint, attw, its
// files, its manifest, its types), that importing it has no effects, and that it is no larger than limits.json says.
// Prints the sizes, and ends with status 1 if anything is wrong.
//
//   node scripts/packages/check.mjs [--update]     (npm run package:check; after a build)
//
// --update sets the limits of limits.json a tenth above the sizes of today.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkContents } from './contents.mjs';
import { runAttw, runPublint } from './lint.mjs';
import { bundledSize, limits, measurePackage, measurePrograms, updateLimits } from './measure.mjs';
import { packAll, publicPackages } from './pack.mjs';
import { entryPoints, unpack } from './tarball.mjs';

/** @typedef {import('./tarball.mjs').Packed} Packed */
/** @typedef {import('./measure.mjs').Row} Row */

const root = fileURLToPath(new URL('../..', import.meta.url));
const effects = fileURLToPath(new URL('side-effects.mjs', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'picovm-packages-'));

/** Importing a package must do nothing, as `sideEffects: false` promises to bundlers. @param {Packed} packed */
async function checkEffects(packed) {
  const wrong = [];
  for (const entry of entryPoints(packed)) {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [effects, entry], { cwd: home });
    if (stdout + stderr !== '') wrong.push(`importing ${entry} has effects:\n${stdout}${stderr}`);
    const left = await bundledSize(home, `import '${entry}'`);
    if (left > 0) wrong.push(`of "import '${entry}'" alone, ${left} bytes are left in a bundle`);
  }
  return wrong;
}

/** @param {string[][]} rows the first is the head; all cells but the first are aligned to the right */
function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));
  }
  console.log();
}

/** @param {number} bytes */
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

async function main() {
  const directories = new Map(publicPackages().map(({ dir, manifest }) => [manifest.name, dir]));
  const tarballs = packAll(join(home, 'tarballs'));
  const all = [...tarballs].map(([name, tarball]) => unpack(name, tarball, join(home, 'node_modules')));
  const results = await Promise.all(
    all.map(async (packed) => {
      const directory = relative(root, /** @type {string} */ (directories.get(packed.name)))
        .split(sep)
        .join('/');
      const own = limits.packages[packed.name];
      if (own === undefined) return { packed, rows: [], wrong: ['is not in scripts/packages/limits.json'] };
      /** @type {Row[]} */
      let rows = [];
      const checks = [
        async () => checkContents(packed, directory, own),
        () => runPublint(packed),
        () => runAttw(packed),
        () => checkEffects(packed),
        async () => {
          rows = await measurePackage(packed, home);
          return [];
        },
      ];
      const wrong = [];
      for (const check of checks) wrong.push(...(await check().catch((error) => [String(error)])));
      return { packed, rows, wrong };
    }),
  );
  const rows = [...results.flatMap((result) => result.rows), ...(await measurePrograms(home))];

  printTable([
    ['package', 'tarball', 'unpacked', 'files'],
    ...all.map(({ name, tarballSize, unpackedSize, files }) => [
      name,
      kb(tarballSize),
      kb(unpackedSize),
      String(files.length),
    ]),
  ]);
  printTable([
    ['in a bundle', 'min+gz', 'limit'],
    ...rows.map(({ what, size, limit }) => [what, kb(size), limit === undefined ? '' : kb(limit)]),
  ]);
  if (process.argv.includes('--update')) updateLimits(new Map(rows.map(({ what, size }) => [what, size])));

  const wrong = results.flatMap(({ packed, wrong }) => wrong.map((what) => `${packed.name}: ${what}`));
  if (!process.argv.includes('--update')) {
    for (const { what, size, limit = Number.POSITIVE_INFINITY } of rows) {
      if (size > limit) wrong.push(`${what.trim()}: ${size} bytes, minified and gzipped, and the limit is ${limit}`);
    }
  }
  for (const line of wrong) console.log(`WRONG  ${line}`);
  console.log(wrong.length === 0 ? `${all.length} packages are in order` : `${wrong.length} problem(s)`);
  return wrong.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} finally {
  rmSync(home, { recursive: true, force: true });
}
