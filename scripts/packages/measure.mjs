// What the packages weigh for those who bundle them: minified and gzipped, against the limits in limits.json.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { readJson } from './pack.mjs';
import { entryPoints } from './tarball.mjs';

/** @typedef {import('./tarball.mjs').Packed} Packed */
/**
 * @typedef {object} PackageLimits sizes in bytes, minified and gzipped
 * @property {number | HardLimit} [whole] all that its name alone exports, without the packages that it depends on
 * @property {Record<string, number>} [entries] all that each of its other entry points exports, by the entry point
 * @property {Record<string, number>} [imports] what users typically import from it: the size, by the import
 * @property {string[]} [dependencies] what it may depend on
 * @property {string[]} [files] what it may hold besides what every package holds, as regular expressions
 * @typedef {{ limit: number, hard: true }} HardLimit one that `--update` leaves alone
 * @typedef {{ packages: Record<string, PackageLimits>, programs: Record<string, number> }} Limits
 * @typedef {{ what: string, size: number, limit?: number }} Row
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const limitsFile = fileURLToPath(new URL('limits.json', import.meta.url));

/** @type {Limits} */
export const limits = readJson(limitsFile);

/**
 * Bundles a program from a folder whose node_modules has the packages.
 * @param {string} home that folder @param {string} code @param {string[]} external what is counted elsewhere
 * @returns {Promise<number>} its size, minified and gzipped; 0 if nothing is left of it
 */
export async function bundledSize(home, code, external = []) {
  const contents = await bundle(home, code, external);
  return contents.length === 0 ? 0 : gzipSync(contents, { level: 9 }).length;
}

/** @param {string} home @param {string} code @param {string[]} external */
async function bundle(home, code, external) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: home, sourcefile: 'program.js' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    external: [...external, 'node:*'],
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0].contents;
}

/** What an entry point exports. @param {string} home @param {string} entry @param {string[]} external */
async function exportedNames(home, entry, external) {
  const { metafile } = await build({
    stdin: { contents: `export * from '${entry}';`, resolveDir: home, sourcefile: 'program.js' },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    external: [...external, 'node:*'],
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  return Object.values(metafile.outputs)[0].exports;
}

/**
 * Measures a package: all of each entry point, its typical imports, and the smallest of its exports, by which one sees whether
 * bundlers can leave the rest out.
 * @param {Packed} packed @param {string} home the folder of the node_modules that it is in
 * @returns {Promise<Row[]>}
 */
export async function measurePackage(packed, home) {
  const { name } = packed;
  const entries = entryPoints(packed);
  if (entries.length === 0) return [];
  const external = Object.keys(limits.packages)
    .filter((other) => other !== name)
    .flatMap((other) => [other, `${other}/*`]);
  const own = limits.packages[name] ?? {};

  const limitOf = { ...own.entries, [name]: (typeof own.whole === 'object' ? own.whole.limit : own.whole) ?? 0 };
  const rows = [];
  for (const entry of entries) {
    const size = await bundledSize(home, `export * from '${entry}';`, external);
    rows.push({ what: entry, size, limit: limitOf[entry] ?? 0 });
  }
  for (const [code, limit] of Object.entries(own.imports ?? {})) {
    rows.push({ what: `  ${code}`, size: await bundledSize(home, `export ${code}`, external), limit });
  }
  const single = [];
  for (const exported of await exportedNames(home, name, external)) {
    const size = await bundledSize(home, `export { ${exported} } from '${name}'`, external);
    single.push({ what: `  the smallest export: ${exported}`, size });
  }
  single.sort((a, b) => a.size - b.size);
  return single.length > 1 ? [...rows, { ...single[0], limit: rows[0].size - 1 }] : rows;
}

/** Measures whole programs, with all packages that they use. @param {string} home @returns {Promise<Row[]>} */
export async function measurePrograms(home) {
  const rows = [];
  for (const [file, limit] of Object.entries(limits.programs)) {
    rows.push({ what: file, size: await bundledSize(home, readFileSync(`${root}${file}`, 'utf8')), limit });
  }
  return rows;
}

/**
 * Sets the limits a tenth above what was measured; those that are hard stay.
 * @param {Map<string, number>} sizes as measured, by what
 */
export function updateLimits(sizes) {
  const above = (/** @type {string} */ what) => Math.ceil(((sizes.get(what) ?? 0) * 1.1) / 100) * 100;
  for (const [name, own] of Object.entries(limits.packages)) {
    if (typeof own.whole !== 'object' && sizes.has(name)) own.whole = above(name);
    const { imports = {}, entries = {} } = own;
    for (const entry of Object.keys(entries)) entries[entry] = above(entry);
    for (const code of Object.keys(imports)) imports[code] = above(`  ${code}`);
  }
  for (const file of Object.keys(limits.programs)) limits.programs[file] = above(file);
  writeFileSync(limitsFile, `${JSON.stringify(limits, null, 2)}\n`);
}
